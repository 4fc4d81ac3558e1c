"""The wallboard and the figure of the day: nobody's name on a wall (S18), and 2 hours as the timeline tells it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from dashboard.views import View
from dashboard.wall import fit_for_wall
from hub.access import User
from hub.actors import HUB
from hub.places import place_of
from records import two_hours
from records.model import Case, Outcome, Timeline
from records.service import record_outcome, stop_clock, take
from tests.control_room import ControlRoom
from tests.service.test_feed import cursor_of, follow, in_thread, read

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[ControlRoom]:
    opened = ControlRoom(tmp_path, sqlite_url, start=NOON)
    yield opened
    opened.close()


def get(room: ControlRoom, path: str, name: str = "Priya Nair") -> httpx.Response:
    return httpx.get(room.url + path, headers=room.headers(name) | {"accept": "text/html"})


def staff(room: ControlRoom) -> list[str]:
    with room.hub.db.read() as session:
        return [user.name for user in session.exec(select(User))]


def trouble(room: ControlRoom) -> int:
    """A case with somebody on the way, a text that nobody can read, an alarm that somebody has, and a call."""
    case = room.case()
    room.offer(case)
    room.accept(case)
    room.text(case, "Maureen says ring 07700 900123")
    room.alarm(case, "Dana Cole rung at 14:31")
    room.ring("+447700900123")
    return case


def test_s18_no_name_no_number_and_no_typed_word_hangs_on_a_wall(room: ControlRoom) -> None:
    trouble(room)
    for path in ("/wall", "/wall/snapshot"):
        shown = get(room, path).text
        assert "LS8" in shown
        assert "fall" in shown
        assert "a text to read" in shown
        for name in [*staff(room), "Maureen", "Doyle", "Oak Road", "Kitchen", "07700", "+44", "999000"]:
            assert name.lower() not in shown.lower(), f"{name} on {path}"
        for short in ("Ana R.", "Tom B.", "Niamh F.", "Dev P."):
            assert short not in shown, f"{short} on {path}"


def _shown(message: dict[str, Any]) -> str | None:
    """Who is on shift is told beside the events: of that only what tells of the yes counts."""
    topic: str | None = message.get("topic")
    return None if topic == "crew" and "accepted" not in message["html"] else topic


async def test_s18_the_feed_of_a_wall_carries_no_name_either(room: ControlRoom) -> None:
    await in_thread(room.case)
    at = await in_thread(cursor_of, room)
    async with follow(room, at, more="&as=wall") as wall:
        await read(wall, lambda m: "beat" in m)
        await in_thread(trouble, room)
        missing: set[str | None] = {"case", "alarm", "task", "call", "crew"}
        seen = []
        while missing:
            seen += await read(wall, lambda m: _shown(m) in missing)
            missing.discard(_shown(seen[-1]))
    said = " ".join(message.get("html", "") for message in seen)
    for name in ("Ana", "Tom B", "Niamh", "Dana", "Maureen", "07700", "+44"):
        assert name not in said


def test_whatever_kind_an_alarm_is_its_words_stay_in_the_hub() -> None:
    facts = {"kind": "brand_new", "words": "Priya rang 07700 900123", "taken_by": "Priya Nair", "ref": "4K7"}
    shown = fit_for_wall("alarm", facts)
    assert "Priya" not in str(shown)
    assert shown["ref"] == "4K7"
    assert fit_for_wall("call", {"number": "+447700900123"})["number"] is None
    assert View.wall in View


def test_a_responder_may_not_look_at_the_wall(room: ControlRoom) -> None:
    assert get(room, "/wall", "Ana Reid").status_code == 403
    assert get(room, "/wall/snapshot", "Ana Reid").status_code == 403


def cares(room: ControlRoom, ago_min: float, priority: str = "two_hours") -> int:
    case = room.case(ago_min=ago_min, priority=priority)
    room.offer(case)
    room.accept(case)
    for step in ("set_off", "arrive", "begin_care", "finish"):
        room.step(case, step)
    return case


def from_the_timeline(room: ControlRoom, since: datetime) -> tuple[int, int]:
    """The same figure told by what was written down as it happened, case by case."""
    in_time = of = 0
    now = room.clock.now()
    with room.hub.db.read() as session:
        for case in session.exec(select(Case).where(Case.priority == "two_hours")):
            due = case.clock_start + timedelta(hours=2)
            lines = list(session.exec(select(Timeline).where(Timeline.case_id == case.key)))
            stopped = [line.at for line in lines if line.event == "clock_stopped"]
            closed = [line.at for line in lines if line.event == "closed"]
            settled = min([*stopped, due])
            over_before = any(at <= due for at in closed) and not stopped
            if over_before or not since <= settled <= now or (settled == due and due >= now):
                continue
            of += 1
            in_time += settled == stopped[0] if stopped else 0
    return in_time, of


def test_s2_two_hours_today_is_what_the_timeline_says(room: ControlRoom) -> None:
    for ago in (5, 60, 119):
        cares(room, ago)  # in time
    cares(room, 150)  # care, too late
    room.case(ago_min=130)  # over, nobody there
    room.case(ago_min=20)  # its time still runs
    cares(room, 30, "same_day")  # another target
    cares(room, 60 * 16)  # its time was over yesterday evening
    gone = room.case(ago_min=10)
    with room.write() as session:
        case = take(session, gone, room.clock.now())
        actor = session.exec(select(User).where(User.name == "Priya Nair")).one().actor
        record_outcome(session, case, Outcome.cancelled, "rang off", room.clock.now(), actor)
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    with room.hub.db.read() as session:
        found = two_hours.of_today(session, place_of(session, room.place), room.clock.now())
    assert (found.in_time, found.of) == (3, 5) == from_the_timeline(room, midnight)
    assert found.percent == "60%"
    shown = get(room, "/board").text
    assert re.search(r'data-standard="60%" data-of="3 of 5"', shown)


def test_the_days_figure_begins_at_local_midnight_and_is_never_rounded_up(room: ControlRoom) -> None:
    assert two_hours.Standard(0, 0).percent == "–"
    assert two_hours.Standard(199, 200).percent == "99%"
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past eleven in Leeds
    room.clock.at = at
    attended = room.case(ago_min=30)
    with room.write() as session:
        stop_clock(session, take(session, attended, at), at, at, HUB, "Care began.")
    with room.hub.db.read() as session:
        place = place_of(session, room.place)
        late = two_hours.of_today(session, place, datetime(2026, 7, 1, 22, 55, tzinfo=UTC))
        after_midnight = two_hours.of_today(session, place, datetime(2026, 7, 1, 23, 5, tzinfo=UTC))
    assert late.of == 1
    assert after_midnight.of == 0
