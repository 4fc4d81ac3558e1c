"""How fast a day goes by, and what time it is on it. Business time runs `speed` times as fast as the machine's."""

import random
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from hub.clock import SharedClock

MOVE_EVERY_S = 0.1


@dataclass
class Day:
    """What everybody simulated shares. `over` ends the day, `no_more_calls` the calls of it."""

    clock: SharedClock
    speed: float
    chance: random.Random
    over: threading.Event = field(default_factory=threading.Event)
    no_more_calls: threading.Event = field(default_factory=threading.Event)
    counted: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hurry(self) -> None:
        """Moves the hub's clock until the day is over."""
        while not self.over.wait(MOVE_EVERY_S):
            self.clock.advance(timedelta(seconds=MOVE_EVERY_S * (self.speed - 1)))

    def think(self, seconds: float) -> bool:
        """Let so many seconds of the day go by. False where the day has ended meanwhile."""
        return not self.over.wait(seconds / self.speed)

    def count(self, what: str) -> None:
        with self._lock:
            self.counted[what] = self.counted.get(what, 0) + 1
