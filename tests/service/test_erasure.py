"""Somebody's words are taken away: out of every table and out of the file; and what counts, and the audit, stays."""

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel

from hub import audit, audit_proof, tokens, wiping
from hub.actors import HUB
from hub.tokens import Scope
from records.fhir.export_model import Export, ExportStage
from records.keeping import erasing, subject
from records.keeping.model import Erasure, ErasureState, Ground
from records.keeping.reach import REACH
from records.keeping.words import EMPTIED, GONE, KEPT, KEPT_HERE, LISTS
from records.model import Case
from tests.desk import Desk
from tests.one_person import BORN, MARK, NHS_NUMBER, word_columns
from tests.service.test_subject_access import filled, posts, works

TABLES = SQLModel.metadata.tables


def test_of_every_column_that_can_hold_words_it_is_said_what_becomes_of_it() -> None:
    for name in REACH:
        if name in GONE:
            continue
        for column in (one.name for one in word_columns(TABLES[name])):
            emptied = column in EMPTIED.get(name, ())
            kept = (name, column) in KEPT_HERE or column in KEPT
            assert emptied or kept, f"{name}.{column}: is it taken away with somebody's words? If not, why?"
            assert not (emptied and (name, column) in KEPT_HERE), f"{name}.{column} both ways"
    columns = {(name, column.name) for name, table in TABLES.items() for column in table.columns}
    assert {(name, one) for name, all_ in EMPTIED.items() for one in all_} <= columns
    assert LISTS | KEPT_HERE.keys() <= columns
    assert {column for _, column in columns} >= KEPT.keys()
    assert REACH.keys() >= GONE


def asked(desk: Desk, person: int) -> int:
    """One that two people have agreed to."""
    with desk.hub.db.write() as session:
        whose = subject.by_person(session, desk.place, person)
        erasure = Erasure(
            place=desk.place,
            state=ErasureState.agreed,
            ground=Ground.period_over,
            why="kept long enough",
            asked_by=1,
            asked_by_name="Nora Quinn",
            asked_at=desk.clock.now(),
            scope=subject.scope_of(session, whose),
            person_id=person,
        )
        session.add(erasure)
        session.flush()
        return erasure.key


def words_left(desk: Desk) -> dict[str, set[str]]:
    """By table: the columns in which any of their words still stands."""
    found: dict[str, set[str]] = {}
    with desk.hub.db.read() as session:
        for name, table in TABLES.items():
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    if any(word in str(value) for word in (MARK, NHS_NUMBER, "+441134960899", str(BORN))):
                        found.setdefault(name, set()).add(column)
    return found


def chain_holds(desk: Desk) -> int:
    with desk.hub.db.write() as session:
        audit.lay_chain(session)
    with desk.hub.db.read() as session:
        proof = audit_proof.prove(session)
    assert proof.holds, proof.fault
    return proof.rows


def test_no_word_is_left_in_any_table_and_the_chain_holds(desk: Desk) -> None:
    """On both databases."""
    one = filled(desk)
    before = chain_holds(desk)
    assert set(words_left(desk)) >= EMPTIED.keys() - {"referral", "referral_response"}
    erasure = asked(desk, one.ids["person"])
    assert erasing.go_on(desk.hub.db, erasure, desk.clock.now())
    assert words_left(desk) == {}
    assert chain_holds(desk) == before + 2, "the person and the case; nothing was taken out of it"
    with desk.hub.db.read() as session:
        case = session.get_one(Case, one.ids["case_"])
        assert (case.ref, case.outcome, case.priority) == ("QG7A", "visited", "two_hours"), "it still counts"
        assert case.clock_start is not None
        assert case.closed_at is not None
        erased = session.get_one(Erasure, erasure)
    assert erased.state is ErasureState.done
    assert erased.scope == {}
    assert erased.counts["timeline"] == 1
    assert erasing.go_on(desk.hub.db, erasure, desk.clock.now()), "twice is once"


def test_no_word_is_left_in_the_file_and_pages_go_on(sqlite_desk: Desk, tmp_path: Path) -> None:
    """SQLite leaves what was deleted in the free room of its pages, and in its log."""
    desk = sqlite_desk
    one = filled(desk)
    erasing.go_on(desk.hub.db, asked(desk, one.ids["person"]), desk.clock.now())
    files = [file for file in tmp_path.iterdir() if file.name.startswith("first-point.sqlite3")]
    assert any(MARK.encode() in file.read_bytes() for file in files), "or the next line proves nothing"
    assert wiping.wipe(desk.hub.db)
    for file in files:
        for word in (MARK, NHS_NUMBER, "+441134960899"):
            assert word.encode() not in file.read_bytes(), f"{word} in {file.name}"
    _pages_go_on(desk, one.ids)


def _pages_go_on(desk: Desk, ids: dict[str, int]) -> None:
    nora, priya = desk.person("Nora Quinn"), desk.person("Priya Nair")
    html = {"accept": "text/html"}
    for path in (
        "/board",
        "/board/snapshot",
        "/messages",
        "/record",
        "/referrals",
        "/hand-over",
        "/shifts",
        "/downtime",
    ):
        assert priya.get(path, headers=html).status_code == 200, path
    assert nora.get(f"/audit?person={ids['person']}", headers=html).status_code == 200
    assert nora.get("/audit/break-glass", headers=html).status_code == 200
    found = priya.post("/api/find", json={"typed": NHS_NUMBER})
    assert "QG7A" not in found.text
    sought = priya.post("/people/search", json={"nhs_number": NHS_NUMBER})
    assert f"/people/{ids['person']}" not in sought.text


@pytest.mark.parametrize("killed_after", [1, 17, 40])
def test_killed_anywhere_it_goes_on(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    desk = sqlite_desk
    one = filled(desk)
    erasure = asked(desk, one.ids["person"])
    step, empty = iter(range(killed_after)), erasing._empty

    def dies(*args: object) -> None:
        empty(*args)  # type: ignore[arg-type]
        if next(step, None) is None:
            raise SystemExit

    monkeypatch.setattr(erasing, "_empty", dies)
    with pytest.raises(SystemExit):
        erasing.go_on(desk.hub.db, erasure, desk.clock.now())
    monkeypatch.undo()
    assert erasing.go_on(desk.hub.db, erasure, desk.clock.now())
    left = words_left(desk)
    assert not left.keys() & GONE
    assert "body" not in left.get("message", set())
    assert "person_name" not in left.get("case_", set())


def test_a_case_that_is_opened_meanwhile_stops_it(sqlite_desk: Desk) -> None:
    one = filled(sqlite_desk)
    erasure = asked(sqlite_desk, one.ids["person"])
    with sqlite_desk.hub.db.write() as session:
        session.execute(update(TABLES["case_"]).where(TABLES["case_"].c.ref == "QG7A").values(state="open"))
    assert not erasing.go_on(sqlite_desk.hub.db, erasure, sqlite_desk.clock.now())
    with sqlite_desk.hub.db.read() as session:
        stopped = session.get_one(Erasure, erasure)
    assert stopped.refused_why == erasing.OPENED_AGAIN
    assert "person_name" in words_left(sqlite_desk)["case_"]


def test_two_people_and_the_law_before_both(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    one = filled(desk)
    nora, dana = desk.person("Nora Quinn"), desk.person("Dana Cole")
    person = one.ids["person"]
    assert posts(dana, "/erasures", person=person, ground="no_care", why="a test") == 403
    assert posts(nora, "/erasures", person=person, ref="QG7A", ground="no_care", why="a test call") == 422
    assert posts(nora, "/erasures", ref="NONE", ground="no_care", why="a test call") == 404
    for ground in ("consent", "period_over"):
        assert posts(nora, "/erasures", person=person, ground=ground, why="she asks for it") == 303
        refused = desk.rows(Erasure)[-1]
        assert refused.state is ErasureState.refused
        assert "article 17(3)" in refused.refused_why
    assert "article 17(3)" in dana.get("/erasures").text
    assert posts(nora, "/erasures", person=person, ground="no_care", why="a test call") == 303
    asked_for = desk.rows(Erasure)[-1]
    assert posts(nora, "/erasures", person=person, ground="no_care", why="a test call") == 409, (
        "it waits already"
    )
    assert posts(nora, f"/erasures/{asked_for.key}", agreed="true") == 403
    assert posts(dana, f"/erasures/{asked_for.key}", agreed="false") == 422, "why not?"
    assert words_left(desk)
    assert posts(dana, f"/erasures/{asked_for.key}", agreed="true") == 303
    assert posts(dana, f"/erasures/{asked_for.key}", agreed="true") == 409
    works(desk)
    assert words_left(desk) == {}
    assert "done" in nora.get("/erasures").text


def test_what_is_open_held_or_on_its_way_is_never_taken_away(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    one = filled(desk)
    nora, person = desk.person("Nora Quinn"), one.ids["person"]

    def why_not() -> str:
        assert posts(nora, "/erasures", person=person, ground="no_care", why="a test call") == 303
        refused: Erasure = desk.rows(Erasure)[-1]
        return refused.refused_why

    for table, column, value, words in (
        ("case_", "state", "open", "is open"),
        ("effect", "state", "waiting", "on its way"),
        ("legal_hold", "ended_at", None, "It is held"),
        ("access_request", "state", "asked", "is not answered yet"),
    ):
        before = one.values[table][column]
        with desk.hub.db.write() as session:
            session.execute(
                update(TABLES[table]).where(TABLES[table].c.id == one.ids[table]).values({column: value})
            )
        assert words in why_not(), table
        with desk.hub.db.write() as session:
            session.execute(
                update(TABLES[table]).where(TABLES[table].c.id == one.ids[table]).values({column: before})
            )
    assert why_not() == ""


def test_one_case_goes_and_the_rest_of_them_stays(sqlite_desk: Desk) -> None:
    """A wrong number that was linked by mistake."""
    desk = sqlite_desk
    one = filled(desk)
    with desk.hub.db.write() as session:
        token, _ = tokens.make(
            session, desk.place, "ICB", [Scope.export_named], 30, HUB, desk.clock.machine()
        )
        now, stage = desk.clock.now(), ExportStage.done
        made = Export(uid="made before", place=desk.place, token_id=token.key, by_name="ICB", named=True, kinds=[],
                      asked="", asked_at=now, kind="Patient", done_at=now, stage=stage)  # fmt: skip
        session.add(made)
    nora, dana = desk.person("Nora Quinn"), desk.person("Dana Cole")
    assert posts(nora, "/erasures", ref="qg7a", ground="unlawful", why="it was a wrong number") == 303
    assert posts(dana, f"/erasures/{desk.rows(Erasure)[-1].key}", agreed="true") == 303
    works(desk)
    over = [row.stage for row in desk.rows(Export) if row.uid == "made before"]
    assert over == [ExportStage.over], "they may be in it"
    left = words_left(desk)
    assert not left.keys() & {
        "case_",
        "call",
        "entry",
        "answered",
        "timeline",
        "message",
        "referral_message",
        "fact",
    }
    assert "person" in left
    assert one.ids["case_"] == next(case.key for case in desk.rows(Case) if case.ref == "QG7A")
