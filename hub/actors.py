"""Who did it: a person of the hub, a responder, a caller, or the hub itself."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Actor:
    """`ref` is kept for machines ("user:12"), `name` as it was then for people who read the timeline."""

    ref: str
    name: str


HUB = Actor("hub", "the hub")


class Acting(Protocol):
    """Whoever works for a place: a person who is logged in, or a machine with a token, which is nobody's `id`."""

    @property
    def id(self) -> int | None: ...
    @property
    def place(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def actor(self) -> Actor: ...
