"""ON from somebody who is on no shift, within hours and rest (S22); boards hear of ON, OFF and BREAK at once."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from dispatch.duty_model import ResponderRecord, RotaChange
from dispatch.model import Message, Responder, Shift
from hub import events
from records import alarms
from records.alarms import Alarm
from tests.desk import Desk
from tests.service.test_shifts import can_be_asked, responder, shifts_of, texts


def shift_is(desk: Desk, who: Responder, **when: Any) -> None:
    """Their one shift begins, and ends, so many minutes from now."""
    with desk.hub.db.write() as session:
        shift = session.exec(select(Shift).where(Shift.responder_id == who.id)).one()
        shift.starts_at = desk.clock.now() + timedelta(minutes=when["begins"])
        shift.ends_at = desk.clock.now() + timedelta(minutes=when["ends"])


def lines(desk: Desk) -> list[Alarm]:
    with desk.hub.db.read() as session:
        return [row for row in alarms.live(session, desk.place) if row.kind in ("asks_on", "on_early")]


def told(desk: Desk, session: Session, since: int) -> list[tuple[str, str]]:
    return [(one.topic, one.subject) for one in events.after(session, desk.place, since, 50)]


def test_on_begins_a_shift_that_is_near_and_the_room_is_told(sqlite_desk: Desk) -> None:
    desk, ana = sqlite_desk, responder(sqlite_desk, "Ana Reid")
    shift_is(desk, ana, begins=40, ends=400)
    assert "Ana R." not in can_be_asked(desk)
    assert texts(desk, ana, "ON") == "FP: you are on until 20:40. (14:00)"
    assert "Ana R." in can_be_asked(desk)
    (line,) = lines(desk)
    assert line.words == "Ana R. has begun their shift of 14:40 now."
    kept = desk.rows(RotaChange)[-1]
    assert (kept.by, kept.why) == ("Ana R.", "begun by ON, planned from 14:40")
    taken = desk.person("Priya Nair").post(f"/api/alarms/{line.id}/take")
    assert taken.status_code == 200
    assert lines(desk) == [], "to have read it is enough"


def test_hours_and_rest_hold_for_a_shift_begun_early(sqlite_desk: Desk) -> None:
    desk, ana = sqlite_desk, responder(sqlite_desk, "Ana Reid")
    shift_is(desk, ana, begins=40, ends=40 + 12 * 60)
    assert "your shift begins at 14:40; hours and rest do not let it begin sooner" in texts(desk, ana, "ON")
    assert "Ana R." not in can_be_asked(desk)
    assert lines(desk) == []


def test_with_none_planned_a_coordinator_puts_them_on_by_one_press(sqlite_desk: Desk) -> None:
    desk, ana, priya = sqlite_desk, responder(sqlite_desk, "Ana Reid"), sqlite_desk.person("Priya Nair")
    shift_is(desk, ana, begins=-1500, ends=-800)
    with desk.hub.db.write() as session:
        session.add(ResponderRecord(responder_id=ana.key, place=desk.place, base="LS8"))
    assert "The control room has been told and answers" in texts(desk, ana, "ON")
    assert len(shifts_of(desk, ana)) == 1, "nobody is on shift by their own word alone"
    (line,) = lines(desk)
    assert "Put them on shift" in priya.get("/board", headers={"accept": "text/html"}).text
    assert "Put them on shift" not in desk.jay.get("/board", headers={"accept": "text/html"}).text
    assert desk.jay.post(f"/api/alarms/{line.id}/put-on").status_code == 403
    assert priya.post(f"/api/alarms/{line.id}/put-on").json() == {
        "said": "Ana R. is on until 18:00; they are told."
    }
    new = shifts_of(desk, ana)[-1]
    assert (new.base, new.ends_at - new.starts_at) == ("LS8", timedelta(hours=4))
    assert desk.rows(Message)[-1].body == "FP: you are on until 18:00. (14:00)"
    assert "Ana R." in can_be_asked(desk)
    assert priya.post(f"/api/alarms/{line.id}/put-on").status_code == 409
    assert lines(desk) == []


def test_nobody_is_put_on_without_their_rest(sqlite_desk: Desk) -> None:
    desk, ana, priya = sqlite_desk, responder(sqlite_desk, "Ana Reid"), sqlite_desk.person("Priya Nair")
    shift_is(desk, ana, begins=-900, ends=-180)
    texts(desk, ana, "ON")
    (line,) = lines(desk)
    answer = priya.post(f"/api/alarms/{line.id}/put-on")
    assert answer.status_code == 422
    assert "only 3 h of rest" in answer.json()["problem"]


def test_boards_hear_of_on_off_and_break_at_once(sqlite_desk: Desk) -> None:
    desk, ana = sqlite_desk, responder(sqlite_desk, "Ana Reid")
    for said in ("BREAK 20", "ON", "OFF"):
        with desk.hub.db.read() as session:
            since = events.cursor(session, desk.place)
        texts(desk, ana, said)
        with desk.hub.db.read() as session:
            assert told(desk, session, since) == [("duty", str(ana.id))], said
