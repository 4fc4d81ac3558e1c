"""What has been kept long enough: counted first, agreed by a person, done by night; never what is open or held."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from hub import audit, audit_proof
from hub.audit import Audit
from hub.errors import Refused
from hub.events import Event
from hub.outbox import Effect
from records import retention
from records.keeping import command, running
from records.keeping.model import Erasure, ErasureState, LegalHold, RetentionRun, RunState
from records.keeping.reach import REACH
from records.model import Case
from records.people.model import Person
from records.retention import KINDS, OF_PEOPLE, keep_until
from tests.desk import Desk
from tests.one_person import OnePerson
from tests.service.test_erasure import words_left
from tests.service.test_subject_access import posts, settings_of, works
from workers import keeping
from workers.bench import set_up

LAST = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGED = timedelta(days=365 * 26)
"""So long after a case that nobody is a child any more, whoever they were."""


@pytest.mark.parametrize(
    ("born", "died", "until"),
    [
        (date(1941, 7, 3), None, date(2034, 3, 1)),
        (date(2020, 7, 3), None, date(2045, 7, 3)),
        (date(2008, 9, 1), None, date(2034, 9, 1)),  # 17 at its end: until 26
        (date(2008, 3, 1), None, date(2034, 3, 1)),  # 18 on that day
        (None, None, date(2051, 3, 1)),  # unknown: as of a newborn
        (None, date(2027, 1, 9), date(2035, 1, 9)),
        (date(2020, 2, 29), None, date(2045, 3, 1)),
    ],
)
def test_how_long_a_health_record_stays(born: date | None, died: date | None, until: date) -> None:
    assert keep_until(LAST, born, died).date() == until


def test_the_document_says_what_the_table_says_and_a_house_may_keep_longer(tmp_path: Path) -> None:
    document = Path(__file__).resolve().parents[2] / "docs" / "retention.md"
    assert retention.table() in document.read_text(), (
        "put what records.retention.table() says into docs/retention.md"
    )
    file = tmp_path / "retention.toml"
    file.write_text("board_event = 90\n")
    assert retention.periods(file)["board_event"] == 90
    for wrong in ("person = 30", "board_event = 0", 'board_event = "a year"', "board_event ="):
        file.write_text(wrong)
        with pytest.raises(Refused, match="FP_RETENTION"):
            retention.periods(file)


def aged(desk: Desk) -> OnePerson:
    """Somebody whose time is over, and a case of somebody's that is open."""
    with desk.hub.db.write() as session:
        one = OnePerson(session, desk.place, desk.clock.now(), desk.hub.db.seal)
    desk.clock.at += AGED
    desk.assessed()
    return one


def counted(desk: Desk) -> RetentionRun:
    bench = set_up(desk.hub, "ticker")
    assert keeping.owe_count(bench)
    assert not keeping.owe_count(bench), "once"
    assert works(desk) > len(KINDS), "it says between any two kinds that it lives"
    assert not keeping.owe_count(bench)
    run: RetentionRun = desk.rows(RetentionRun)[-1]
    return run


def test_a_month_from_the_count_to_what_is_gone(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    one = aged(desk)
    run = counted(desk)
    by_kind = {row["kind"]: row["rows"] for row in run.counts}
    assert by_kind[OF_PEOPLE] == 1
    assert by_kind["board_event"] >= 1
    events = {row.n for row in _events(desk)}
    assert words_left(desk).keys() > {"case_", "person_name"}, "counting takes nothing away"
    nora, dana = desk.person("Nora Quinn"), desk.person("Dana Cole")
    assert f"{by_kind[OF_PEOPLE]}" in nora.get("/retention").text
    assert posts(dana, f"/retention/{run.key}", agreed="true") == 403
    assert posts(nora, f"/retention/{run.key}", agreed="true") == 303
    assert posts(nora, f"/retention/{run.key}", agreed="true") == 409
    works(desk)
    assert {row.n for row in _events(desk)} >= events, "not before night"
    desk.clock.at += timedelta(hours=24)
    assert works(desk) > len(KINDS) + len(REACH), "and between any two tables"
    run = next(row for row in desk.rows(RetentionRun) if row.key == run.key)
    assert run.state is RunState.done
    assert run.done[OF_PEOPLE] == 1
    assert 900_001 not in {row.n for row in _events(desk)}, "the board of 26 years ago"
    assert words_left(desk) == {}
    theirs = [row.state for row in desk.rows(Erasure) if row.person_id == one.ids["person"]]
    assert theirs[-1] is ErasureState.done
    assert any(case.state == "open" for case in desk.rows(Case)), "what is open stays"
    with desk.hub.db.write() as session:
        audit.lay_chain(session)
    with desk.hub.db.read() as session:
        assert audit_proof.prove(session).holds


def _events(desk: Desk) -> list[Event]:
    with desk.hub.db.read() as session:
        return list(session.exec(select(Event)))


def test_what_is_held_stays_and_is_counted_so(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    one = aged(desk)
    nora = desk.person("Nora Quinn")
    assert posts(nora, "/retention/holds", person=one.ids["person"], why="") == 422
    assert posts(nora, "/retention/holds", ref="NONE", why="public inquiry") == 404
    assert posts(nora, "/retention/holds", person=one.ids["person"], why="public inquiry") == 303
    assert "public inquiry" in nora.get("/retention").text
    with desk.hub.db.write() as session:
        first = Person(
            place=desk.place, made_at=desk.clock.now() - AGED, made_by="hub", merged_into=one.ids["person"]
        )
        session.add(first)
        session.flush()
        hold = session.exec(select(LegalHold).where(col(LegalHold.ended_at).is_(None))).one()
        hold.person_id = first.key  # merged since: it holds whoever they turned out to be
        session.add(hold)
        old = desk.clock.now() - AGED
        open_case = next(case.key for case in desk.rows(Case) if case.state == "open")
        session.add(
            Event(place=desk.place, n=900_002, at=old, topic="case", subject=str(open_case), facts={})
        )
    run = counted(desk)
    assert [(row["rows"], row["held"]) for row in run.counts if row["kind"] == OF_PEOPLE] == [(0, 1)]
    assert [row["rows"] for row in run.counts if row["kind"] == "effect"] == [0]
    assert posts(nora, f"/retention/{run.key}", agreed="true") == 303
    desk.clock.at += timedelta(hours=24)
    works(desk)
    assert "person_name" in words_left(desk)
    assert {900_001, 900_002} <= {row.n for row in _events(desk)}, "of what is held, and of what is open"
    hold, nora = max(row.key for row in desk.rows(LegalHold)), desk.person("Nora Quinn")
    assert posts(nora, f"/retention/holds/{hold}/end", why="it has reported") == 303
    assert posts(nora, f"/retention/holds/{hold}/end", why="it has reported") == 409
    with desk.hub.db.read() as session:
        found = running.count(session, desk.place, desk.clock.now(), retention.periods(None))
    assert found[-1].rows == 1


def test_killed_between_any_two_transactions_it_goes_on(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    aged(desk)
    run = counted(desk)
    with desk.hub.db.write() as session:
        agreed = session.get_one(RetentionRun, run.key)
        agreed.state = RunState.agreed
        session.add(agreed)
    days, killed = retention.periods(None), 0
    did = running._did

    def dies(session: Session, *args: object, **more: object) -> None:
        did(session, *args, **more)  # type: ignore[arg-type]
        session.commit()
        raise SystemExit

    monkeypatch.setattr(running, "_did", dies)
    while desk.rows(RetentionRun)[-1].step < len(running.STEPS):
        with pytest.raises(SystemExit):
            running.go_on(desk.hub.db, run.key, days, desk.clock.now())
        killed += 1
    assert running.go_on(desk.hub.db, run.key, days, desk.clock.now())
    assert killed >= len(KINDS)
    assert desk.rows(RetentionRun)[-1].done[OF_PEOPLE] == 1
    assert len([row for row in desk.rows(Erasure) if row.state is ErasureState.agreed]) == 1, "once"
    assert len([row for row in desk.rows(Audit) if row.action == "retention_done"]) == 1


def test_from_the_command_line(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite_desk.hub.db.write() as session:
        OnePerson(session, sqlite_desk.place, sqlite_desk.clock.now(), sqlite_desk.hub.db.seal)
    settings_of(sqlite_desk, monkeypatch)
    effects = len(sqlite_desk.rows(Effect))
    assert command.main(["retention", "--dry-run", "--until", "2060-01-01"]) == 0
    said = capsys.readouterr().out
    assert "nothing was changed" in said
    assert said.count("\n") == len(KINDS) + 3
    assert len(sqlite_desk.rows(Effect)) == effects
    assert command.main(["retention", "--go-on"]) == 1
    assert "Nothing is agreed" in capsys.readouterr().err
    assert command.main(["wipe"]) == 0
