"""Looks are put into a file first and carried into the audit by the same process a moment later, so that whoever reads
never waits in the line of writers; a process that is killed in between loses none of them.

Each process writes a file of its own and holds its lock. What a dead process left has no lock any more, and whoever
comes by next takes it in. A line has numbers and words of our own, and never a name.
"""

import fcntl
import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from hub.audit import Audit
from hub.db import Database

FOLDER = "looks"
MOST_KNOWN = 10_000


@dataclass(frozen=True)
class Look:
    """`actor` is a reference ("user:12"). For `once_in_s` (seconds) the same is the same look; 0: never."""

    place: str
    at: datetime
    actor: str
    action: str
    subject: str
    why: str | None = None
    relation: str | None = None
    once_in_s: float = 0.0

    @property
    def same(self) -> tuple[str, ...]:
        return self.place, self.actor, self.action, self.subject, self.why or ""


class Known:
    """The looks of this process that are still the same look; bounded, the oldest forgotten first."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, ...], datetime] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, look: Look) -> bool:
        with self._lock:
            last = self._last.get(look.same)
        return last is not None and timedelta() <= look.at - last < timedelta(seconds=look.once_in_s)

    def add(self, look: Look) -> None:
        with self._lock:
            self._last[look.same] = look.at
            self._last.move_to_end(look.same)
            while len(self._last) > MOST_KNOWN:
                self._last.popitem(last=False)


class LookBook:
    """In the data folder. `write` is called by requests, `carry` by one thread of the process."""

    def __init__(self, data: Path) -> None:
        self._folder = data.absolute() / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._file, self._path, self._written = *self._begin(), 0

    def write(self, look: Look) -> None:
        """The system has it when this returns, whatever happens to the process. Raises `OSError`."""
        line = json.dumps(asdict(look) | {"at": look.at.isoformat()}) + "\n"
        with self._lock:
            os.write(self._file, line.encode())
            self._written += 1

    def carry(self, db: Database) -> int:
        """Everything that is written by now, and what dead processes left; returns how many looks were new."""
        carried = 0
        with self._lock:
            full = (self._file, self._path) if self._written else None
            if full:
                self._file, self._path, self._written = *self._begin(), 0
        if full:
            carried += _carry(db, *full)
        for left in self._left():
            carried += _carry(db, *left)
        return carried

    def close(self, db: Database) -> None:
        self.carry(db)
        with self._lock:
            self._path.unlink(missing_ok=True)
            os.close(self._file)

    def _begin(self) -> tuple[int, Path]:
        """It has its name once it is locked: before that another process would take it for what a dead one left."""
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        new = path.with_suffix(".new")
        file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        new.rename(path)
        return file, path

    def _left(self) -> Iterator[tuple[int, Path]]:
        for path in sorted(self._folder.glob("*.jsonl")):
            if path == self._path:
                continue
            try:
                file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)  # its process lives
                continue
            yield file, path


def keep(session: Session, look: Look, *, from_file: bool = False) -> bool:
    """Into the audit, unless it is there. `from_file`: whoever died before the file was taken away is read again."""
    since = look.at - timedelta(seconds=look.once_in_s)
    there = select(Audit.id).where(
        Audit.place == look.place,
        Audit.subject == look.subject,
        Audit.actor == look.actor,
        Audit.action == look.action,
        col(Audit.why) == look.why,
        col(Audit.at) >= since,
        col(Audit.at) <= look.at,
    )
    may_be_there = from_file or look.once_in_s > 0
    if may_be_there and session.exec(there.limit(1)).first() is not None:
        return False
    row = asdict(look)
    row.pop("once_in_s")
    session.add(Audit(**row))
    return True


def _carry(db: Database, file: int, path: Path) -> int:
    """One file into the audit, and then it is gone. Where the database is away it stays, and its lock is let go."""
    try:
        looks = list(_read(path))
        kept = 0
        if looks:
            with db.write() as session:
                for look in looks:
                    kept += keep(session, look, from_file=True)
                    session.flush()
        path.unlink(missing_ok=True)
        return kept
    finally:
        os.close(file)


def _read(path: Path) -> Iterator[Look]:
    """The last line may be cut off where a machine lost its power."""
    if not path.exists():
        return
    for line in path.read_text(errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        yield Look(**said | {"at": datetime.fromisoformat(said["at"])})
