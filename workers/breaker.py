"""A server that does not answer is left alone for a while, and then asked once more."""

from collections.abc import Callable
from datetime import datetime, timedelta

FAULTS = 4
SHUT_S, SHUT_AT_MOST_S = 10.0, 300.0


class Breaker:
    """One for each server and process. After so many faults in a row it is shut, each time for twice as long."""

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self._machine = machine
        self._faults = 0
        self._until: datetime | None = None

    @property
    def shut_for_s(self) -> float:
        """How long the server is still left alone; 0 where it may be asked."""
        return max((self._until - self._machine()).total_seconds(), 0.0) if self._until else 0.0

    def answered(self) -> None:
        self._faults, self._until = 0, None

    def failed(self) -> None:
        self._faults += 1
        if self._faults >= FAULTS:
            wait_s = SHUT_S * 2 ** min(self._faults - FAULTS, 10)
            self._until = self._machine() + timedelta(seconds=min(wait_s, SHUT_AT_MOST_S))
