"""One open board, and what it has not taken yet."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import WebSocket

from dashboard.views import View

KEPT = 500
"""So many events are kept rendered; who is further behind takes a snapshot, which is also quicker."""
MOST_WAITING = KEPT + 100
"""What one viewer may be behind. The frames are shared, so it is 600 references."""
LOG_IN_ENDED, NOT_ALLOWED, TAKE_SNAPSHOT, FULL = 4401, 4403, 4409, 1013
"""The numbers that a feed is closed with."""


class Way(Protocol):
    """Where frames go (`dashboard.lane`)."""

    @property
    def is_free(self) -> bool: ...

    @property
    def paused_at(self) -> float | None: ...

    def write(self, frames: Sequence[bytes]) -> None: ...


@dataclass(eq=False)
class Viewer:
    """While its way is free it has each frame at once. What it does not take waits in a list of shared frames, bounded;
    nobody ever waits for it. `ended` is the number that it is closed with."""

    view: View
    socket: WebSocket
    way: Way
    ended: asyncio.Future[int | None]
    behind: bool = False
    _waiting: deque[bytes] = field(default_factory=deque)

    def put(self, frames: Sequence[bytes], reset: bytes) -> None:
        """Where too much waits, all of it is worthless: the viewer is told to start afresh."""
        if self.behind:
            return
        if self.way.is_free:
            self.way.write(frames)
        elif len(self._waiting) + len(frames) > MOST_WAITING:
            self.start_afresh(reset)
        else:
            self._waiting.extend(frames)

    def start_afresh(self, reset: bytes) -> None:
        self.behind = True
        self._waiting.clear()
        self._waiting.append(reset)
        if self.way.is_free:
            self.go_on()

    def go_on(self) -> None:
        """The way is free again."""
        waiting, self._waiting = self._waiting, deque()
        if waiting:
            self.way.write(waiting)
        if self.behind:
            self.end(TAKE_SNAPSHOT)

    def end(self, code: int) -> None:
        if not self.ended.done():
            self.ended.set_result(code)
