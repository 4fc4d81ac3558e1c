"""Who did it: a person of the hub, a responder, a caller, or the hub itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`ref` is kept for machines ("user:12"), `name` as it was then for people who read the timeline."""

    ref: str
    name: str


HUB = Actor("hub", "the hub")
