"""The pieces of the triage screen, as values: what `triage.view` fills and pages and machines read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.observations import Pad


@dataclass(frozen=True)
class Choice:
    """One answer and the key that gives it; `given`: it is the answer that stands."""

    key: str
    value: str
    title: str
    given: bool


@dataclass(frozen=True)
class Asked:
    """The question in the middle of the screen. `keeps`: a number outside `low` to `high` is asked back, and kept.
    `known`: what was answered before, by whom and when (S8)."""

    id: str
    ask: str
    say: str
    why: str
    kind: str
    choices: tuple[Choice, ...]
    unit: str
    low: float | None
    high: float | None
    keeps: bool
    given: str
    notes: tuple[str, ...]
    unknown_means: str
    nth: int
    known: str = ""


@dataclass(frozen=True)
class Given:
    """`known`: what was said before, where that counts instead (S8)."""

    question: str
    ask: str
    words: str
    unknown: bool
    notes: tuple[str, ...] = ()
    known: str = ""


@dataclass(frozen=True)
class Flag:
    """Words to say; not `certain`: it could not be ruled out."""

    title: str
    words: tuple[str, ...]
    certain: bool


@dataclass(frozen=True)
class Would:
    """What would change it: `changes`, any one of them, leads to `label`."""

    label: str
    title: str
    worse: bool
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    title: str
    label: str


@dataclass(frozen=True)
class Together:
    """What all needs of the call come to (S11): the most urgent, and everything that any of them asks for."""

    disposition: str
    label: str
    is_999: bool
    provisional: bool
    due_at: datetime | None
    because: tuple[str, ...]
    score: str
    not_known: str
    refusal: str
    wanted: tuple[Wanted, ...]
    advice: tuple[str, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class OneOfTwo:
    """One of two answers that stand against each other."""

    words: str
    answer: Any
    by: str
    at: datetime


@dataclass(frozen=True)
class Differ:
    """Two people answered a question differently: what counts just now (its entry is `head`), and the other."""

    question: str
    ask: str
    head: str
    stands: OneOfTwo
    other: OneOfTwo


@dataclass(frozen=True)
class Spared:
    """A question that cannot change anything any more, and why; it can be asked all the same."""

    question: str
    ask: str
    because: str


@dataclass(frozen=True)
class Way:
    """A protocol that the first questions of the call lead to."""

    protocol: str
    title: str


@dataclass(frozen=True)
class View:
    """Everything that the middle and the right of the triage screen say. `takes_over`: words before all else."""

    assessment: int
    state: str
    protocol: str
    version: str
    asked: Asked | None
    pad: Pad | None
    reviewing: bool
    next_question: str
    back: str
    last_given: str
    heads: dict[str, str]
    differ: tuple[Differ, ...]
    at_most: int
    answered: tuple[Given, ...]
    still: tuple[str, ...]
    remaining: int
    not_needed: tuple[Spared, ...]
    ways: tuple[Way, ...]
    finished: bool
    provisional: bool
    disposition: str
    response: str
    priority: str
    label: str
    is_999: bool
    due_at: datetime | None
    rules: tuple[str, ...]
    because: tuple[str, ...]
    score: str
    would: tuple[Would, ...]
    not_known: str
    refusal: str
    wanted: tuple[Wanted, ...]
    advice: tuple[str, ...]
    flags: tuple[Flag, ...]
    takes_over: tuple[Flag, ...]
    say_now: tuple[Flag, ...]
    together: Together | None


@dataclass(frozen=True)
class SingleFlag:
    """A red flag that one answer alone raises: it is shown even while the hub is away (S9)."""

    ask: str
    say: str
    danger: str
    title: str
    words: tuple[str, ...]
