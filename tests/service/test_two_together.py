"""S22: where staff are not safe alone two go together, from the offer to the door."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch import inbox, seeking, service, visits
from dispatch.duty_model import StaffSafety
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, Responder
from hub.actors import HUB
from hub.places import place_of
from records import alarms
from records.model import Position
from tests.desk import Desk, entry, types
from tests.story import BEST_ANSWERS, VISIT


def rule(desk: Desk, **said: Any) -> None:
    with desk.hub.db.write() as session:
        session.add(
            StaffSafety(
                **{
                    "place": desk.place,
                    "postcode": "LS8 2AB",
                    "words": "A son who has hit staff.",
                    "two_people": True,
                    "not_alone_after_dark": False,
                    "starts_at": desk.clock.now() - timedelta(days=1),
                    "added_by": "Dana Cole",
                    **said,
                }
            )
        )


def visit(desk: Desk) -> list[Position]:
    call = desk.does("/api/calls/new")
    types(desk, call["call"], entry("dependants", "nobody"), entry("postcode", "LS8 2AB"))
    begun = desk.does(f"/api/cases/{call['case']}/assessments", {"protocol": "fall-at-home"})
    number = begun["view"]["assessment"]
    for question, answer in {**BEST_ANSWERS, **VISIT}.items():
        desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    desk.does(f"/api/assessments/{number}/finish")
    return [row for row in desk.rows(Position) if row.case_id == call["case"]]


def seek_all(desk: Desk) -> None:
    for position in desk.rows(Position):
        with desk.hub.db.write() as session:
            seeking.seek(session, desk.app.state.desk, position.key, desk.clock.now())


def live(desk: Desk) -> list[Offer]:
    return [row for row in desk.rows(Offer) if row.state == "sent"]


def accept(desk: Desk, offer: Offer) -> str:
    with desk.hub.db.write() as session:
        row = session.get_one(Offer, offer.key)
        assert service.accept(session, desk.app.state.desk, row, desk.clock.now(), HUB)
    return str(desk.rows(Message)[-1].body)


def rung(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [alarm.words for alarm in alarms.live(session, desk.place) if alarm.kind == "second_person"]


def overdue(desk: Desk, position_id: int) -> None:
    with desk.hub.db.write() as session:
        visits.overdue(session, position_id, desk.clock.now(), "set_off")


def test_two_are_asked_and_nobody_is_told_to_set_off_before_two_have_accepted(desk: Desk) -> None:
    rule(desk)
    visit(desk)
    seek_all(desk)
    first, second = desk.rows(Position)
    assert (first.kind, first.case_id) == (second.kind, second.case_id)
    one, other = live(desk)
    assert {one.position_id, other.position_id} == {first.id, second.id}
    asked = [row.body for row in desk.rows(Message) if row.offer_id in (one.id, other.id)]
    assert len(asked) == 2
    assert all("Two go together." in body for body in asked)
    said = accept(desk, one)
    assert "WAIT, we text you when the second is found" in said
    assert "ENROUTE" not in said
    desk.clock.at += timedelta(minutes=10)
    before = len(desk.rows(Message))
    overdue(desk, one.position_id)
    assert ["the second is missing" in words for words in rung(desk)] == [True]
    assert len(desk.rows(Message)) == before, "they are not asked whether they have set off"
    told = accept(desk, other)
    assert "is yours. Reply ENROUTE" in told
    assert rung(desk) == []
    (both,) = [row for row in desk.rows(Message) if "second person is found" in row.body]
    assert both.offer_id == one.id
    overdue(desk, one.position_id)
    assert "have you set off?" in desk.rows(Message)[-1].body


def test_a_step_alone_is_kept_and_rings(desk: Desk) -> None:
    """What has happened is recorded; they are told not to go in."""
    rule(desk)
    visit(desk)
    seek_all(desk)
    one = live(desk)[0]
    accept(desk, one)
    who = next(row for row in desk.rows(Responder) if row.id == one.responder_id)
    with desk.hub.db.write() as session:
        place = place_of(session, desk.place)
        text = Incoming("SM1", who.phone, "ARRIVED")
        inbox.receive(session, desk.app.state.desk, place, text, desk.clock.now())
    assert next(row for row in desk.rows(Position) if row.id == one.position_id).state == "at_door"
    assert "goes on ALONE" in rung(desk)[0]
    assert any("do NOT go in alone" in row.body for row in desk.rows(Message))
    client = desk.person(who.name)
    page = client.get(f"/o/{one.code}", headers={"accept": "text/html"}).text
    assert "A son who has hit staff. Two go together." in page


def panel(desk: Desk, case_id: int, who: str) -> str:
    page = desk.person(who).get(f"/cases/{case_id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    _, has, safety = page.text.partition('id="cp-safety">')
    return safety.split("</p>")[0] if has else ""


def test_one_of_two_hands_back_and_the_other_hears_it_at_once(desk: Desk) -> None:
    """S22: before the door they wait, inside they are told that they are alone; the room sees who."""
    rule(desk)
    case = visit(desk)[0].case_id
    seek_all(desk)
    one, other = live(desk)
    accept(desk, one)
    assert "Ana R. · nurse is alone" in panel(desk, case, "Priya Nair")
    accept(desk, other)
    seen = panel(desk, case, "Priya Nair")
    assert "two go together" in seen
    assert "A son who has hit staff." in seen
    assert "is alone" not in seen
    handler = panel(desk, case, "Jay Osei")
    assert "two go together" in handler
    assert "A son" not in handler
    assert panel(desk, case, "Ruth Adeyemi") == ""
    step(desk, one.position_id, "set_off")
    step(desk, one.position_id, "arrive")
    hand_back(desk, other.position_id)
    told = [row for row in desk.rows(Message) if "the second person is NOT coming" in row.body]
    assert [(row.offer_id, "Do NOT go in alone" in row.body) for row in told] == [(one.id, True)]
    (words,) = rung(desk)
    assert "is ALONE where two must go" in words
    seek_all(desk)
    accept(desk, live(desk)[0])
    assert rung(desk) == []
    step(desk, one.position_id, "begin_care")
    hand_back(desk, next(row.position_id for row in desk.rows(Offer)[::-1] if row.state == "accepted"))
    assert [row.offer_id for row in desk.rows(Message) if "You are alone: leave" in row.body] == [one.id]


def step(desk: Desk, position_id: int, event: str) -> None:
    with desk.hub.db.write() as session:
        visits.step(session, session.get_one(Position, position_id), event, desk.clock.now(), HUB)


def hand_back(desk: Desk, position_id: int) -> None:
    with desk.hub.db.write() as session:
        visits.hand_back(session, session.get_one(Position, position_id), desk.clock.now(), HUB)


@pytest.mark.parametrize(
    ("said", "at", "positions"),
    [
        ({"two_people": False, "not_alone_after_dark": True}, "2026-03-04T14:00+00:00", 2),
        ({"two_people": False, "not_alone_after_dark": True}, "2026-03-04T10:00+00:00", 1),
        ({"two_people": False}, "2026-03-04T20:00+00:00", 1),
        ({"postcode": "LS8 2AC"}, "2026-03-04T14:00+00:00", 1),
        ({"ends_at": datetime.fromisoformat("2026-03-04T13:59+00:00")}, "2026-03-04T14:00+00:00", 1),
    ],
)
def test_when_two_must_go(sqlite_desk: Desk, said: dict[str, Any], at: str, positions: int) -> None:
    """Dark now or when the visit is due; this address alone; while the rule holds."""
    sqlite_desk.clock.at = datetime.fromisoformat(at)
    rule(sqlite_desk, **said)
    visit(sqlite_desk)
    seek_all(sqlite_desk)
    assert len(sqlite_desk.rows(Position)) == positions
