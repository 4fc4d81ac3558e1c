"""With years behind the hub nothing that a shift does reads a whole table: every statement's plan is looked at.

SQLite plans by its indexes alone here, without statistics, so a small database plans as one of a million cases does.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from benchmarks.past import TABLES
from hub import deadlines, events, outbox
from hub.outbox import Queue
from hub.places import place_of
from tests import bars
from tests.control_room import ControlRoom
from tests.desk import entry
from tests.people import BY_NAME, HOME, MAUREEN
from workers import watchdog

PAGES = {
    "Priya Nair": (
        "/board",
        "/board/snapshot",
        "/downtime",
        "/hand-over",
        "/messages",
        "/messages/phones",
        "/shifts",
        "/wall",
    ),
    "Jay Osei": ("/calls", "/calls/state", "/calls/line", "/board"),
    "Amara Obi": ("/clinician", "/clinician/state", "/concerns"),
    "Dana Cole": ("/responders", "/protocols", "/protocols/measures"),
}
"""By who opens them."""
OF_REFERRALS = ("referral", "referral_message", "referral_response")
OF_PEOPLE = (
    "person",
    "person_name",
    "name_sound",
    "identifier",
    "person_address",
    "person_number",
    "carer",
    "fact",
)
GROWS = sorted({*TABLES, *OF_REFERRALS, *OF_PEOPLE, "audit"})
WHOLE_TABLE = re.compile(rf"SCAN ({'|'.join(GROWS)})( AS \S+)?$")
WHOLE_PAST = re.compile(
    r"USING INDEX ((position_done|offer_responder) \(responder_id=\?\)|referral_newest \(place=\?\))$"
)
"""All visits, or all offers, that a responder has ever had; all referrals that a place has ever had."""


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[ControlRoom]:
    opened = ControlRoom(tmp_path, sqlite_url)
    yield opened
    opened.close()


def heard(room: ControlRoom) -> dict[str, Any]:
    """Every statement from now on, with what it was last asked with."""
    said: dict[str, Any] = {}

    def hear(_connection: Any, _cursor: Any, statement: str, asked: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip()[:6].upper() in ("SELECT", "UPDATE", "DELETE", "WITH R"):
            said[statement] = asked

    for engine in engines(room):
        event.listen(engine, "before_cursor_execute", hear)
    return said


def engines(room: ControlRoom) -> tuple[Engine, Engine]:
    return room.hub.db._reader, room.hub.db._writer


def a_shift(room: ControlRoom) -> None:
    """Cases on every step of their way, alarms, texts, calls, the ticker's and the watchdog's round, every page."""
    cases = [room.case() for _ in range(3)]
    for case in cases:
        room.offer(case)
    for case in cases[:2]:
        room.accept(case)
    for step in ("set_off", "arrive", "begin_care", "finish"):
        room.step(cases[0], step)
    room.text(cases[1], "DELAY 20")
    room.text(cases[1], "Maureen says the dog is out")
    room.alarm(cases[1])
    room.hand_over(cases[2])
    room.ring()
    now, machine = room.clock.now(), room.clock.machine()
    a_referral(room)
    somebody_known(room)
    with room.hub.db.read() as session:
        deadlines.next_due(session)
        outbox.next_not_before(session)
        for queue in Queue:
            outbox.due_in(session, queue, now, machine, 10)
        watchdog.find(session, place_of(session, room.place), now, machine)
        events.after(session, room.place, 0, 200)
    for name, pages in PAGES.items():
        seen = room.headers(name) | {"accept": "text/html"}
        for page in (*pages, *(f"/cases/{case}" for case in cases)):
            answer = httpx.get(room.url + page, headers=seen, timeout=30)
            assert answer.status_code == 200, f"{page}: {answer.status_code}"


def a_referral(room: ControlRoom) -> None:
    """New, then changed."""
    now = room.clock.now()
    bearer = {"authorization": f"Bearer {bars.token(room.hub, room.place, now, 'North 999')}"}
    sent = bars.referral(now)
    for one in (sent, bars.as_update(sent)):
        path, heads = f"{room.url}/fhir/$process-message", bars.headers() | bearer
        answer = httpx.post(path, json=one, headers=heads, timeout=30)
        assert answer.status_code == 200, answer.text


def somebody_known(room: ControlRoom) -> None:
    """Looked up on a call, put on the record, and looked up again on the next."""
    seen = room.headers("Jay Osei")
    page = httpx.get(f"{room.url}/calls", headers=seen | {"accept": "text/html"}, timeout=30).text
    (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', page)
    seen |= {"x-csrf-token": token}
    for _ in range(2):
        answer = httpx.post(f"{room.url}/api/calls/new", headers=seen, timeout=30)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        said = {**MAUREEN, **HOME, "read_back": BY_NAME}
        typed = {"entries": [entry(field, value) for field, value in said.items()]}
        path = f"{room.url}/api/calls/{made['call']}"
        assert httpx.post(f"{path}/typed", json=typed, headers=seen, timeout=30).status_code == 200
        httpx.post(f"{room.url}/api/cases/{made['case']}/person", json={}, headers=seen, timeout=30)
        known = httpx.get(f"{room.url}/calls/{made['call']}/known", headers=seen, timeout=30)
        assert "NHS number" in known.text or "Last call" in known.text or "Nothing is known" in known.text


def test_nothing_that_a_shift_does_reads_a_whole_table(room: ControlRoom) -> None:
    said = heard(room)
    a_shift(room)
    assert len(said) > 150
    ill: dict[str, list[str]] = {}
    with engines(room)[0].connect() as connection:
        for statement, asked in list(said.items()):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", asked).all()
            found = [row[3] for row in plan if WHOLE_TABLE.search(row[3]) or WHOLE_PAST.search(row[3])]
            if found:
                ill[statement] = found
    assert ill == {}, "\n\n".join(f"{found}\n{statement}" for statement, found in ill.items())
