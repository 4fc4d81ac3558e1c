"""Referrals out, once they were asked: they hear of what has changed, and when they are not wanted (S17, S28)."""

from collections.abc import Iterator

import pytest

from hub import outbox
from hub.deadlines import Deadline, DeadlineState
from records.model import CallBack, Case, HandOver, Task
from tests.bars import Service, resource
from tests.desk import Desk
from tests.receiver import WHY, key_of, receiver
from tests.referring import Room
from triage.bars_out import asking


@pytest.fixture
def room(sqlite_desk: Desk) -> Iterator[Room]:
    with receiver() as them:
        yield Room(sqlite_desk, them)


def test_they_hear_of_changes_that_matter_and_when_they_are_not_wanted(room: Room) -> None:
    case_id = room.asks()
    room.works()
    room.works(seconds=30)
    assert room.them.reasons == ["new"]
    room.changes(case_id, address="14 Oak Road", need="fall")
    room.works(seconds=30)
    assert room.them.reasons == ["new", "update"]
    assert resource(room.them.came[1], "Location")["address"]["text"] == "14 Oak Road"
    room.does(f"/cases/{case_id}/note", {"words": "Rang her daughter."})
    room.works(seconds=30)
    assert room.them.reasons == ["new", "update"], "nothing that matters"
    waiting = [row.kind for row in room.desk.rows(Deadline) if row.state is DeadlineState.waiting]
    assert "hand_over_unconfirmed" in waiting
    room.changes(case_id, sealed=True)
    room.does(f"/cases/{case_id}/died", {"expected": "yes", "words": "Her daughter, at 14:10."})
    room.works(seconds=1)
    assert room.them.reasons == ["new", "update", "revoked"]
    kinds = {one["resource"]["resourceType"] for one in room.them.came[-1]["entry"]}
    assert "Patient" not in kinds
    assert "daughter" not in str(room.them.came[-1])
    assert "reasonCode" not in resource(room.them.came[-1], "Encounter"), (
        "S18: it says nothing of a sealed case"
    )
    assert len({key_of(one) for one in room.them.came}) == 1, "they find it by its number"
    tasks = room.words()
    assert Service(room.desk, "Willow").sends(room.them.word("cancelled", to=0)).status_code == 200
    room.works(hours=2)
    assert room.row.state == "superseded", "S28: nobody waits for their yes"
    assert room.words() == tasks, "S28: nor rings them because of their no"
    assert not room.desk.rows(CallBack)


@pytest.mark.parametrize("does", [503, "dies"])
def test_s17_a_second_attempt_says_what_may_leave_by_then(room: Room, does: int | str) -> None:
    """Under the same number; whatever had got through before, they hear of it as a change."""
    room.them.next = [does]
    case_id = room.asks(number="0113 496 0812", need_words="her son took her money")
    room.works()
    room.changes(case_id, safeguarding=True)
    room.works(seconds=3)
    assert room.them.reasons == ["new", "update"]
    assert [one["id"] for one in room.them.came] == [one.uid for one in room.sent]
    for message in room.them.came[1 if does == "dies" else 0 :]:
        assert "safeguarding concern" in str(message)
        for never in (WHY, "4960812"):
            assert never not in str(message)


def test_they_hear_of_changes_also_after_one_failed_and_after_their_yes(room: Room) -> None:
    case_id = room.asks()
    room.works()
    room.them.next = [422]
    room.changes(case_id, address="14 Oak Road")
    room.works(seconds=30)
    assert any("could not be told what has changed" in words for words in room.words())
    room.works(seconds=30)
    assert room.them.reasons == ["new"], "what they refused is not sent again"
    room.changes(case_id, address="16 Oak Road")
    room.works(seconds=30)
    assert room.them.reasons == ["new", "update"]
    assert Service(room.desk, "Willow").sends(room.them.word("in-progress")).status_code == 200
    assert room.row.state == "confirmed"
    room.changes(case_id, address="18 Oak Road")
    room.works(seconds=30)
    assert room.them.reasons == ["new", "update", "update"]
    room.them.next = [503] * 20
    room.changes(case_id, address="20 Oak Road")
    room.works(seconds=30)
    for task in room.desk.rows(Task):
        if task.state == "open":
            room.does(f"/tasks/{task.key}/done", {"words": "Told them."})
    assert room.desk.rows(Case)[0].state == "closed", "S32"
    room.works(seconds=1)
    assert room.sent[-1].given_up_at is not None, "nothing waits for ever once the case is closed"


def test_a_message_that_waits_its_turn_leaves_the_case_alone_and_does_not_wait_for_nobody(room: Room) -> None:
    room.them.next = [503] * 5
    case_id = room.asks()
    for _ in range(5):
        room.works(seconds=40)
    first = room.sent[0]
    with room.desk.hub.db.write() as session:
        asking.tell_what_changed(
            session, session.get_one(HandOver, room.row.key), first, room.desk.clock.now()
        )
    (before,) = room.desk.rows(Case)
    room.works()
    for _ in range(3):
        room.works(seconds=6)
    assert room.desk.rows(Case)[0].version == before.version
    with room.desk.hub.db.write() as session:
        outbox.void_kinds(session, case_id, ["bars_request"], room.desk.clock.now())
        asking.tell_what_changed(
            session, session.get_one(HandOver, room.row.key), first, room.desk.clock.now()
        )
    room.works(seconds=6)
    assert room.them.reasons == ["update"]
