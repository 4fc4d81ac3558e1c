"""One sentence about what is not the same in two versions of a protocol, and how it is found. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from protocols.house import House

Way = Literal["slower", "faster", "other"]
Part = Literal["priority", "red flags", "questions", "words", "positions", "exceptions", "about"]
PARTS: Mapping[Part, str] = {
    "priority": "What leads where",
    "red flags": "Red flags",
    "questions": "Questions",
    "words": "Words to say",
    "positions": "Who is sent",
    "exceptions": "Exceptions, and what is not known",
    "about": "About the protocol",
}
_PLACES = {part: place for place, part in enumerate(PARTS)}
_WAYS: Mapping[Way, int] = {"slower": 0, "faster": 1, "other": 2}
_One = TypeVar("_One")


@dataclass(frozen=True)
class Difference:
    """One sentence. `way`: whether by itself it can only make somebody wait longer, or only shorter."""

    part: Part
    way: Way
    words: str

    @property
    def place(self) -> tuple[int, int]:
        """Part by part; within each what makes somebody wait longer comes first."""
        return _PLACES[self.part], _WAYS[self.way]


def way(before: int, after: int) -> Way:
    """Of two ranks."""
    return "other" if before == after else "slower" if after > before else "faster"


def paired(
    before: Mapping[str, _One], after: Mapping[str, _One]
) -> tuple[list[_One], list[_One], list[tuple[_One, _One]]]:
    """What is gone, what is new, and what is in both; each in the order of its file."""
    gone = [one for name, one in before.items() if name not in after]
    new = [one for name, one in after.items() if name not in before]
    return gone, new, [(before[name], one) for name, one in after.items() if name in before]


def label(house: House, priority: str) -> str:
    return house.priority(priority).label


def sayings(where: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Difference]:
    """The lines that are now said there, and those that are no longer."""
    for line in after:
        if line not in before:
            yield Difference("words", "other", f"{where} it is now said: “{line}”")
    for line in before:
        if line not in after:
            yield Difference("words", "other", f"{where} it is no longer said: “{line}”")
    if before != after and sorted(before) == sorted(after):
        yield Difference("words", "other", f"{where} the same is said in another order.")
