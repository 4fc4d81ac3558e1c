"""One line of what is known of the person on the line, with where it comes from and how old it is."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from triage.ago import ago, on


@dataclass(frozen=True)
class Line:
    """`warns`: it must be seen first."""

    words: str
    source: str
    warns: bool = False


@dataclass(frozen=True)
class At:
    now: datetime
    zone: tzinfo

    def when(self, at: datetime, source: str) -> str:
        return f"{source} · {on(at, self.now, self.zone)}, {ago(at, self.now, self.zone)}"
