"""What is said to another service when a case is handed over: Situation, Background, Assessment, Recommendation,
Decision, in this order, from what is known. What is not known is said to be not known. Pure.

How to get in is not in it: a key-safe code must not travel in a summary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from triage.ago import age
from triage.screen import Given

NOT_KNOWN = "not known"
TITLES = ("Situation", "Background", "Assessment", "Recommendation", "Decision")
Lines = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Everything that the summary is made of; times are the place's own."""

    hub: str
    ref: str
    now: datetime
    person: str = ""
    born: date | None = None
    nhs_number: str = ""
    where: str = ""
    need: str = ""
    talk: str = ""
    record: Lines = ()
    depends: Lines = ()
    depends_open: str = ""
    caller: str = ""
    relation: str = ""
    number: str = ""
    began_at: datetime | None = None
    flags: Lines = ()
    because: Lines = ()
    protocol: str = ""
    provisional: bool = False
    disposition: str = ""
    label: str = ""
    answers: Sequence[Given] = ()
    coming: Lines = ()
    asked: Lines = ()


@dataclass(frozen=True)
class Sbard:
    parts: tuple[tuple[str, Lines], ...]

    @property
    def text(self) -> str:
        """As plain text, to be copied."""
        return "\n".join(
            f"{title.upper()}\n" + "\n".join(f"- {line}" for line in said) for title, said in self.parts
        )


def sbard(known: Known) -> Sbard:
    parts = (
        _situation(known),
        _background(known),
        _assessment(known),
        _recommendation(known),
        _decision(known),
    )
    return Sbard(tuple(zip(TITLES, parts, strict=True)))


def _situation(known: Known) -> Lines:
    born = (
        f", born {known.born:%d/%m/%Y}, {age(known.born, known.now.date())} years old" if known.born else ""
    )
    flags = (f"Danger signs: {'; '.join(known.flags)}",) if known.flags else ()
    return (
        f"This is {known.hub}, urgent community response, about case {known.ref}.",
        f"Person: {known.person or NOT_KNOWN}{born}",
        f"Where they are now: {known.where or NOT_KNOWN}",
        f"What is wrong: {known.need or NOT_KNOWN}",
        *flags,
    )


def _background(known: Known) -> Lines:
    who = ", ".join(part for part in (known.caller, known.relation, known.number) if part)
    open_still = (f"Dependants and animals, not settled: {known.depends_open}",) if known.depends_open else ()
    began = f"Rang at {known.began_at:%H:%M}. " if known.began_at else ""
    return (
        f"{began}Caller: {who or NOT_KNOWN}",
        f"NHS number: {known.nhs_number or NOT_KNOWN}",
        f"How to talk with them: {known.talk or NOT_KNOWN}",
        *known.record,
        *known.depends,
        *open_still,
    )


def _assessment(known: Known) -> Lines:
    if not known.protocol:
        return ("No protocol has been begun: by the call handler’s own judgement.",)
    so_far = " (provisional: the questions are not finished)" if known.provisional else ""
    because = (f"Because: {'; '.join(known.because)}",) if known.because else ()
    answers = tuple(f"{one.ask} {one.words}" for one in known.answers)
    return (f"{known.protocol}{so_far}: {known.disposition}, {known.label}", *because, *answers)


def _recommendation(known: Known) -> Lines:
    asked = known.asked or ("We ask you to take this over.",)
    coming = known.coming or ("Nobody of ours is on the way.",)
    return (*asked, *coming)


def _decision(known: Known) -> Lines:
    return (
        "Do you take it? Say your reference, and when somebody will be there.",
        f"Read back at {known.now:%H:%M}; anything else you need to know?",
    )
