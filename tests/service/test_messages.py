"""The console of messages, and phones that are read back: who sees what, what stands in addresses, what is kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from dispatch import by_voice, message_store, phone_store, phones, reading_back, store, undelivered
from dispatch.inbox import Incoming, receive
from dispatch.messages import status_came, went_out
from dispatch.model import Message, Offer, Responder
from dispatch.offers import unheard_at
from dispatch.phone_model import PhoneOfResponder, PhoneState
from hub.audit import Audit
from hub.deadlines import Deadline, DeadlineState
from hub.errors import Conflict, Refused
from hub.outbox import Effect
from hub.places import place_of
from records import alarms
from tests.desk import Desk
from tests.story import BEST_ANSWERS, START, VISIT

MIN = timedelta(minutes=1)


def offered(desk: Desk) -> Offer:
    """A fall that wants a nurse: somebody has been asked."""
    _, assessment = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{assessment}/finish", {})
    offers: list[Offer] = desk.rows(Offer)
    return offers[-1]


def texted(desk: Desk, offer: Offer, body: str, sid: str = "SM1") -> Message:
    with desk.hub.db.write() as session:
        place = place_of(session, desk.place)
        phone = store.responder(session, offer.responder_id).phone
        return receive(session, desk.app.state.desk, place, Incoming(sid, phone, body), desk.clock.now())


def console(desk: Desk, who: str = "Priya Nair", path: str = "/messages") -> str:
    answer = desk.person(who).get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- the console -----------------------------------------------------------------------------------------------------


def test_every_message_with_its_journey(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    offer = offered(desk)
    texted(desk, offer, "can you ring me about this")
    with desk.hub.db.write() as session:
        status_came(session, offer.effect_id or 0, "SMx", "undelivered", 30003, desk.clock.now())
    said = words(console(desk))
    assert "waiting → with the carrier → failed the phone is off or out of reach (error 30003)" in said
    assert "came in → needs a human waits for a human" in said
    assert said.index("can you ring me") < said.index("Be there by"), "newest first"
    assert "can you ring me" not in words(console(desk, path="/messages?show=failed"))
    assert "Be there by" not in words(console(desk, path="/messages?show=human"))


def test_opening_it_is_one_audited_look(sqlite_desk: Desk) -> None:
    for _ in range(3):
        console(sqlite_desk)
    looks = [one for one in sqlite_desk.rows(Audit) if one.action == "looked at messages"]
    assert len(looks) == 1


def test_it_is_found_by_post_and_never_by_address(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    offer = offered(desk)
    texted(desk, offer, "the gate is locked_ 50%")
    with desk.hub.db.read() as session:
        who = store.responder(session, offer.responder_id)
    priya = desk.person("Priya Nair")
    finds = {
        who.name: True,
        "07700 " + who.phone[-6:]: True,
        offer.code[:-1]: True,
        "GATE is": True,
        "k_d": False,
    }
    for said, is_found in finds.items():
        answer = priya.post("/messages", data={"said": said}, headers={"accept": "text/html"})
        assert ("the gate is locked" in answer.text) == is_found, said
    assert priya.get("/messages?said=gate", headers={"accept": "text/html"}).text.count("gate is") == 1


def test_it_comes_a_page_at_a_time(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with desk.hub.db.write() as session:
        for n in range(message_store.PAGE + 5):
            place = place_of(session, desk.place)
            receive(
                session, desk.app.state.desk, place, Incoming(f"SM{n}", "+447700900555", f"text {n}."), START
            )
    first = console(desk)
    assert first.count('<li id="message-') == message_store.PAGE
    (older,) = re.findall(r'href="(/messages\?before=\d+)"', first)
    rest = console(desk, path=older)
    assert "text 0." in rest
    assert "Older" not in rest


@pytest.mark.parametrize(
    ("who", "status"), [("Jay Osei", 200), ("Amara Obi", 200), ("Ana Reid", 403), ("Ruth Adeyemi", 403)]
)
def test_who_may_see_messages(sqlite_desk: Desk, who: str, status: int) -> None:
    assert sqlite_desk.person(who).get("/messages").status_code == status


def test_the_templates_page_shows_each_with_its_length(sqlite_desk: Desk) -> None:
    said = words(console(sqlite_desk, "Ruth Adeyemi", "/messages/templates"))
    assert "FP 4K7C: 2 HOURS" in said
    assert re.search(r"up to \d+ signs, 1 part", said)
    assert "said by a voice" in said


# --- an offer without a receipt --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_s", "wait_s", "due_s", "why"),
    [(0, 240, 45, "45 s"), (0, 120, 45, "the same for two minutes"), (30, 120, 60, "a minute is left for the voice"),
     (110, 120, 125, "a receipt takes a few seconds in any case")],
)  # fmt: skip
def test_when_a_text_is_said_aloud(left_s: int, wait_s: int, due_s: int, why: str) -> None:
    left, due = START + timedelta(seconds=left_s), START + timedelta(seconds=due_s)
    assert unheard_at(left, START + timedelta(seconds=wait_s)) == due, why


def waiting(desk: Desk) -> list[Deadline]:
    return [d for d in desk.rows(Deadline) if d.kind == "text_unheard" and d.state is DeadlineState.waiting]


@pytest.mark.parametrize("first", ["settle", "status"])
def test_whoever_hears_first_that_it_left_sets_the_deadline_once(sqlite_desk: Desk, first: str) -> None:
    """The carrier's own word may overtake the worker's; a receipt ends it, and a late `sent` does not bring it back."""
    desk, offer = sqlite_desk, offered(sqlite_desk)
    now = desk.clock.now()

    def settles() -> None:
        with desk.hub.db.write() as session:
            went_out(session, session.get_one(Effect, offer.effect_id), "SMx", now)

    def status(word: str) -> None:
        with desk.hub.db.write() as session:
            status_came(session, offer.effect_id or 0, "SMx", word, None, now)

    acts: list[Any] = [settles, lambda: status("sent")]
    for act in acts if first == "settle" else acts[::-1]:
        act()
        assert len(waiting(desk)) == 1
    status("delivered")
    status("sent")
    assert waiting(desk) == []


def test_a_wrong_key_is_asked_again_and_changes_nothing(sqlite_desk: Desk) -> None:
    desk, offer = sqlite_desk, offered(sqlite_desk)
    now = desk.clock.now()
    with desk.hub.db.write() as session:
        by_voice.ring_next(session, desk.app.state.desk, offer.key, now, "no receipt")
    (call,) = [m for m in desk.rows(Message) if m.voice]
    with desk.hub.db.write() as session:
        assert by_voice.key_pressed(session, desk.app.state.desk, call.effect_id or 0, "7", now).again
    assert desk.rows(Offer)[-1].state == "sent"


# --- phones ----------------------------------------------------------------------------------------------------------


def refused(desk: Desk, code: int) -> tuple[Responder, PhoneOfResponder]:
    """The offer's text meets this error of the carrier."""
    offer = offered(desk)
    with desk.hub.db.write() as session:
        now = desk.clock.now()
        message = status_came(session, offer.effect_id or 0, "SMx", "undelivered", code, now)
        assert message is not None
        undelivered.not_delivered(session, desk.app.state.desk, message, now)
    with desk.hub.db.read() as session:
        who = store.responder(session, offer.responder_id)
        return who, phones.of(session, who)[0]


@pytest.mark.parametrize(
    ("code", "reachable", "rung", "why"),
    [(21610, False, True, "opted out"), (30006, False, True, "a landline"), (30005, False, False, "nobody's"),
     (30003, True, True, "off just now: nothing is wrong with the phone")],
)  # fmt: skip
def test_a_refusal_marks_that_phone_and_alarms(
    sqlite_desk: Desk, code: int, reachable: bool, rung: bool, why: str
) -> None:
    """S24: the phone is marked, not only the person; it is rung at once where it can be."""
    desk = sqlite_desk
    who, phone = refused(desk, code)
    assert (who.reachable, phone.gets_texts) == (reachable, reachable), why
    assert bool([m for m in desk.rows(Message) if m.voice]) == rung, why
    with desk.hub.db.read() as session:
        alarmed = [one.words for one in alarms.live(session, desk.place) if one.kind == "unreachable"]
    assert bool(alarmed) != reachable
    assert who.phone not in " ".join(alarmed), "an alarm does not give the number away"


def test_a_phone_is_opted_in_again_by_reading_back(sqlite_desk: Desk) -> None:
    """S24: the code leaves for the phone and stands nowhere else that people look; right, it ends the alarm."""
    desk = sqlite_desk
    who, phone = refused(desk, 21610)
    priya = desk.person("Priya Nair")
    assert priya.post(f"/api/phones/{phone.id}/code", json={}).status_code == 200
    with desk.hub.db.read() as session:
        code = session.get_one(PhoneOfResponder, phone.id).code or ""
        sent = session.exec(select(Effect).where(Effect.kind == "sms").order_by(Effect.id.desc())).first()  # type: ignore[union-attr]
    assert sent is not None
    assert code in sent.payload["text"]
    assert f"code is {code}" not in console(desk)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    assert priya.post(f"/api/phones/{phone.id}/read-back", json={"code": wrong}).status_code == 422
    assert priya.post(f"/api/phones/{phone.id}/read-back", json={"code": code}).status_code == 200
    with desk.hub.db.read() as session:
        assert store.responder(session, who.key).reachable
        assert [one for one in alarms.live(session, desk.place) if one.kind == "unreachable"] == []
    assert desk.jay.post(f"/api/phones/{phone.id}/code", json={}).status_code == 403


def test_three_wrong_codes_are_the_last(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    _, phone = refused(desk, 21610)
    priya = desk.person("Priya Nair")
    priya.post(f"/api/phones/{phone.id}/code", json={})
    with desk.hub.db.read() as session:
        code = session.get_one(PhoneOfResponder, phone.id).code or ""
    wrong = f"{(int(code) + 1) % 10_000:04}"
    for _ in range(3):
        priya.post(f"/api/phones/{phone.id}/read-back", json={"code": wrong})
    assert priya.post(f"/api/phones/{phone.id}/read-back", json={"code": code}).status_code == 409


def test_a_landline_is_theirs_once_they_have_read_back_what_a_voice_said(sqlite_desk: Desk) -> None:
    """The code is said on that line alone; from then on it is rung where a text does not arrive, and never texted."""
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    assert priya.post("/api/responders/1/phones", json={"number": "+441134960855"}).status_code == 200
    with desk.hub.db.read() as session:
        who = session.get_one(Responder, 1)
        phone = phones.of(session, who)[-1]
        call = session.exec(select(Effect).where(Effect.kind == "voice")).one()
    assert not phone.can_be_rung, "nobody has read it back yet"
    assert call.payload["to"] == phone.number
    assert f"The code is {', '.join(phone.code or '')}." in call.payload["words"]
    kept = desk.rows(Message)[-1]
    assert kept.voice
    assert ", ".join(phone.code or "") not in kept.body
    answer = priya.post(f"/api/phones/{phone.id}/read-back", json={"code": phone.code})
    assert answer.json() == {"said": "It is rung where no text arrives."}
    with desk.hub.db.read() as session:
        phone = phones.of(session, session.get_one(Responder, 1))[-1]
    assert (phone.gets_texts, phone.can_be_rung) == (False, True)
    assert priya.post(f"/api/phones/{phone.id}/code", json={}).status_code == 409


def test_a_number_counts_once_it_is_read_back_and_no_longer_than_it_is_theirs(sqlite_desk: Desk) -> None:
    desk, now, number = sqlite_desk, sqlite_desk.clock.now(), "+447700900777"

    def act(do: Any) -> Any:
        with desk.hub.db.write() as session:
            return do(session)

    def owner(session: Session) -> int | None:
        found = phone_store.owner(session, desk.place, number)
        return found.key if found else None

    ana = act(lambda s: s.exec(select(Responder).where(Responder.name == "Ana Reid")).one())
    phone = act(lambda s: reading_back.add(s, s.get_one(Responder, ana.key), number))
    assert act(owner) is None, "not read back yet"
    with pytest.raises(Conflict):
        act(lambda s: reading_back.add(s, s.get_one(Responder, ana.key), number))
    act(
        lambda s: reading_back.send_code(
            s, place_of(s, desk.place), s.get_one(PhoneOfResponder, phone.id), now
        )
    )
    code = act(lambda s: s.get_one(PhoneOfResponder, phone.id).code)
    assert act(lambda s: reading_back.take_back(s, s.get_one(PhoneOfResponder, phone.id), code, now + MIN))
    assert act(owner) == ana.key
    act(
        lambda s: phones.mark(
            s, s.get_one(Responder, ana.key), ana.phone, now, "gone", state=PhoneState.unreachable
        )
    )
    assert act(lambda s: s.get_one(Responder, ana.key).phone) == number, "texts go to the next of theirs"
    first = act(lambda s: phone_store.by_number(s, desk.place, ana.phone))
    act(lambda s: reading_back.take_away(s, s.get_one(PhoneOfResponder, first.id), now))
    with pytest.raises(Refused):
        act(lambda s: reading_back.take_away(s, s.get_one(PhoneOfResponder, phone.id), now))


def test_the_phones_page_says_which_texts_go_where(sqlite_desk: Desk) -> None:
    who, _ = refused(sqlite_desk, 21610)
    said = words(console(sqlite_desk, path="/messages/phones"))
    assert f"{who.name} {who.profession} no texts" in said
    assert "rung; the carrier refuses texts to this phone" in said
    assert "texts go here" in said
