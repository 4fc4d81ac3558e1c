"""What is wrong with a protocol file, where, and what was probably meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from hub.errors import Refused

# So many faults are shown in one message; more would hide the first, which is often the cause of the rest.
SHOWN_FAULTS = 50


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: `line` and `column` count from 1, as editors do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ProtocolError(Refused):
    """A protocol file cannot be used. `faults` holds every fault found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        more = len(self.faults) - SHOWN_FAULTS
        lines = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if more > 0:
            lines.append(f"and {more} more")
        super().__init__("\n".join(lines))


def listed(words: Iterable[object], joiner: str = "or") -> str:
    """`a, b or c`, for sentences that say what is accepted."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joiner} {items[-1]}"


def meant(word: str, known: Sequence[str]) -> str:
    """The second half of a fault's sentence: the nearest known word, or the list when it is short."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    if known and len(known) <= 12:
        return f"; known here: {', '.join(known)}"
    return ""
