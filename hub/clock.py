"""The only place that asks what time it is.

Two clocks: *business time*, by which people are owed things and which tests and the demo may move, and *machine
time*, by which leases and heartbeats run, so that moving the first neither re-sends anything nor loses a lease.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Business time, aware, UTC."""
        ...

    def machine(self) -> datetime:
        """Machine time, aware, UTC. For leases, wake-ups and heartbeats only."""
        ...


class SystemClock:
    """Both clocks are the machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def machine(self) -> datetime:
        return datetime.now(UTC)


class SharedClock(SystemClock):
    """Business time that a training place may move: all processes read the same offset (seconds) from one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        with suppress(FileNotFoundError):
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen != self._read_at:
                self._offset = timedelta(seconds=float(self._path.read_text() or 0))
                self._read_at = seen
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move business time forward for every process; the file is replaced whole, never half written."""
        self.now()
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str((self._offset + by).total_seconds()))
        fresh.replace(self._path)
