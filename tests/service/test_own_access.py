"""Who may open a person's own page: what has to be so before it is agreed, and what ends it or keeps it waiting."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import select

from dispatch import messages, undelivered
from hub.access import User
from hub.outbox import Effect, Queue
from records import contact_points, sealing
from records.alarms import Alarm
from records.contact_points import Safe
from records.model import Case, CaseState
from records.own import log_ins
from records.own.log_ins import MOST_CODES_A_DAY, MOST_OF_ADDRESS
from records.own.model import OwnAccess, OwnAsk, OwnCode, OwnTry
from records.people.model import Person
from tests.desk import Desk
from tests.own_view import (
    BORN,
    HTML,
    NHS,
    NUMBER,
    agrees,
    asks,
    browser,
    code_of,
    codes_to,
    enters,
    has_number,
    is_safe,
    logged_in,
    opens,
    texts_to,
    with_page,
)
from tests.people import person as somebody
from tests.people import rung
from workers import sms
from workers.bench import Bench
from workers.carrier import CarrierError

DAUGHTER = "+447700900322"
ANNA: dict[str, Any] = {"kind": "carer", "name": "Anna", "number": DAUGHTER, "safe": "true"}


def closed(desk: Desk) -> None:
    with desk.hub.db.write() as session:
        for case in session.exec(select(Case)):
            case.state, case.closed_at = CaseState.closed, desk.clock.now()


def test_nobody_lets_themselves_in_past_the_reason_that_a_record_asks_for(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    made = with_page(desk)
    closed(desk)
    form = {"phrase": "a tin of blue buttons", "how": "by phone", **ANNA}
    who = desk.rows(OwnAccess)[0].key_word
    tries = (
        desk.jay.get(f"/people/{made}/own-page"),
        desk.jay.post(f"/people/{made}/own-page", data=form),
        desk.jay.post(f"/people/{made}/own-page/confirm", data={"who": who}),
        desk.jay.post(f"/people/{made}/own-page/end", data={"who": who}),
    )
    assert {answer.headers["location"] for answer in tries} == {f"/people/{made}"}
    assert [(one.name, one.ended_at) for one in desk.rows(OwnAccess)] == [("Maureen Doyle", None)]
    desk.does(f"/people/{made}/open", {"why": "she wrote to us"})
    agrees(desk, made, **ANNA)
    assert "opened in a new way" in texts_to(desk)[-1], "the person hears of it"
    looked = " ".join(opens(logged_in(desk), "/own/looked").split())
    assert "Jay, call handler: agreed who can open this page." in looked
    desk.jay.get(f"/people/{made}/own-page")
    assert "Jay, call handler: looked at who can open this page." in " ".join(
        opens(logged_in(desk), "/own/looked").split()
    )


def test_s14_the_first_who_can_open_it_was_read_back_in_an_open_case(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    made = somebody(desk)
    has_number(desk, made, NUMBER)
    with desk.hub.db.write() as session:
        session.exec(select(Case)).one().read_back = None
    refused = agrees(desk, made, 422, kind="person", number=NUMBER)
    assert "Read two identifiers back" in refused.text
    assert desk.rows(OwnAccess) == []


def test_s17_a_tick_takes_back_no_warning_and_a_number_is_whose_it_is(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    made = with_page(desk)
    is_safe(desk, DAUGHTER, Safe.no)
    assert "marked not safe" in agrees(desk, made, 422, **ANNA).text
    with desk.hub.db.read() as session:
        point = contact_points.of_number(session, desk.place, DAUGHTER)
        assert point is not None
        assert point.text is Safe.no
    assert "own number" in agrees(desk, made, 422, **{**ANNA, "number": NUMBER}).text
    callers = "+447700900377"
    has_number(desk, made, callers, "Tom, neighbour")
    assert "as their own" in agrees(desk, made, 422, kind="person", number=callers).text
    assert "kept as that of Tom, neighbour" in opens(desk.jay, f"/people/{made}/own-page")


def test_whoever_asks_in_their_place_neither_keeps_them_out_nor_learns_of_them(sqlite_desk: Desk) -> None:
    """S17: a code holds while others are asked for; the limit of a number is each asker's own; a day has an end."""
    desk = sqlite_desk
    with_page(desk)
    theirs, another = browser(desk), browser(desk, "198.51.100.9")
    asks(desk, theirs)
    for _ in range(6):
        last = asks(desk, another)
    assert last.status_code == 429
    assert asks(desk, theirs).status_code == 303, "nothing is told of what another has asked for"
    codes = [code_of(text) for text in codes_to(desk)]
    assert enters(theirs, *codes[0]).status_code == 303
    assert enters(browser(desk), *codes[1]).status_code == 401, "by the one that was used all are over"
    for _ in range(4):
        desk.clock.machine_ahead += timedelta(hours=1, minutes=1)
        for _ in range(4):
            asks(desk, theirs)
    assert len(desk_codes(desk)) == MOST_CODES_A_DAY


def desk_codes(desk: Desk) -> list[Any]:
    with desk.hub.db.read() as session:
        return list(session.exec(select(OwnCode)))


def test_tries_without_end_hold_up_no_writer(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = sqlite_desk
    with desk.hub.db.write() as session:
        for _ in range(MOST_OF_ADDRESS):
            log_ins.count(session, "", "203.0.113.7", desk.hub.clock.machine())
    client, kept = browser(desk), len(desk.rows(OwnTry))

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("worked out, or written, for one who must wait")

    monkeypatch.setattr(desk.hub.db, "write", never)
    monkeypatch.setattr("records.own.accesses.fits", never)
    assert client.post("/own/log-in", data={"given": NHS, **BORN}, headers=HTML).status_code == 429
    assert enters(client, "/own/in/AAAAAAAAAAAAAAAA", "000000").status_code == 429
    assert len(desk.rows(OwnTry)) == kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_is_its_network(address: str, network: str) -> None:
    assert log_ins.network(address) == network


def test_s18_sealing_the_first_case_neither_logs_them_out_nor_takes_their_name(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    first = desk.rows(Case)[0].key
    rung(desk, person_name="Maureen Doyle", born="3/7/1941", nhs_number=NHS)
    client = logged_in(desk)
    home = opens(client, "/own/home")
    assert "Maureen Doyle" in home
    with desk.hub.db.write() as session:
        mina = session.exec(select(User).where(User.name == "Mina Patel")).one()
        sealing.seal(session, first, "she is afraid of him", desk.clock.now(), mina.actor)
    assert opens(client, "/own/home") == home
    logged_in(desk)


def test_s14_after_a_merge_it_waits_until_they_were_asked_again(sqlite_desk: Desk) -> None:
    """One person's page must not become another's: neither for who is logged in nor for who asks for a code."""
    desk = sqlite_desk
    made = with_page(desk)
    twin = somebody(desk, person_name="Maureen Boyle", nhs_number="943 476 5919")
    client, amara = logged_in(desk), desk.person("Amara Obi")
    sent = len(codes_to(desk))
    said = {"into": made, "why": "the same woman, her son says"}
    assert amara.post(f"/api/people/{twin}/merge", json=said).status_code == 200
    assert client.get("/own/home", headers=HTML).status_code == 303
    asks(desk, browser(desk))
    assert len(codes_to(desk)) == sent
    assert "Stopped since records were put together" in opens(desk.jay, f"/people/{made}")
    assert "Stopped: since this was agreed" in opens(desk.jay, f"/people/{made}/own-page")
    who = {"who": desk.rows(OwnAccess)[0].key_word}
    assert desk.jay.post(f"/people/{made}/own-page/confirm", data=who).status_code == 303
    again = logged_in(desk, given=NUMBER)
    assert amara.post("/api/merges/1/undo", json={"why": "two women"}).status_code == 200
    assert again.get("/own/home", headers=HTML).status_code == 303


@pytest.mark.parametrize("change", ["not safe", "died"])
def test_s17_s28_a_text_that_waits_does_not_leave_any_more(sqlite_desk: Desk, change: str) -> None:
    """And nobody is woken by it."""
    desk = sqlite_desk
    made = with_page(desk)
    logged_in(desk)
    effect = next(one for one in desk.rows(Effect) if "logged in" in one.payload.get("text", ""))
    assert effect.queue is Queue.records
    assert effect.valid_until is not None
    assert {one.queue for one in desk.rows(Effect) if one.kind == "own_ask"} == {Queue.records}
    if change == "not safe":
        is_safe(desk, NUMBER, Safe.no)
    else:
        with desk.hub.db.write() as session:
            session.get_one(Person, made).died = desk.clock.now().date()
    bench = cast(Bench, SimpleNamespace(hub=desk.hub, desk=desk.app.state.desk))
    with pytest.raises(CarrierError) as held_back:
        sms.send(bench, effect)
    assert held_back.value.final
    with desk.hub.db.write() as session:
        assert effect.id is not None
        effect = session.get_one(Effect, effect.id)
        message = messages.gave_up(session, effect, None, desk.clock.now())
        assert message is not None
        undelivered.not_delivered(session, bench.desk, message, desk.clock.now())
    assert [one for one in desk.rows(Alarm) if one.kind == "undelivered"] == []


def test_what_was_asked_and_nobody_came_for_is_forgotten(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    browser(desk).post("/own/log-in", data={"given": NHS, **BORN}, headers=HTML)
    later = desk.clock.now() + timedelta(minutes=16)
    with desk.hub.db.write() as session:
        assert not log_ins.any_old(session, desk.clock.now())
        assert log_ins.any_old(session, later)
        log_ins.forget_old(session, later)
    assert desk.rows(OwnAsk) == []


def test_a_no_to_telling_a_carer_shuts_their_page_at_once_and_a_later_yes_opens_it(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    made = with_page(desk)
    case = desk.rows(Case)[-1].key
    agrees(desk, made, **ANNA)
    anna = logged_in(desk, DAUGHTER, DAUGHTER)
    no = {"purpose": "carer", "said": "objected", "how": "by phone, her own words", "with_whom": "  anna"}
    assert desk.jay.post(f"/cases/{case}/consent", data=no).status_code == 303
    assert anna.get("/own/home", headers=HTML).status_code == 303, "logged out"
    before = len(codes_to(desk, DAUGHTER))
    asks(desk, browser(desk), DAUGHTER)
    assert len(codes_to(desk, DAUGHTER)) == before, "nor is a code sent"
    assert "said no to telling this carer" in agrees(desk, made, 422, **ANNA).text
    logged_in(desk)
    desk.clock.machine_ahead += timedelta(hours=1, minutes=1)
    yes = {**no, "said": "agreed", "with_whom": "Anna"}
    assert desk.jay.post(f"/cases/{case}/consent", data=yes).status_code == 303
    logged_in(desk, DAUGHTER, DAUGHTER)
