"""The live feed over a real websocket: no event missed, none twice, and no viewer delays another."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dashboard import feed, follower
from dashboard import viewer as one_viewer
from dashboard.viewer import LOG_IN_ENDED, NOT_ALLOWED, TAKE_SNAPSHOT
from dispatch import messages, store
from hub import events
from hub.access import end_log_in
from tests.control_room import ControlRoom
from tests.stage import Valkey

SOON_S = 20.0
"""Patience of a busy machine: no test waits so long that passes."""


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[ControlRoom]:
    opened = ControlRoom(tmp_path, sqlite_url)
    yield opened
    opened.close()


def follow(room: ControlRoom, since: int, name: str = "Priya Nair", more: str = "", **headers: str) -> Any:
    url = f"ws://127.0.0.1:{room.port}/feed?since={since}{more}"
    return connect(url, additional_headers=room.headers(name) | headers, compression=None)


async def read(viewer: ClientConnection, true: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """All messages up to the first for which `true` holds."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(SOON_S):
        while not seen or not true(seen[-1]):
            seen.append(json.loads(await viewer.recv()))
    return seen


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [message["cursor"] for message in messages if "cursor" in message and "beat" not in message]


def cursor_of(room: ControlRoom) -> int:
    html = httpx.get(f"{room.url}/board/snapshot", headers=room.headers()).text
    found = re.search(r'data-cursor="(\d+)"', html)
    assert found is not None
    return int(found[1])


def _is(shown: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message.get("id") == shown


async def in_thread(act: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(act, *args)


async def test_snapshot_then_every_event_once(room: ControlRoom) -> None:
    first = await in_thread(room.case)
    at = await in_thread(cursor_of, room)
    html = (await in_thread(lambda: httpx.get(f"{room.url}/board", headers=room.headers()))).text
    assert f'id="case-{first}"' in html
    assert f'data-cursor="{at}"' in html
    async with follow(room, at) as viewer:
        await read(viewer, lambda m: "beat" in m)
        second = await in_thread(room.case)
        await in_thread(room.touch, first)
        seen = await read(viewer, lambda m: m.get("id") == f"case-{first}")
    assert numbers(seen) == list(range(at + 1, at + 1 + len(numbers(seen))))
    assert any(f'id="case-{second}"' in message.get("html", "") for message in seen)


async def test_resumes_from_its_cursor_after_a_gap(room: ControlRoom) -> None:
    case = await in_thread(room.case)
    at = await in_thread(cursor_of, room)
    async with follow(room, at) as viewer:
        await read(viewer, lambda m: "beat" in m)
    for _ in range(5):
        await in_thread(room.touch, case)
    async with follow(room, at) as viewer:
        seen = await read(viewer, lambda m: m.get("cursor") == at + 5 and "beat" not in m)
    assert numbers(seen) == [at + 1, at + 2, at + 3, at + 4, at + 5]


async def test_too_far_behind_or_ahead_is_told_to_take_a_snapshot(
    room: ControlRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await in_thread(room.case)
    kept = room.app.state.follower
    kept.kept = type(kept.kept)(kept.kept, maxlen=10)
    for _ in range(15):
        await in_thread(room.touch, case)
    at = await in_thread(cursor_of, room)
    async with follow(room, at) as viewer:
        await read(viewer, lambda m: "beat" in m)
    for since, more in ((1, ""), (at + 1000, ""), (at, "&epoch=another")):
        async with follow(room, since, more=more) as viewer:
            assert "reset" in (await read(viewer, lambda m: True))[0]
            with pytest.raises(ConnectionClosed) as closed:
                await viewer.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == TAKE_SNAPSHOT


async def test_a_slow_viewer_delays_nobody_and_is_let_go(
    tmp_path: Path, sqlite_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_viewer, "MOST_WAITING", 40)
    room = await in_thread(ControlRoom, tmp_path, sqlite_url, valkey.url)
    case = await in_thread(room.case)
    at = await in_thread(cursor_of, room)
    slow = await in_thread(_never_reads, room, at)
    followed = room.app.state.follower
    try:
        async with follow(room, at) as quick, asyncio.timeout(60):
            await read(quick, lambda m: "beat" in m)
            while len(followed.viewers) < 2:
                await asyncio.sleep(0.01)
            took = []
            for n in range(90):
                before = time.monotonic()
                await in_thread(_something_big, room, n)
                await read(quick, _is(f"alarm-big{n}"))
                took.append(time.monotonic() - before)
            assert sorted(took)[85] < 0.5
            assert any(viewer.behind for viewer in followed.viewers)
            monkeypatch.setattr(feed, "SEND_TIMEOUT_S", 0.05)
            while len(followed.viewers) > 1:
                await asyncio.sleep(0.01)
            await in_thread(room.touch, case)
            await read(quick, lambda m: m.get("id") == f"case-{case}")
    finally:
        slow.close()
        await in_thread(room.close)


def _never_reads(room: ControlRoom, since: int) -> socket.socket:
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", room.port))
    slow.sendall(
        (
            f"GET /feed?since={since} HTTP/1.1\r\nHost: 127.0.0.1:{room.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Cookie: {room.headers()['Cookie']}\r\n\r\n"
        ).encode()
    )
    return slow


def _something_big(room: ControlRoom, n: int) -> None:
    """An event large enough that a few of them fill every buffer between the hub and a viewer who does not read."""
    facts = {"kind": "test", "words": "x" * 200_000, "raised_at": room.clock.now().isoformat()}
    with room.write() as session:
        events.tell(session, room.place, room.clock.now(), "alarm", f"big{n}", facts)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Cookie": "fp_log_in=nonsense"}, LOG_IN_ENDED),
        ({"Cookie": ""}, LOG_IN_ENDED),
        ({"Origin": "https://elsewhere.example"}, NOT_ALLOWED),
        ({"Origin": "null"}, NOT_ALLOWED),
    ],
)
async def test_closed_with_a_number_that_says_why(
    room: ControlRoom, headers: dict[str, str], code: int
) -> None:
    async with follow(room, 0, **headers) as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(SOON_S):
                await viewer.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_our_own_origin_is_let_in(room: ControlRoom) -> None:
    async with follow(room, 0, Origin=room.url) as viewer:
        assert await read(viewer, lambda m: "beat" in m)


async def test_a_responder_may_not_follow(room: ControlRoom) -> None:
    async with follow(room, 0, name="Ana Reid") as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NOT_ALLOWED


async def test_log_in_that_ends_closes_the_feed(room: ControlRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LOOK_AT_LOG_IN_S", 0.1)
    headers = await in_thread(room.headers)
    url = f"ws://127.0.0.1:{room.port}/feed?since=0"
    async with connect(url, additional_headers=headers) as viewer:
        await read(viewer, lambda m: "beat" in m)
        with room.write() as session:
            end_log_in(session, headers["Cookie"].split("=", 1)[1])
        with pytest.raises(ConnectionClosed) as closed:
            await read(viewer, lambda m: False)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == LOG_IN_ENDED


async def test_with_redis_away_the_poll_delivers(room: ControlRoom) -> None:
    case = await in_thread(room.case)
    at = await in_thread(cursor_of, room)
    async with follow(room, at) as viewer:
        await read(viewer, lambda m: "beat" in m)
        before = time.monotonic()
        await in_thread(room.touch, case)
        await read(viewer, lambda m: m.get("id") == f"case-{case}")
        assert time.monotonic() - before < 2 * follower.POLL_S + 0.5


async def test_with_redis_there_it_is_at_once(tmp_path: Path, sqlite_url: str, valkey: Valkey) -> None:
    room = await in_thread(ControlRoom, tmp_path, sqlite_url, valkey.url)
    try:
        case = await in_thread(room.case)
        at = await in_thread(cursor_of, room)
        async with follow(room, at) as viewer:
            await read(viewer, lambda m: "beat" in m)
            took = []
            for _ in range(7):
                before = time.monotonic()
                await in_thread(room.touch, case)
                await read(viewer, lambda m: m.get("id") == f"case-{case}")
                took.append(time.monotonic() - before)
            assert sorted(took)[3] < 0.3
    finally:
        await in_thread(room.close)


async def test_machines_get_facts_and_lookers_get_numbers(room: ControlRoom) -> None:
    case = await in_thread(room.case)
    await in_thread(room.offer, case)
    at = await in_thread(cursor_of, room)
    async with (
        follow(room, at, more="&as=json") as machine,
        follow(room, at) as hands,
        follow(room, at, name="Ruth Adeyemi") as eyes,
    ):
        for viewer in (machine, hands, eyes):
            await read(viewer, lambda m: "beat" in m)
        await in_thread(room.text, case, "no but i can in 2 hours")
        of_machine = await read(machine, lambda m: m.get("topic") == "task")
        of_hands = await read(hands, lambda m: m.get("topic") == "task")
        last = of_machine[-1]["cursor"]
        of_eyes = await read(eyes, lambda m: m.get("cursor") == last and "beat" not in m)
    assert of_machine[-1]["facts"]["kind"] == "unread_reply"
    assert "no but i can in 2 hours" in of_hands[-1]["html"]
    assert of_eyes[-1] == {"cursor": last}


async def test_what_becomes_of_a_text_is_told_at_once_to_whoever_reads_texts(room: ControlRoom) -> None:
    """Its case and nothing else; forwards alone; the board's lookers and machines get the number of the event."""
    case = await in_thread(room.case)
    await in_thread(room.offer, case)
    at = await in_thread(cursor_of, room)

    def carrier_says(status: str) -> None:
        with room.write() as session:
            effect = store.offers_of_position(session, room.position(case))[0].effect_id or 0
            messages.status_came(session, effect, "SMx", status, None, room.clock.now())

    async with follow(room, at) as hands, follow(room, at, name="Ruth Adeyemi") as eyes:
        for viewer in (hands, eyes):
            await read(viewer, lambda m: "beat" in m)
        for status in ("sent", "delivered", "sent"):
            await in_thread(carrier_says, status)
        await in_thread(room.touch, case)
        of_hands = await read(hands, _is(f"case-{case}"))
        of_eyes = await read(eyes, _is(f"case-{case}"))
    told = [(m["topic"], m["case"]) for m in of_hands if m.get("topic") == "message"]
    assert told == [("message", case)] * 2
    assert [m for m in of_eyes if "beat" not in m and "crew" not in str(m.get("topic"))][:2] == [
        {"cursor": at + 1},
        {"cursor": at + 2},
    ]
