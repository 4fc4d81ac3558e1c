"""Requests sent at their own times, however long the ones before take: waiting in line is part of what is measured."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


def at_pace(acts: Sequence[Callable[[], T]], per_s: float, hands: int = 16) -> list[T]:
    """Each act in turn, `per_s` of them on average, spaced as calls come in: at random, the same in every run."""
    chance = random.Random(1)
    with ThreadPoolExecutor(hands) as pool:
        waiting = []
        due = time.monotonic()
        for act in acts:
            time.sleep(max(0.0, due - time.monotonic()))
            waiting.append(pool.submit(act))
            due += chance.expovariate(per_s)
        return [one.result() for one in waiting]


class EachOwn(Generic[T]):
    """One of something for each thread: connections are not shared."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._kept = make, threading.local()

    def __call__(self) -> T:
        if not hasattr(self._kept, "own"):
            self._kept.own = self._make()
        own: T = self._kept.own
        return own
