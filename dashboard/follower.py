"""What happens, to every viewer at once: one follower for this process reads events in order and puts each of them into
one frame for each kind of viewer; what a slow viewer does not take waits in a list of its own, and delays nobody.

Redis only says "read on"; a poll each second does without it. Beats stop when reading stops: a board may not look live
and be blind.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dashboard import board, event_views
from dashboard.lane import framed
from dashboard.viewer import KEPT, Viewer
from dashboard.views import View
from hub import events
from hub.assemble import Hub, channel
from hub.places import place_of
from records import seen
from records.board import JUST_SEALED

log = logging.getLogger(__name__)
POLL_S = 1.0
BEAT_S = 2.0
BLIND_AFTER_S = 4.0
CREW_EVERY_S = 2.0
CREW_AT_LEAST_EVERY_S = 60.0
"""Shifts begin and end without an event."""
READ_AT_ONCE = 200

Frames = dict[View, bytes]


@dataclass(frozen=True)
class Read:
    """What one look at the database brought."""

    begun_anew: bool
    cursor: int
    epoch: str
    hides: bool
    """Something was sealed: what was rendered before may not be told again."""
    found: list[tuple[int, Frames]]

    @property
    def more(self) -> bool:
        return len(self.found) == READ_AT_ONCE


class Follower:
    """Follows the one place that this process serves."""

    def __init__(self, app: FastAPI, hub: Hub) -> None:
        self.app, self.hub = app, hub
        self.place = hub.settings.place
        self.viewers: set[Viewer] = set()
        self.cursor = 0
        self.epoch = ""
        self.reset = _reset("")
        self.kept: deque[tuple[int, Frames]] = deque(maxlen=KEPT)
        self._begun = False
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self._read_at = -BLIND_AFTER_S
        self._crew_at = 0.0
        self._crew_changed = self._somebody_new = True
        self._crew_shown: Frames = {}

    async def follow(self) -> None:
        """Read on when told to, and once a second anyway."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.read_on()
            except Exception:
                log.exception("feed_cannot_read")  # beats stop by themselves; the next round tries again
                await asyncio.sleep(POLL_S)

    async def show_crew(self) -> None:
        """Who is on shift and where they are, at most every two seconds: beside the events, which never wait for it."""
        while True:
            await asyncio.sleep(CREW_EVERY_S)
            try:
                await self._show_crew()
            except Exception:
                log.exception("crew_cannot_be_shown")

    async def listen(self) -> None:
        """Redis says "read on". Away or frozen it costs up to a second of delay and nothing else."""
        while True:
            try:
                retry = Retry(NoBackoff(), 0)
                redis: Redis = Redis.from_url(self.hub.settings.redis, socket_connect_timeout=1, retry=retry)
                async with redis, redis.pubsub() as pubsub:
                    await pubsub.subscribe(channel(self.place))
                    while True:
                        if await pubsub.get_message(ignore_subscribe_messages=True, timeout=30.0):
                            self._wake.set()
            except (RedisError, OSError):
                await asyncio.sleep(POLL_S)

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if _now() - self._read_at < BLIND_AFTER_S:
                beat = [self.beat_frame()]
                for viewer in self.viewers:
                    viewer.put(beat, self.reset)

    async def read_on(self) -> None:
        """Everything new, rendered in a thread and put to every viewer in order."""
        async with self._reading:
            while True:
                read = await asyncio.to_thread(self._read)
                self._take_in(read)
                if not read.more:
                    return

    def _read(self) -> Read:
        now = self.hub.clock.now()
        with self.hub.db.read() as session:
            since = self.cursor
            new = events.after(session, self.place, since, READ_AT_ONCE) if self._begun else []
            last = new[-1].n if new else events.cursor(session, self.place)
            anew = not self._begun or last < since
            if anew:
                since = max(0, last - KEPT)
                new = events.after(session, self.place, since, READ_AT_ONCE)
            epoch = board.epoch(session, self.place) if anew or not self.epoch else self.epoch
            place = place_of(session, self.place)
            sealed = seen.sealed(session, self.place) if new else frozenset()
            found = [
                (event.n, event_views.render(session, self.app, event, place, now, sealed)) for event in new
            ]
        hides = any(event.topic == JUST_SEALED for event in new)
        return Read(anew, since, epoch, hides, [(n, _frames(told)) for n, told in found])

    def _take_in(self, read: Read) -> None:
        """On the loop and without a pause: cursor, what is kept and the lists always agree."""
        self._read_at = _now()
        if read.epoch != self.epoch:
            self.epoch, self.reset = read.epoch, _reset(read.epoch)
        if read.begun_anew:
            # the first look, or the hub was begun anew with lower numbers
            self.cursor, self._begun = read.cursor, True
            self.kept.clear()
            for viewer in self.viewers:
                viewer.start_afresh(self.reset)
        if read.hides:
            self.kept.clear()
        if not read.found:
            return
        self.cursor = read.found[-1][0]
        self.kept.extend(read.found)
        new = {view: [frames[view] for _, frames in read.found] for view in View}
        for viewer in self.viewers:
            viewer.put(new[viewer.view], self.reset)
        self._crew_changed = True

    async def _show_crew(self) -> None:
        due = self._crew_changed or _now() - self._crew_at > CREW_AT_LEAST_EVERY_S
        if not (self.viewers and due):
            return
        to_all, self._somebody_new = self._somebody_new, False
        self._crew_changed, self._crew_at = False, _now()
        shown = await asyncio.to_thread(self._read_crew)
        changed = {
            view: [frame] for view, frame in shown.items() if to_all or frame != self._crew_shown.get(view)
        }
        self._crew_shown = shown
        for viewer in self.viewers:
            if viewer.view in changed:
                viewer.put(changed[viewer.view], self.reset)

    def _read_crew(self) -> Frames:
        with self.hub.db.read() as session:
            found = event_views.crew_html(session, self.place, self.hub.clock.now())
        return _frames({view: {"topic": "crew", "html": html} for view, html in found.items()})

    async def join(self, viewer: Viewer, since: int, epoch: str) -> None:
        """Bring the viewer up to date and count it in, without a gap; or tell it to take a snapshot."""
        if since > self.cursor or not self._begun:
            await self.read_on()  # its snapshot may be newer than what this process has read
        # from here on nothing awaits, so that no event slips between what is kept and what comes
        first = self.kept[0][0] if self.kept else self.cursor + 1
        another_history = bool(epoch and self.epoch and epoch != self.epoch)
        if another_history or not first - 1 <= since <= self.cursor:
            viewer.start_afresh(self.reset)
            return
        missed = [frames[viewer.view] for n, frames in self.kept if n > since]
        viewer.put([*missed, self.beat_frame()], self.reset)
        self.viewers.add(viewer)
        self._crew_changed = self._somebody_new = True

    def beat_frame(self) -> bytes:
        now = self.hub.clock.now().isoformat()
        return _frame({"beat": True, "now": now, "cursor": self.cursor, "epoch": self.epoch})


def _now() -> float:
    return asyncio.get_running_loop().time()


def _reset(epoch: str) -> bytes:
    return _frame({"reset": True, "epoch": epoch})


def _frames(told: dict[View, dict[str, Any]]) -> Frames:
    """What several kinds of viewer are told alike is one frame."""
    frames = {id(message): _frame(message) for message in {id(one): one for one in told.values()}.values()}
    return {view: frames[id(message)] for view, message in told.items()}


def _frame(message: dict[str, Any]) -> bytes:
    return framed(json.dumps(message, separators=(",", ":"), ensure_ascii=False))
