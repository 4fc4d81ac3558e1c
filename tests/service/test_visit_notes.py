"""What was done at a visit: on the responder's page, as told by phone, asked for in time; and a death found there."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from dispatch import visit_notes
from dispatch.model import Message
from dispatch.visit_notes import VisitNote
from hub.actors import HUB
from hub.deadlines import Deadline
from hub.outbox import Effect
from records import refusals
from records.model import Case, Hold, Position, Task
from records.refusals import Refusal
from records.service import take
from tests.desk import Desk
from tests.free_text import accepted, committed
from tests.service.test_responder_page import Visit
from workers.jobs import INSIDE


@pytest.fixture
def visit(tmp_path: Path, sqlite_url: str) -> Iterator[Visit]:
    made = Visit(tmp_path, sqlite_url)
    made.does("answer", says="yes")
    yield made
    made.room.close()


def rows(visit: Visit, kind: type[Any]) -> list[Any]:
    with visit.room.hub.db.read() as session:
        return list(session.exec(select(kind)))


def notes(visit: Visit, what: str, words: str = "", status: int = 303) -> None:
    form = {"what": what, "words": words}
    assert visit.thumb.post(f"{visit.path}/outcome", data=form, follow_redirects=False).status_code == status


def test_what_was_done_is_asked_on_their_own_page(visit: Visit) -> None:
    """S25, S19: after DONE; a code of the door among the words is cut out."""
    assert "What was done?" not in visit.looks()
    notes(visit, "treated", status=409)
    visit.does("step", event="begin_care")
    visit.does("step", event="finish")
    page = visit.looks()
    assert "What was done?" in page
    assert "Maureen" not in page
    notes(visit, "treated", "Up and safe. Key safe code 4711.")
    (note,) = rows(visit, VisitNote)
    assert (note.what, note.by_name) == ("treated", rows(visit, Position)[0].responder_name.split(" · ")[0])
    assert "4711" not in note.words
    assert "You said: seen and treated" in visit.looks()
    waiting = [
        row.kind for row in rows(visit, Deadline) if row.state == "waiting" and row.owner == "position"
    ]
    assert waiting == []


def test_one_press_ends_it_as_visited(visit: Visit) -> None:
    visit.does("step", event="begin_care")
    visit.does("step", event="finish")
    notes(visit, "advised", "Sips of water.")
    panel = visit.person("Priya Nair").get(f"/cases/{visit.case}/panel").text
    assert "It ended as “visited”" in panel
    assert "Seen, advice given. Sips of water." in panel


def test_not_found_cannot_close_unseen(visit: Visit) -> None:
    """S27: somebody must say where they are."""
    visit.does("step", event="begin_care")
    visit.does("step", event="finish")
    notes(visit, "not_found")
    assert "no_access" in [row.kind for row in rows(visit, Task) if row.state == "open"]
    panel = visit.person("Priya Nair").get(f"/cases/{visit.case}/panel").text
    assert "It ended as" not in panel


def test_no_note_in_time_wakes_a_human_once(visit: Visit) -> None:
    """S25: DONE → outcome in 30 minutes; one thing is owed, not two."""
    visit.does("step", event="begin_care")
    visit.does("step", event="finish")
    (asks,) = [row for row in rows(visit, Deadline) if row.kind == "visit_note" and row.state == "waiting"]
    done_at = visit.position().done_at
    assert done_at is not None
    assert asks.due_at == done_at + timedelta(minutes=30)
    with visit.room.write() as session:
        visit_notes.missing(session, asks.subject, visit.room.clock.now())
    assert [row.kind for row in rows(visit, Task) if row.state == "open"] == ["finish"], "that asks for both"


def test_the_other_visit_goes_on_and_the_note_is_asked_for(sqlite_desk: Desk) -> None:
    """S25: while the case owes another visit, nothing else would ask what the first one did."""
    desk = sqlite_desk
    offer = accepted(desk, where="on_floor", floor_time=20)
    desk.does(f"/api/positions/{offer.position_id}/step", {"event": "begin_care"})
    desk.does(f"/api/positions/{offer.position_id}/step", {"event": "finish"})
    with desk.hub.db.write() as session:
        visit_notes.missing(session, offer.position_id, desk.clock.now())
    (task,) = [row for row in desk.rows(Task) if row.kind == "visit_note"]
    assert "has not said what was done" in task.words
    desk.does(f"/api/positions/{offer.position_id}/note", {"what": "treated"})
    assert [row.state for row in desk.rows(Task) if row.kind == "visit_note"] == ["done"]


def test_taken_back_it_is_not_asked_for(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    offer = accepted(desk)
    desk.does(f"/api/positions/{offer.position_id}/step", {"event": "finish"})
    priya = desk.person("Priya Nair")
    priya.post(f"/api/positions/{offer.position_id}/undo", json={"why": "wrong button"}).raise_for_status()
    assert "visit_note" not in [row.kind for row in desk.rows(Deadline) if row.state == "waiting"]


def test_a_death_found_on_arrival_is_said_on_their_page(visit: Visit) -> None:
    """S28: who confirmed it and when; everything stops but their own visit, and what must be done is listed there."""
    visit.does("step", event="arrive")
    assert "They have died" in visit.looks()
    visit.does("died", 422, by=" ", at="14:20", expected="no")
    visit.does("died", by="Paramedic Sam", at="14:20", expected="no")
    (case,) = rows(visit, Case)
    assert (case.outcome, case.outcome_words) == ("died", "Confirmed by Paramedic Sam, 14:20.")
    assert visit.position().state == "at_door", "whoever found it is not sent away"
    page = visit.looks()
    assert "Ring 999 now, police and ambulance." in page
    visit.does("step", event="finish")
    asked = {row.kind for row in rows(visit, Task) if row.state == "open"}
    assert "after_death" in asked
    assert "care_time" not in asked, "nobody is asked when care began"


def test_who_could_not_get_in_and_then_found_them(visit: Visit) -> None:
    """S28, S27: their whereabouts are known by that, and nothing rings about the door any more."""
    visit.does("step", event="find_no_access")
    visit.does("died", by="The police", at="14:50", expected="unknown")
    assert visit.position().state == "done"
    assert rows(visit, Case)[0].outcome == "died"


def elsewhere(desk: Desk) -> tuple[int, int]:
    """Two open cases of one person: somebody is on the way to one, and the death is recorded on the other."""
    accepted(desk)
    on_the_way = int(desk.rows(Case)[-1].key)
    new = desk.does("/api/calls/new")
    with desk.hub.db.write() as session:
        for case_id in (on_the_way, new["case"]):
            case = session.get_one(Case, case_id)
            case.nhs_number = "9990000018"
            session.add(case)
    desk.does(f"/api/cases/{new['case']}/died", {"words": "Her son, 14:20."})
    effect = next(row for row in desk.rows(Effect) if row.kind == "other_died")
    with desk.hub.db.write() as session:
        INSIDE["other_died"](session, None, effect, desk.clock.now())  # type: ignore[arg-type]
    return on_the_way, int(new["case"])


def test_whoever_is_on_the_way_elsewhere_is_stopped_by_one_press(sqlite_desk: Desk) -> None:
    """S28: another open case of the same person, with somebody travelling there."""
    desk = sqlite_desk
    case, recorded = elsewhere(desk)
    assert "Yes: stop everything here too" in desk.jay.get(f"/cases/{case}/panel").text
    desk.does(f"/api/cases/{case}/died-too")
    (there,) = [row for row in desk.rows(Case) if row.id == case]
    (first,) = [row for row in desk.rows(Case) if row.id == recorded]
    assert there.outcome == "died"
    assert first.ref in there.outcome_words
    assert desk.rows(Position)[-1].state == "stood_down"
    assert "stood down, thank you" in desk.rows(Message)[-1].body
    assert {row.case_id for row in desk.rows(Task) if row.kind == "after_death"} == {recorded}, (
        "asked for once"
    )


def test_it_was_somebody_else_and_goes_on(sqlite_desk: Desk) -> None:
    """S28: a wrong number must not take help away."""
    desk = sqlite_desk
    case, _ = elsewhere(desk)
    assert "Say who it was" in desk.does(f"/api/cases/{case}/not-died", {"words": ""}, 422)["problem"]
    desk.does(f"/api/cases/{case}/not-died", {"words": "Her sister of the same name."})
    assert [row.state for row in desk.rows(Task) if row.kind == "has_died"] == ["done"]
    assert "held" not in [row.state for row in desk.rows(Hold)]
    assert next(row for row in desk.rows(Case) if row.id == case).outcome is None


def test_nowhere_said_it_stops_nothing(sqlite_desk: Desk) -> None:
    case = committed(sqlite_desk)
    assert (
        "Neither their record nor another case says"
        in sqlite_desk.does(f"/api/cases/{case}/died-too", status=422)["problem"]
    )


def test_refused_at_the_door_somebody_asks_all_that_a_refusal_must_hold(visit: Visit) -> None:
    """S21: the note ends nothing; a task with a time opens, once, and goes when the note is changed."""

    def asked() -> list[Task]:
        return [row for row in rows(visit, Task) if row.kind == "refusal" and row.state == "open"]

    visit.does("step", event="arrive")
    visit.does("step", event="finish")
    notes(visit, "refused", "Would not let me in.")
    notes(visit, "refused", "Said no at the door.")
    (task,) = asked()
    assert "can they decide, which risks?" in task.words
    assert [row.due_at for row in rows(visit, Deadline) if row.owner == "task" and row.subject == task.id]
    assert rows(visit, Case)[0].state == "open"
    notes(visit, "treated")
    assert asked() == []
    notes(visit, "refused")
    said: dict[str, Any] = {"refuser": "person", "capacity": "unknown", "understood": "x", "risks": "y"}
    with visit.room.write() as session:
        now = visit.room.clock.now()
        case = take(session, visit.case, now)
        kept = Refusal(
            place=case.place, case_id=case.key, at=now, by="Priya", ends_case=False, ring="999", **said
        )
        refusals.keep(session, case, kept, now, HUB)
    assert asked() == []
