"""A phone remembered for a shift: a link in a text opens with a PIN, the responder's pages alone (S24), until the shift
is over, five PINs were wrong, or somebody says that the phone is gone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from dashboard import demo
from dashboard.pages.trusted_phone import COOKIE as PHONE
from dispatch.model import Responder, Shift
from hub import trusted_phones
from hub.access import LogIn, Role, User, here
from hub.gate import COOKIE
from hub.trusted_phones import REMEMBERED_AT_MOST, RUNS_OVER, WRONG_PINS, Forgotten, TrustedPhone
from tests.desk import Desk

PIN = "4071"
PAGE = {"accept": "text/html", "user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140"}


class Hand:
    """Ana, her phone, and what its browser keeps."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.phone = self.browser()
        self.by_password()

    def browser(self) -> TestClient:
        made = TestClient(self.desk.app, follow_redirects=False, raise_server_exceptions=False)
        made.headers.update(PAGE)
        return made

    def by_password(self) -> None:
        form = {"name": demo.log_in_of("Ana Reid"), "password": demo.PASSWORD}
        assert self.phone.post("/log-in", data=form).status_code == 303

    def does(self, path: str, on: TestClient | None = None, **form: Any) -> Any:
        on = on or self.phone
        said = re.search(r'name="csrf-token" content="([0-9a-f]*)"', on.get("/my-phones").text)
        return on.post(path, data={"csrf": said[1] if said else "", **form})

    def trusts(self, pin: str = PIN) -> Any:
        return self.does("/my-phones/trust", pin=pin, next="/mine")

    def sleeps(self) -> None:
        """The log-in has ended; the phone's own cookie is there still."""
        self.phone.cookies.delete(COOKIE)

    def types(self, pin: str = PIN, target: str = "/mine", on: TestClient | None = None) -> Any:
        return (on or self.phone).post("/phone/pin", data={"pin": pin, "next": target})

    def row(self) -> TrustedPhone:
        (phone,) = self.desk.rows(TrustedPhone)
        assert isinstance(phone, TrustedPhone)
        return phone


@pytest.fixture
def ana(sqlite_desk: Desk) -> Hand:
    return Hand(sqlite_desk)


def test_a_link_opens_with_the_pin_alone(ana: Hand) -> None:
    assert "Remember this phone" in ana.phone.get("/mine").text
    answer = ana.trusts()
    assert (answer.status_code, answer.headers["location"]) == (303, "/mine")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "Remember this phone" not in ana.phone.get("/mine").text
    ana.sleeps()
    led = ana.phone.get("/o/4K7C").headers["location"]
    page = ana.phone.get(led).text
    assert "Your PIN" in page
    assert "Ana" not in page, "whoever finds the phone learns no name"
    assert 'name="next" value="/o/4K7C"' in page
    answer = ana.types(target="/o/4K7C")
    assert (answer.status_code, answer.headers["location"]) == (303, "/o/4K7C")
    assert ana.phone.get("/mine").status_code == 200
    assert ana.types(target="//evil.example").headers["location"] == "/mine", "and nobody is led elsewhere"


def test_only_hashes_are_kept(ana: Hand) -> None:
    ana.trusts()
    row = ana.row()
    assert row.pin_hash.startswith("$argon2id$")
    assert PIN not in row.pin_hash
    assert ana.phone.cookies[PHONE] not in (row.token_hash, row.pin_hash)
    assert row.kind == "Android phone"


def test_the_password_is_there_for_whoever_wants_it(ana: Hand) -> None:
    ana.trusts()
    ana.sleeps()
    assert 'name="password"' in ana.phone.get("/log-in?password=1&next=/mine").text


def test_by_pin_a_manager_is_a_responder_alone(ana: Hand) -> None:
    """Rights: what else that person may do needs the password, and nobody takes them to be at a desk."""
    with ana.desk.hub.db.write() as session:
        user = session.exec(select(User).where(User.name == "Ana Reid")).one()
        user.roles, user_id = [Role.responder, Role.manager, Role.hub_clinician], user.id
        session.add(user)
    assert ana.phone.get("/board").status_code == 200
    ana.trusts()
    ana.sleeps()
    ana.desk.clock.machine_ahead += timedelta(hours=3)  # the log-in by password has ended by itself
    ana.types()
    assert ana.phone.get("/mine").status_code == 200
    for path in ("/board", "/calls", "/remembered-phones"):
        assert ana.phone.get(path).status_code == 403, path
    assert ana.does("/api/calls/new").status_code == 403
    assert "Live board" not in ana.phone.get("/mine").text
    assert ana.does("/my-phones/trust", pin="8402").status_code == 422, "nor a new PIN"
    with ana.desk.hub.db.read() as session:
        assert user_id not in here(session, ana.desk.place, ana.desk.hub.clock.machine())
        assert session.get_one(User, user_id).roles == ["responder", "manager", "hub_clinician"]


def test_five_wrong_pins_and_it_takes_the_password(ana: Hand) -> None:
    ana.trusts()
    ana.sleeps()
    for left in range(WRONG_PINS - 1, 0, -1):
        answer = ana.types("0000")
        assert answer.status_code == 401
        assert f"{left} more tr" in answer.text
    assert "five wrong PINs" in ana.types("0000").text
    assert ana.types().status_code == 401, "the right one comes too late"
    assert COOKIE not in ana.phone.cookies
    assert "five wrong PINs" in ana.phone.get("/log-in").text
    assert ana.row().forgotten_because is Forgotten.wrong_pins
    ana.by_password()
    assert ana.phone.get("/mine").status_code == 200


def test_a_right_pin_begins_the_count_anew(ana: Hand) -> None:
    ana.trusts()
    for _ in range(3):
        for _ in range(WRONG_PINS - 1):
            assert ana.types("0000").status_code == 401
        assert ana.types().status_code == 303


def test_tries_are_counted_before_they_are_looked_at(ana: Hand) -> None:
    """Many guesses at the same moment are no more tries than one after the other."""
    ana.trusts()
    now = ana.desk.hub.clock.machine()
    with ana.desk.hub.db.write() as session:
        phone = session.get_one(TrustedPhone, ana.row().key)
        allowed = [trusted_phones.count_try(session, phone, now) for _ in range(9)]
    assert allowed.count(True) == WRONG_PINS


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "1234", "4321", "7777", "١٢٣٤"])
def test_a_pin_that_is_none_is_refused_in_words(ana: Hand, pin: str) -> None:
    answer = ana.trusts(pin)
    assert answer.status_code == 422
    assert "PIN" in answer.text
    assert ana.desk.rows(TrustedPhone) == []


@pytest.mark.parametrize(
    ("shift_h", "lasts"),
    [(6.0, timedelta(hours=6) + RUNS_OVER), (20.0, REMEMBERED_AT_MOST)],
)
def test_it_ends_with_the_shift_and_never_later_than_14_hours(
    ana: Hand, shift_h: float, lasts: timedelta
) -> None:
    shift(ana, timedelta(hours=shift_h))
    ana.trusts()
    ana.sleeps()
    ana.desk.clock.machine_ahead += lasts - timedelta(minutes=1)
    assert ana.types().status_code == 303
    assert ana.phone.get("/mine").status_code == 200
    ana.desk.clock.machine_ahead += timedelta(minutes=2)
    assert ana.phone.get("/mine").status_code == 303, "a log-in by PIN ends with it"
    assert "your shift is over" in ana.phone.get("/log-in").text
    assert ana.types().status_code == 401


def test_without_a_shift_no_phone_is_remembered(ana: Hand) -> None:
    shift(ana, timedelta(hours=-1))
    assert "not on shift" in ana.trusts().text
    assert ana.desk.rows(TrustedPhone) == []


def shift(ana: Hand, ends_in: timedelta) -> None:
    with ana.desk.hub.db.write() as session:
        who = session.exec(select(Responder).where(Responder.name == "Ana Reid")).one()
        for row in session.exec(select(Shift).where(Shift.responder_id == who.id)):
            row.ends_at = ana.desk.clock.now() + ends_in
            session.add(row)


def test_logging_out_forgets_it(ana: Hand) -> None:
    ana.trusts()
    kept = ana.phone.cookies[PHONE]
    ana.does("/log-out")
    assert PHONE not in ana.phone.cookies
    ana.phone.cookies.set(PHONE, kept)
    assert "you logged out on it" in ana.phone.get("/log-in").text
    assert ana.types().status_code == 401


def test_a_lost_phone_is_forgotten_by_its_owner_or_the_control_room(ana: Hand) -> None:
    """Whoever is logged in on it, by PIN or by the password that it was remembered with, is so no more."""
    ana.trusts()
    priya = ana.desk.person("Priya Nair")
    priya.headers.update(PAGE)
    assert "Ana Reid" in priya.get("/remembered-phones").text
    assert ana.desk.jay.get("/remembered-phones").status_code == 403
    assert ana.phone.get("/mine").status_code == 200
    assert priya.post("/remembered-phones/forget", data={"phone": ana.row().key}).status_code == 303
    assert ana.phone.get("/mine").status_code == 303
    assert "told that it is lost" in ana.phone.get("/log-in").text
    assert ana.types().status_code == 401
    ana.by_password()
    ana.trusts("8402")
    newest = ana.desk.rows(TrustedPhone)[-1]
    assert ana.does("/my-phones/forget", phone=newest.key).status_code == 303
    assert ana.types("8402").status_code == 401


def test_nobody_forgets_anothers_phone(ana: Hand) -> None:
    ana.trusts()
    tom = ana.desk.person("Tom Bell")
    assert tom.post("/my-phones/forget", data={"phone": ana.row().key}).status_code == 404
    assert ana.types().status_code == 303


def test_who_has_left_comes_in_by_no_pin(ana: Hand) -> None:
    ana.trusts()
    ana.sleeps()
    with ana.desk.hub.db.write() as session:
        user = session.exec(select(User).where(User.name == "Ana Reid")).one()
        user.active = False
        session.add(user)
    assert ana.types().status_code == 401
    assert ana.row().forgotten_because is Forgotten.left


def test_of_many_phones_the_oldest_is_forgotten(ana: Hand) -> None:
    for _ in range(trusted_phones.MOST_PHONES + 1):
        ana.phone = ana.browser()
        ana.by_password()
        assert ana.trusts().status_code == 303
    forgotten = [phone.forgotten_because for phone in ana.desk.rows(TrustedPhone)]
    assert forgotten == [Forgotten.another, None, None, None]


@pytest.mark.parametrize("token", ["", "x" * 43, "nothing"])
def test_a_phone_that_nobody_knows_learns_nothing(ana: Hand, token: str) -> None:
    stranger = ana.browser()
    if token:
        stranger.cookies.set(PHONE, token)
    assert "Your PIN" not in stranger.get("/log-in").text
    answer = ana.types(on=stranger)
    assert answer.status_code == 401
    assert "not remembered" in answer.text


@pytest.mark.parametrize("sent", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_another_page_cannot_type_pins(ana: Hand, sent: dict[str, str]) -> None:
    ana.trusts()
    assert ana.phone.post("/phone/pin", data={"pin": PIN}, headers=sent).status_code == 403
    assert ana.row().wrong == 0


def test_a_log_in_by_pin_says_so(ana: Hand) -> None:
    ana.trusts()
    ana.sleeps()
    ana.types()
    with ana.desk.hub.db.read() as session:
        only = [row.only for row in session.exec(select(LogIn)) if row.phone_id == ana.row().key]
    assert sorted(only, key=str) == [None, Role.responder]
