"""The head of the audit's chain as it is published outside the database: a line each, so that whoever can change the
database cannot also change what was said of it.

A line is four words with a tab between: the row's place in the chain, when it was said, its link, and the place.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.errors import Refused

LONGEST_LINE = 400


@dataclass(frozen=True)
class Head:
    nth: int
    at: datetime
    link: str
    place: str

    def line(self) -> str:
        return f"{self.nth}\t{self.at.isoformat()}\t{self.link}\t{self.place}"


def append(file: Path, head: Head) -> None:
    """One line, on the disk before this returns. A line that a dead process left half is ended first. Raises
    `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(number).st_size
        torn = size > 0 and os.pread(number, 1, size - 1) != b"\n"
        os.write(number, f"{chr(10) if torn else ''}{head.line()}\n".encode())
        os.fsync(number)
    finally:
        os.close(number)


def last(file: Path) -> Head | None:
    """The newest line; None where nothing was published yet. Reads the end of the file alone."""
    if not file.exists():
        return None
    with file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - 4 * LONGEST_LINE))
        for line in reversed(lines.read().decode(errors="replace").splitlines()):
            if (head := _read(line)) is not None:
                return head
    return None


def read(file: Path) -> Iterator[Head]:
    """Line by line, so that years of them need no memory. A line that was cut off as a process died is passed over; any
    other that is no head raises `Refused`, since somebody has changed the file."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            head = _read(line.rstrip("\n"))
            if head is not None:
                yield head
            elif line.strip() and len(line.split("\t")) == 4:
                raise Refused(f"Line {number} of {file} is no head of the chain: it has been changed.")


def _read(line: str) -> Head | None:
    parts = line.split("\t")
    if len(parts) != 4 or len(parts[2]) != 64:
        return None
    try:
        return Head(int(parts[0]), datetime.fromisoformat(parts[1]), parts[2], parts[3])
    except ValueError:
        return None
