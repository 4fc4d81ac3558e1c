"""What dispatch needs besides a session: the protocols in force and the address that links begin with."""

from dataclasses import dataclass

from protocols.loader import Library


@dataclass(frozen=True)
class Desk:
    library: Library
    public_url: str

    def link(self, path: str) -> str:
        """As short as a text wants it: no scheme."""
        return f"{self.public_url.split('://', 1)[-1]}/{path}"

    def label(self, priority: str) -> str:
        return self.library.house.priority(priority).label
