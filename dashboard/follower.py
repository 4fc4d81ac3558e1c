"""What happens, to every viewer at once: one follower for this process reads events in order and renders each of them
once for each kind of viewer; every viewer has a short list of its own, so that a slow one delays nobody.

Redis only says "read on"; a poll each second does without it. Beats stop when reading stops: a board may not look live
and be blind.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dashboard import board, event_views
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
KEPT = 500
"""So many events are kept rendered; who is further behind takes a snapshot, which is also quicker."""
MOST_WAITING = KEPT + 100
"""What one viewer may be behind. The texts are shared, so it is 600 references."""
READ_AT_ONCE = 200

Texts = dict[View, str]


@dataclass(eq=False)
class Viewer:
    """One open board. What it has not been sent yet is a list of shared texts, bounded; nobody ever waits for it."""

    view: View
    behind: bool = False
    sending_since: float | None = None
    """By the loop's clock: since when it has not taken what is being sent."""
    _waiting: deque[str] = field(default_factory=deque)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, text: str, reset: str) -> None:
        """Where too much waits, all of it is worthless: the viewer is told to start afresh."""
        if self.behind:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.start_afresh(reset)
            return
        self._waiting.append(text)
        self._more.set()

    def start_afresh(self, reset: str) -> None:
        self._waiting.clear()
        self._waiting.append(reset)
        self.behind = True
        self._more.set()

    async def next(self) -> str | None:
        """What is to be sent next; None after the word to start afresh."""
        while not self._waiting:
            if self.behind:
                return None
            self._more.clear()
            await self._more.wait()
        return self._waiting.popleft()


@dataclass(frozen=True)
class Read:
    """What one look at the database brought."""

    begun_anew: bool
    cursor: int
    epoch: str
    hides: bool
    """Something was sealed: what was rendered before may not be told again."""
    found: list[tuple[int, Texts]]

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
        self.kept: deque[tuple[int, Texts]] = deque(maxlen=KEPT)
        self._begun = False
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self._read_at = -BLIND_AFTER_S
        self._crew_at = 0.0
        self._crew_changed = self._somebody_new = True
        self._crew_shown: Texts = {}

    async def follow(self) -> None:
        """Read on when told to, and once a second anyway."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.read_on()
                await self._show_crew()
            except Exception:
                log.exception("feed_cannot_read")  # beats stop by themselves; the next round tries again
                await asyncio.sleep(POLL_S)

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
                self._to_all(self.beat_text())

    async def read_on(self) -> None:
        """Everything new, rendered in a thread and put into every list in order."""
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
        return Read(anew, since, epoch, hides, [(n, _texts(told)) for n, told in found])

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
        for n, texts in read.found:
            self.cursor = n
            self.kept.append((n, texts))
            for viewer in self.viewers:
                viewer.put(texts[viewer.view], self.reset)
        self._crew_changed |= bool(read.found)

    async def _show_crew(self) -> None:
        """Who is on shift and where they are: rendered once for all, at most every two seconds."""
        since = _now() - self._crew_at
        due = since > (CREW_EVERY_S if self._crew_changed else CREW_AT_LEAST_EVERY_S)
        if not (self.viewers and due):
            return
        to_all, self._somebody_new = self._somebody_new, False
        self._crew_changed, self._crew_at = False, _now()
        shown = await asyncio.to_thread(self._read_crew)
        changed = {view for view, text in shown.items() if to_all or text != self._crew_shown.get(view)}
        self._crew_shown = shown
        for viewer in self.viewers:
            if viewer.view in changed:
                viewer.put(shown[viewer.view], self.reset)

    def _read_crew(self) -> Texts:
        with self.hub.db.read() as session:
            found = event_views.crew_html(session, self.place, self.hub.clock.now())
        return _texts({view: {"topic": "crew", "html": html} for view, html in found.items()})

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
        for n, texts in self.kept:
            if n > since:
                viewer.put(texts[viewer.view], self.reset)
        viewer.put(self.beat_text(), self.reset)
        self.viewers.add(viewer)
        self._crew_changed = self._somebody_new = True

    def _to_all(self, text: str) -> None:
        for viewer in self.viewers:
            viewer.put(text, self.reset)

    def beat_text(self) -> str:
        now = self.hub.clock.now().isoformat()
        return _text({"beat": True, "now": now, "cursor": self.cursor, "epoch": self.epoch})


def _now() -> float:
    return asyncio.get_running_loop().time()


def _reset(epoch: str) -> str:
    return _text({"reset": True, "epoch": epoch})


def _texts(told: dict[View, dict[str, Any]]) -> Texts:
    """What several kinds of viewer are told alike is put into words once."""
    texts = {id(message): _text(message) for message in {id(one): one for one in told.values()}.values()}
    return {view: texts[id(message)] for view, message in told.items()}


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)
