"""Reads a Procfile: what a hub is made of, one process a line, `name: command`."""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from hub.errors import Refused

LINE = re.compile(r"([a-z][a-z0-9-]*):\s*(\S.*)")
RELEASE = "release"
"""Run once and to its end, before the others: migrations, demo data."""


@dataclass(frozen=True)
class Line:
    """One process: its name and its command, which is run as it stands and not by a shell."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Procfile:
    release: Line | None
    lines: tuple[Line, ...]

    def has(self, name: str) -> bool:
        return any(line.name == name for line in self.lines)

    def without(self, name: str) -> "Procfile":
        return Procfile(self.release, tuple(line for line in self.lines if line.name != name))


def read(path: Path) -> Procfile:
    """Raises `Refused` with the line that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    found: dict[str, Line] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        line = _line(raw.strip())
        if line is None:
            raise Refused(
                f"{path}:{number}: a line says `name: command`, for example `ticker: python -m workers`."
            )
        if line.name in found:
            raise Refused(
                f"{path}:{number}: {line.name} is listed twice; give each process a name of its own."
            )
        found[line.name] = line
    release = found.pop(RELEASE, None)
    return Procfile(release, tuple(found.values()))


def _line(text: str) -> Line | None:
    match = LINE.fullmatch(text)
    if match is None:
        return None
    try:
        command = shlex.split(match[2])
    except ValueError:
        return None
    if command[0] == "python":  # the one that runs us: nothing needs to be on the PATH
        command[0] = sys.executable
    return Line(match[1], tuple(command))
