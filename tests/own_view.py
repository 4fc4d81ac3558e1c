"""A person with a page of their own, and the way in as they go it: for the tests of the own view."""

import re
from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient

from hub.actors import HUB
from hub.outbox import Effect
from records import contact_points
from records.contact_points import Safe
from records.own.model import OwnAsk
from records.people import service, store
from records.people.model import Person, PersonNumber
from tests.desk import Desk
from tests.people import person
from workers import own_page

PHRASE = "The blue gate, at Mablethorpe"
NUMBER = "+447700900311"
NHS, BORN = "999 000 0018", {"day": "3", "month": "7", "year": "1941"}
HTML = {"accept": "text/html"}


def with_page(desk: Desk, number: str = NUMBER, **typed: str) -> int:
    """Maureen, whose number is safe to text, and who has agreed a phrase: the number of her record."""
    made = person(desk, **typed)
    has_number(desk, made, number)
    agrees(desk, made, kind="person", number=number)
    return made


def has_number(desk: Desk, person_id: int, number: str, whose: str = "") -> None:
    from_call = {"number": number, "whose": whose}
    with desk.hub.db.write() as session:
        one = store.head(session, session.get_one(Person, person_id))
        service.put(session, one, PersonNumber, service.Source(), desk.clock.now(), HUB, **from_call)
    is_safe(desk, number)


def is_safe(desk: Desk, number: str, safe: Safe = Safe.yes) -> None:
    with desk.hub.db.write() as session:
        contact_points.say(session, desk.place, number, "text", safe, "Jay Osei", desk.clock.now())


def agrees(desk: Desk, person_id: int, status: int = 303, **said: Any) -> Any:
    form = {"phrase": PHRASE, "how": "by phone, her own words", **said}
    answer = desk.jay.post(f"/people/{person_id}/own-page", data=form)
    assert answer.status_code == status, answer.text
    return answer


def browser(desk: Desk, address: str = "203.0.113.7") -> TestClient:
    at = (address, 50000)
    return TestClient(desk.app, follow_redirects=False, raise_server_exceptions=False, client=at)


def asks(desk: Desk, client: TestClient, given: str = NHS, born: dict[str, str] = BORN) -> Any:
    """They ask, and the worker looks."""
    answer = client.post("/own/log-in", data={"given": given, **born}, headers=HTML)
    worker_looks(desk)
    return answer


def worker_looks(desk: Desk) -> None:
    for asked in desk.rows(OwnAsk):
        with desk.hub.db.write() as session:
            hub = desk.hub
            own_page.send_codes(session, asked.id, hub.settings.public, desk.clock.now(), hub.clock.machine())


def codes_to(desk: Desk, number: str = NUMBER) -> list[str]:
    """The texts with a code that went there; others say that somebody logged in, or may."""
    return [text for text in texts_to(desk, number) if "Your code:" in text]


def texts_to(desk: Desk, number: str = NUMBER) -> list[str]:
    with desk.hub.db.read() as session:
        sent = session.exec(select(Effect).where(Effect.kind == "sms"))
        return [one.payload["text"] for one in sent if one.payload["to"] == number]


def code_of(text: str) -> tuple[str, str]:
    """The link's path and the code of a text."""
    link, code = re.search(r"(/own/in/\S+) Your code: (\d{6})", text).groups()  # type: ignore[union-attr]
    return link, code


def enters(client: TestClient, link: str, code: str, phrase: str = PHRASE) -> Any:
    return client.post(link, data={"code": code, "phrase": phrase}, headers=HTML)


def logged_in(desk: Desk, number: str = NUMBER, given: str = NHS, born: dict[str, str] = BORN) -> TestClient:
    """A browser on their own page; its forms carry their proof."""
    client = browser(desk)
    asks(desk, client, given, born)
    answer = enters(client, *code_of(codes_to(desk, number)[-1]))
    assert answer.status_code == 303, answer.text
    proof(client)
    return client


def proof(client: TestClient) -> None:
    """From now on its forms carry their proof."""
    home = client.get("/own/home", headers=HTML).text
    client.headers["x-csrf-token"] = re.search(r'name="csrf" value="([0-9a-f]+)"', home)[1]  # type: ignore[index]


def opens(client: TestClient, path: str, status: int = 200) -> str:
    answer: Any = client.get(path, headers=HTML)
    assert answer.status_code == status, f"{path}: {answer.status_code}"
    return str(answer.text)
