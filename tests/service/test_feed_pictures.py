"""A hundred machines follow the place while dashboard, Valkey and sockets are killed in turn. In the end each has the
same picture as the database, as far as they may see it (S18), and none has missed an event or had one twice."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from dashboard.board_facts import facts_of
from dashboard.views import View
from hub.events import Event
from records.board import JUST_SEALED
from tests.control_room import ControlRoom
from tests.stage import Valkey

VIEWERS = 100
ROUNDS = 9
END_S = 30.0


@dataclass
class Picture:
    """What a machine makes of the feed: rows by name, as of `cursor`."""

    cursor: int = -1
    epoch: str = ""
    rows: dict[str, Any] = field(default_factory=dict)
    reset_at: int = -1
    jumps: list[tuple[int, int]] = field(default_factory=list)
    """From which event to which each snapshot after the first took it."""
    out_of_turn: list[tuple[int, int]] = field(default_factory=list)
    socket: ClientConnection | None = None

    async def follow(self, room: ControlRoom, headers: dict[str, str], client: httpx.AsyncClient) -> None:
        while True:
            try:
                if self.cursor < 0:
                    await self._take_snapshot(client, headers)
                url = f"ws://127.0.0.1:{room.port}/feed?since={self.cursor}&epoch={self.epoch}&as=json"
                async with connect(url, additional_headers=headers, compression=None) as self.socket:
                    async for text in self.socket:
                        self._take(json.loads(text))
            except (OSError, ConnectionClosed, InvalidHandshake, httpx.HTTPError, EOFError):
                await asyncio.sleep(0.05)

    async def _take_snapshot(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        answer = await client.get("/board/snapshot?as=json", headers=headers)
        told = answer.raise_for_status().json()
        self.cursor, self.epoch, self.rows = told["cursor"], told["epoch"], told["rows"]
        if self.reset_at >= 0:
            self.jumps.append((self.reset_at, self.cursor))

    def _take(self, told: dict[str, Any]) -> None:
        if "reset" in told:
            self.reset_at, self.cursor = self.cursor, -1
        elif "beat" not in told and "cursor" in told:
            if told["cursor"] != self.cursor + 1:
                self.out_of_turn.append((self.cursor, told["cursor"]))
            self.cursor = told["cursor"]
            if told.get("gone"):
                self.rows.pop(told["id"], None)
            elif "facts" in told:
                self.rows[told["id"]] = told["facts"]


class Happenings:
    """Cases and calls that come, change and go, in one thread, for as long as the feed is followed."""

    def __init__(self, room: ControlRoom) -> None:
        self.room, self.chance = room, random.Random(8)
        self.cases = [room.case() for _ in range(4)]

    def some(self, count: int = 12) -> None:
        acts: list[Callable[[], object]] = [
            lambda: self.room.touch(self.chance.choice(self.cases)),
            lambda: self.room.alarm(self.chance.choice(self.cases), f"alarm {self.chance.random()}"),
            lambda: self.room.hand_over(self.chance.choice(self.cases)),
            lambda: self.room.ring(),
            lambda: self.cases.append(self.room.case()),
            lambda: self.room.seal_or_unseal(self.chance.choice(self.cases)),
        ]
        for act in self.chance.choices(acts, (12, 2, 2, 2, 2, 1), k=count):
            act()


async def test_every_picture_is_the_truth_whatever_is_killed(
    tmp_path: Path, sqlite_url: str, valkey: Valkey
) -> None:
    room = await asyncio.to_thread(ControlRoom, tmp_path, sqlite_url, valkey.url)
    happenings = await asyncio.to_thread(Happenings, room)
    seniors = await asyncio.to_thread(room.headers)
    handlers = await asyncio.to_thread(room.headers, "Jay Osei")
    pictures = [Picture() for _ in range(VIEWERS)]
    async with httpx.AsyncClient(base_url=room.url, timeout=20) as client:
        following = [
            asyncio.create_task(one.follow(room, handlers if nth % 2 else seniors, client))
            for nth, one in enumerate(pictures)
        ]
        try:
            for nth in range(ROUNDS):
                await asyncio.to_thread(happenings.some)
                await _kill(nth, room, valkey, pictures, happenings)
            async with asyncio.timeout(END_S):
                while len({one.cursor for one in pictures} | {await asyncio.to_thread(_cursor, room)}) > 1:
                    await asyncio.sleep(0.1)
            truth = await asyncio.to_thread(_truth, room)
            fit = await asyncio.to_thread(_truth, room, View.machine)
            sealed = await asyncio.to_thread(_sealings, room)
        finally:
            for one in following:
                one.cancel()
            await asyncio.gather(*following, return_exceptions=True)
            await asyncio.to_thread(room.close)
    assert [one.out_of_turn for one in pictures if one.out_of_turn] == []
    assert all(one.rows == truth["rows"] for one in pictures[::2])
    assert all(one.rows == fit["rows"] for one in pictures[1::2])
    assert len(truth["rows"]) > len(fit["rows"]) > 10
    needless = [
        (at, to) for one in pictures for at, to in one.jumps if not any(at < seal <= to for seal in sealed)
    ]
    assert needless == [], "who has missed no sealing goes on from its cursor"


async def _kill(
    nth: int, room: ControlRoom, valkey: Valkey, pictures: list[Picture], happenings: Happenings
) -> None:
    """Things happen while it is away; then it is there again."""
    if nth % 3 == 0:
        for one in pictures[nth::2]:
            if one.socket is not None:
                one.socket.transport.abort()
        await asyncio.to_thread(happenings.some)
    elif nth % 3 == 1:
        await asyncio.to_thread(valkey.kill)
        await asyncio.to_thread(happenings.some)
        await asyncio.to_thread(valkey.start)
    else:
        await asyncio.to_thread(lambda: room.stop(at_once=True))
        await asyncio.to_thread(happenings.some)
        await asyncio.to_thread(room.start_again)


def _cursor(room: ControlRoom) -> int:
    return int(_truth(room)["cursor"])


def _sealings(room: ControlRoom) -> list[int]:
    """At which events something was sealed: what was told before that may not be told again."""
    with room.hub.db.read() as session:
        return list(session.exec(select(Event.n).where(Event.topic == JUST_SEALED)))


def _truth(room: ControlRoom, view: View = View.sealed_machine) -> dict[str, Any]:
    with room.hub.db.read() as session:
        return facts_of(session, room.place, view)
