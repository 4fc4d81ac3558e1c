"""Somebody's words are taken away: out of every table and out of the file; and what counts, and the audit, stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel

from hub import audit, audit_proof, tokens, wiping
from hub.actors import HUB
from hub.tokens import Scope
from records.fhir.export_model import Export, ExportStage
from records.keeping import erasing, subject
from records.keeping.model import Erasure, ErasureState, Ground, LegalHold
from records.keeping.reach import REACH
from records.keeping.words import EMPTIED, GONE, KEPT, KEPT_HERE, LISTS
from records.model import Call, Case
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
            scope=subject.scope_of(session, whose, whose),
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


@pytest.mark.parametrize("killed_after", [1, 23])
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
    assert stopped.refused_why == f"{erasing.OPENED_AGAIN} {erasing.STOPPED}"
    assert "person_name" in words_left(sqlite_desk)["case_"]


def changes(desk: Desk, table: str, row: int, **values: object) -> None:
    with desk.hub.db.write() as session:
        session.execute(update(TABLES[table]).where(TABLES[table].c.id == row).values(**values))


def later_case(desk: Desk, **values: object) -> int:
    """One that came after those of the person."""
    desk.assessed()
    number: int = desk.rows(Case)[-1].key
    changes(desk, "case_", number, **values)
    return number


def test_what_comes_between_the_question_the_yes_and_the_worker_stops_it(sqlite_desk: Desk) -> None:
    """Whose words they are is found when the manager says yes, and each time before a row goes."""
    desk = sqlite_desk
    one = filled(desk)
    nora, dana, person = desk.person("Nora Quinn"), desk.person("Dana Cole"), one.ids["person"]

    def asks() -> str:
        assert posts(nora, "/erasures", person=person, ground="no_care", why="a test call") == 303
        return f"/erasures/{desk.rows(Erasure)[-1].key}"

    def worked() -> Erasure:
        works(desk)
        erasure: Erasure = desk.rows(Erasure)[-1]
        assert "person_name" in words_left(desk)
        return erasure

    asked_for = asks()
    case = later_case(desk, person_id=person)
    assert posts(dana, asked_for, agreed="true") == 422
    assert (
        "is open"
        in dana.post(
            asked_for,
            data={"agreed": "true", "csrf": dana.headers["x-csrf-token"]},
            headers={"accept": "text/html"},
        ).text
    )
    changes(desk, "case_", case, state="closed", closed_at=desk.clock.now())
    with desk.hub.db.write() as session:
        session.execute(
            update(TABLES["effect"]).where(TABLES["effect"].c.case_id == case).values(state="settled")
        )
    assert posts(dana, asked_for, agreed="true") == 303
    assert desk.rows(Erasure)[-1].scope["cases"] == [one.ids["case_"], case]
    assert posts(nora, "/retention/holds", person=person, why="public inquiry") == 303
    assert "public inquiry" in worked().refused_why
    changes(desk, "legal_hold", max(row.key for row in desk.rows(LegalHold)), ended_at=desk.clock.now())
    asked_for = asks()
    assert posts(dana, asked_for, agreed="true") == 303
    later_case(desk, nhs_number=NHS_NUMBER, state="closed", closed_at=desk.clock.now())
    assert erasing.OPENED_AGAIN in worked().refused_why, (
        "nobody has linked it, and it is closed: theirs all the same"
    )


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
    assert "was written anew on" in nora.get("/erasures").text
    desk.clock.at += timedelta(minutes=1)
    changes(desk, "erasure", asked_for.key, done_at=desk.clock.now())
    assert "still in the file" in nora.get("/erasures").text


def test_what_is_open_held_or_on_its_way_is_never_taken_away(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    one = filled(desk)
    nora, person = desk.person("Nora Quinn"), one.ids["person"]

    def why_not(**whose: object) -> str:
        form = whose or {"person": person}
        assert posts(nora, "/erasures", ground="no_care", why="a test call", **form) == 303
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
        if table != "case_":
            assert words in why_not(ref="QG7A"), "one case alone is held with all that is theirs"
        with desk.hub.db.write() as session:
            session.execute(
                update(TABLES[table]).where(TABLES[table].c.id == one.ids[table]).values({column: before})
            )
    changes(desk, "position", one.ids["position"], care_began_at=desk.clock.now())
    assert "that was care" in why_not()
    changes(desk, "position", one.ids["position"], care_began_at=None)
    open_case = later_case(desk, person_id=person)
    assert "is open" in why_not(ref="QG7A"), "whoever works on it relies on what was said before"
    changes(desk, "case_", open_case, person_id=None, nhs_number=NHS_NUMBER)
    assert "is open" in why_not(), "nobody has linked it yet"
    changes(desk, "case_", open_case, nhs_number=None)
    assert why_not() == ""


def test_one_case_goes_and_what_others_rely_on_stays(sqlite_desk: Desk) -> None:
    """Nothing known is written twice: what was said of somebody in an earlier case is all that a later one has."""
    desk = sqlite_desk
    one = filled(desk)
    later_case(desk, person_id=one.ids["person"], state="closed", closed_at=desk.clock.now())
    case = desk.rows(Case)[-1]
    with desk.hub.db.write() as session:
        session.execute(
            update(TABLES["effect"]).where(TABLES["effect"].c.case_id == case.key).values(state="settled")
        )
    changes(desk, "fact", one.ids["fact"], entered_in_error_at=desk.clock.now())
    nora, dana = desk.person("Nora Quinn"), desk.person("Dana Cole")
    assert posts(nora, "/erasures", ref="QG7A", ground="unlawful", why="it was a wrong number") == 303
    assert posts(dana, f"/erasures/{desk.rows(Erasure)[-1].key}", agreed="true") == 303
    works(desk)
    left = words_left(desk)
    assert left.keys() >= {
        "person_name",
        "identifier",
        "person_address",
        "person_number",
        "carer",
        "name_sound",
    }
    assert "born" in left["person"]
    assert not left.keys() & {"case_", "call", "entry", "timeline", "fact"}, "what was wrong nobody relies on"


def test_a_case_without_a_record_goes_with_what_its_nhs_number_alone_has(sqlite_desk: Desk) -> None:
    """And a text of no case with the number that nobody else has; two records of one NHS number keep it."""
    desk = sqlite_desk
    case = later_case(desk, person_id=None, nhs_number=NHS_NUMBER)
    with desk.hub.db.write() as session:
        found = subject.around(session, session.get_one(Case, case))
        assert (found.people, found.cases) == ((), (case,))
        whose, near = subject.to_erase(session, desk.place, None, session.get_one(Case, case))
        assert subject.scope_of(session, whose, near)["nhs_numbers"] == [NHS_NUMBER]
        assert whose.said_in == (case,)
    one = filled(desk)
    with desk.hub.db.write() as session:
        whose, near = subject.to_erase(session, desk.place, None, session.get_one(Case, case))
        assert subject.scope_of(session, whose, near)["nhs_numbers"] == [], "a record has it too"
        assert one.ids["case_"] in near.cases
        assert whose.said_in == ()
        link = SQLModel.metadata.tables["case_link"]
        row = {name: value for name, value in one.values["case_link"].items() if name != "id"}
        session.execute(link.insert().values(row | {"case_id": case, "wrong": True}))
        found = subject.by_nhs_number(session, desk.place, NHS_NUMBER)
        assert case not in found.cases, "S14: it was linked to them, and was about somebody else"
        message = SQLModel.metadata.tables["message"]
        row = one.values["message"] | {"case_id": None, "phone": "+441134960899", "sid": "another"}
        session.execute(message.insert().values(row))
    with desk.hub.db.read() as session:
        of = subject.by_nhs_number(session, desk.place, NHS_NUMBER)
        assert len(list(subject.rows(session, "message", of))) == 2
        changes(desk, "call", desk.rows(Call)[0].key, number="+441134960899")
    with desk.hub.db.read() as session:
        of = subject.by_nhs_number(session, desk.place, NHS_NUMBER)
        assert len(list(subject.rows(session, "message", of))) == 1, "others ring from there too"


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
