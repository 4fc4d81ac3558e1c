"""Who looks at the same thing just now. Kept in this process, and shared with the others through Redis where it is
there: numbers of users and no names, and nothing that outlives a few seconds.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError

HERE_S = 6.0
"""Who has not asked for so long has gone."""
TRY_AGAIN_S = 10.0
"""After Redis did not answer, nobody waits for it again so soon."""
MOST = 50
"""So many windows of one thing are told of."""


class Presence:
    """`thing` is what is looked at; `window` says whose and which of theirs, `where` the part that they are in."""

    def __init__(self, redis: Redis, machine: Callable[[], datetime]) -> None:
        self._redis, self._machine = redis, machine
        self._mine: dict[str, dict[str, tuple[float, str]]] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0

    def come(self, thing: str, window: str, where: str) -> dict[str, str]:
        """Say that `window` looks at `thing`; returns every window that does, and where in it each is."""
        return self._shared(thing, self._here(thing, window, where), window, where)

    def go(self, thing: str, window: str) -> None:
        with self._lock:
            self._mine.get(thing, {}).pop(window, None)
        if self._now() >= self._away_until:
            self._forget(_key(thing), window)

    def _now(self) -> float:
        return self._machine().timestamp()

    def _here(self, thing: str, window: str, where: str) -> dict[str, str]:
        now = self._now()
        with self._lock:
            self._mine.setdefault(thing, {})[window] = (now, where)
            for other in [key for key, kept in self._mine.items() if not _lately(kept, now)]:
                del self._mine[other]
            return {who: said for who, (_, said) in _lately(self._mine[thing], now).items()}

    def _shared(self, thing: str, here: dict[str, str], window: str, where: str) -> dict[str, str]:
        now = self._now()
        if now < self._away_until:
            return here
        key = _key(thing)
        try:
            with self._redis.pipeline(transaction=False) as trip:
                trip.hset(key, window, f"{now:.1f} {where}")
                trip.expire(key, int(HERE_S) + 1)
                trip.hgetall(key)
                said = trip.execute()[-1]
        except RedisError:
            self._away_until = now + TRY_AGAIN_S
            return here
        gone = []
        for who, words in said.items():
            at, _, there = words.decode().partition(" ")
            if now - float(at) >= HERE_S:
                gone.append(who)
            elif len(here) < MOST:
                here.setdefault(who.decode(), there)
        if gone:
            self._forget(key, *gone)
        return here

    def _forget(self, key: str, *windows: str) -> None:
        try:
            self._redis.hdel(key, *windows)
        except RedisError:
            self._away_until = self._now() + TRY_AGAIN_S


def _lately(kept: dict[str, tuple[float, str]], now: float) -> dict[str, tuple[float, str]]:
    return {who: one for who, one in list(kept.items())[-MOST:] if now - one[0] < HERE_S}


def _key(thing: str) -> str:
    return f"fp:here:{thing}"
