"""Somebody joins the responders, changes, leaves and comes back; nothing that they hold is lost (S3, S25)."""

import re
from datetime import timedelta
from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient

from dispatch.duty_model import RotaChange
from dispatch.model import Message, Offer, Responder, Shift
from dispatch.phone_model import PhoneOfResponder
from hub.access import User
from hub.audit import Audit
from hub.trusted_phones import Forgotten, TrustedPhone
from records import alarms
from records.model import Position
from tests.desk import Desk
from tests.service.test_responders import PAGE, says
from tests.service.test_shifts import accepts, can_be_asked, offered, plans, responder, shifts_of
from tests.service.test_two_together import seek_all

NEW: dict[str, Any] = {"name": "Ana Reeve", "profession": "nurse", "number": "07700 900199"}


def audited(desk: Desk, who: int) -> list[tuple[str, str]]:
    return [(row.action, row.why or "") for row in desk.rows(Audit) if row.subject == f"responder:{who}"]


def rung(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [alarm.words for alarm in alarms.live(session, desk.place) if alarm.kind == "off_on_visit"]


def reads_back(desk: Desk, client: TestClient, who: Responder) -> None:
    with desk.hub.db.read() as session:
        found = select(PhoneOfResponder).where(PhoneOfResponder.responder_id == who.id)
        phone = session.exec(found).one()
    assert client.post(f"/api/phones/{phone.id}/read-back", json={"code": phone.code}).status_code == 200


def test_somebody_new_is_asked_once_their_number_is_read_back(sqlite_desk: Desk) -> None:
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    said = says(priya, "/responders", **NEW, log_in="Ana.Reeve@example.nhs.uk")
    who = responder(desk, "Ana Reeve")
    assert who.short_name == "Ana Re.", "there is an Ana R. already, and a board must not confuse them"
    assert not who.reachable
    password = re.search(r"shown this once: (\w+)", said)
    assert password is not None
    assert desk.rows(Message)[-1].phone == "+447700900199"
    says(priya, f"/responders/{who.id}/skill", skill="nursing")
    base: dict[str, Any] = {"day": "2026-03-04", "begins": "14:00", "ends": "22:00", "base": "LS8"}
    plans(priya, "shifts", responder=who.id, **base)
    assert "Ana Re." not in can_be_asked(desk), "nothing is texted to a number that nobody has read back"
    reads_back(desk, priya, who)
    assert "Ana Re." in can_be_asked(desk)
    form = {"name": "ana.reeve@example.nhs.uk", "password": password[1]}
    client = TestClient(desk.app, follow_redirects=False)
    assert client.post("/log-in", data=form, headers={"accept": "application/json"}).status_code == 200
    assert client.get("/mine", headers=PAGE).status_code == 200
    assert client.get("/board", headers=PAGE).status_code == 403
    assert "number is Ana Re.'s" in says(priya, "/responders", 409, **NEW)
    assert says(priya, "/responders", 422, **NEW | {"name": ""})
    assert "type a mobile number" in says(priya, "/responders", 422, **NEW | {"number": "0113 496 0812"})
    assert desk.jay.post("/responders", json=NEW).status_code == 403


def test_what_is_changed_of_them_is_kept_with_what_it_was(sqlite_desk: Desk) -> None:
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    says(priya, "/responders/1/about", name="Ana Reid-Hall", profession="senior nurse", languages="Polish")
    assert audited(desk, 1) == [
        ("changed", "name: Ana Reid, now Ana Reid-Hall"),
        ("changed", "profession: nurse, now senior nurse"),
        ("changed", "languages: nothing, now Polish"),
    ]
    says(priya, "/responders/1/about", languages="Polish")
    assert len(audited(desk, 1)) == 3, "what stays is no change"
    refused = says(priya, "/responders/1/about", 409, short_name="Tom B.")
    assert "There is another Tom B. here" in refused
    says(priya, "/responders/1/skill", skill="nursing", held=False)
    assert audited(desk, 1)[-1] == ("skill", "nursing: held no more")
    seen = " ".join(priya.get("/responders/1", headers=PAGE).text.split())
    assert "nurse, now senior nurse" in seen
    assert "Priya Nair" in seen.split("What was changed")[-1]
    (user,) = [row for row in desk.rows(User) if row.name_key.startswith("ana.reid@")]
    assert user.name == "Ana Reid-Hall"


def test_whoever_leaves_loses_nothing_that_they_hold(desk: Desk) -> None:
    """S3, S25: an offer goes on to the next, a visit rings until somebody decides, and their phone opens nothing."""
    priya, first = desk.person("Priya Nair"), offered(desk)
    asked = next(row for row in desk.rows(Responder) if row.id == first.responder_id)
    assert "why" in says(priya, f"/responders/{asked.id}/leave", 422, why="").lower()
    says(priya, f"/responders/{asked.id}/leave", why="a new job")
    assert next(row for row in desk.rows(Offer) if row.id == first.id).state == "expired"
    assert asked.short_name not in can_be_asked(desk)
    seek_all(desk)
    second = next(row for row in desk.rows(Offer)[::-1] if row.state == "sent")
    who = next(row for row in desk.rows(Responder) if row.id == second.responder_id)
    remembered(desk, who)
    accepts(desk, second)
    client = desk.person(who.name)
    later: dict[str, Any] = {"day": "2026-03-09", "begins": "07:00", "ends": "19:00", "base": "LS8"}
    plans(priya, "shifts", responder=who.id, **later)
    said = says(priya, f"/responders/{who.id}/leave", why="retired")
    (words,) = rung(desk)
    assert f"{who.short_name} has left and has accepted it" in words
    assert words in said
    held = next(row for row in desk.rows(Position) if row.id == second.position_id)
    assert (held.state, held.responder_id) == ("accepted", who.id), "it is theirs until a coordinator decides"
    assert [shift for shift in shifts_of(desk, who) if shift.ends_at > desk.clock.now()] == []
    assert {row.kind for row in desk.rows(RotaChange) if row.responder_id == who.id} == {"added", "removed"}
    assert [phone.forgotten_because for phone in desk.rows(TrustedPhone)] == [Forgotten.left]
    assert client.get("/mine", headers=PAGE).status_code in (303, 401)
    assert "has left already" in says(priya, f"/responders/{who.id}/leave", 409, why="again")


def remembered(desk: Desk, who: Responder) -> None:
    now = desk.clock.machine()
    assert who.user_id is not None
    with desk.hub.db.write() as session:
        phone = TrustedPhone(
            place=desk.place,
            user_id=who.user_id,
            token_hash="t",
            pin_hash="p",
            kind="Android phone",
            trusted_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=9),
        )
        session.add(phone)


def test_whoever_comes_back_is_planned_and_asked_again(sqlite_desk: Desk) -> None:
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    says(priya, "/responders/1/leave", why="a year away")
    assert "has left" in priya.get("/responders/1", headers=PAGE).text
    assert "who has left. Bring them back" in says(
        priya, "/responders", 409, **NEW | {"number": "+447700900141"}
    )
    shift: dict[str, Any] = {"day": "2026-03-04", "begins": "14:00", "ends": "22:00", "base": "LS8"}
    plans(priya, "shifts", 404, responder=1, **shift)
    says(priya, "/responders/1/come-back")
    plans(priya, "shifts", responder=1, **shift)
    assert "Ana R." in can_be_asked(desk)
    assert desk.person("Ana Reid").get("/mine", headers=PAGE).status_code == 200
    assert [what for what, _ in audited(desk, 1)] == ["left", "came back"]
    assert "has not left" in says(priya, "/responders/1/come-back", 409)
    assert [row.responder_id for row in desk.rows(Shift)].count(1) == 2
