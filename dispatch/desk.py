"""What dispatch needs besides a session: the protocols in force, the address that links begin with, and how long ways
take."""

from dataclasses import dataclass

from dispatch.travel import StraightLine, Travel
from protocols.loader import Library

BY_STRAIGHT_LINE = StraightLine()


@dataclass(frozen=True)
class Desk:
    library: Library
    public_url: str
    travel: Travel = BY_STRAIGHT_LINE

    def link(self, path: str) -> str:
        """As short as a text wants it: no scheme."""
        return f"{self.public_url.split('://', 1)[-1]}/{path}"

    def label(self, priority: str) -> str:
        return self.library.house.priority(priority).label
