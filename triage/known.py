"""What we know of the person on the line from the hub's own earlier cases and its record of them, each line with its
source and its age; whom to ring and how to get in are in `triage/known_ways.py`.

Nothing of it before two identifiers are read back (S14). Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from hub.places import place_of
from protocols.engine import words_of
from protocols.loader import Library
from protocols.model import House, Question
from records.model import Case
from records.own import held
from records.own.written import IN_OWN_WORDS
from records.people import store as people
from records.people.fact_model import HAS_DIED, Fact
from records.people.model import Person
from records.people.rules import says_died
from records.people.standing import standing
from records.read_back import is_read_back
from triage import store
from triage.alike import agree
from triage.facts import holds, raises
from triage.known_line import At, Line
from triage.known_ways import ways_of
from triage.past import Said, past_of, said_before

SHOWN = 5
"""So many last calls; the rest is counted. [LOCAL]"""
FEW = 2


class State(StrEnum):
    too_little = "too_little"
    not_read_back = "not_read_back"
    looked_up = "looked_up"


@dataclass(frozen=True)
class Known:
    """`may_be`: cases that look like this person's. `more`: last calls that are not listed. `elsewhere`: access notes
    that belong to another address (S15). `doubtful`: cases that something typed speaks against."""

    state: State
    may_be: int = 0
    lines: tuple[Line, ...] = ()
    calls: tuple[Line, ...] = ()
    more: int = 0
    elsewhere: int = 0
    doubtful: int = 0


def look_up(session: Session, case: Case, library: Library, now: datetime) -> Known:
    if not case.nhs_number and not (case.born and case.person_name):
        return Known(State.too_little)
    past = past_of(session, case, now)
    if not is_read_back(case):
        return Known(State.not_read_back, may_be=past.may_be)
    at = At(now, place_of(session, case.place).local())
    cases, person = past.cases, people.of_case(session, case)
    ways = ways_of(session, case, person, cases, at)
    return Known(
        State.looked_up,
        past.may_be,
        lines=(
            *_has_died(session, case, person, at),
            *_warnings(session, cases, at),
            *_own_words(session, person, at),
            *_answers(session, cases, library, at),
            *_how_to_talk(cases, at),
            *ways.lines,
        ),
        calls=tuple(_call(case, one, library.house, at) for one in cases[:SHOWN]),
        more=len(cases[SHOWN:]) + past.older,
        elsewhere=ways.elsewhere,
        doubtful=past.doubtful,
    )


def _has_died(session: Session, case: Case, person: Person | None, at: At) -> list[Line]:
    """S28: before anybody asks how they are."""
    if person is None:
        return []
    said = [one for one in standing(session, person, case.key, Fact.about == HAS_DIED) if says_died(one)]
    return [
        Line(
            f"Said to have died on {one.dated:%d %b %Y} ({one.words}): ask who it is that needs help",
            at.when(one.recorded_at, one.source or one.recorded_by),
            True,
        )
        for one in said[:1]
    ]


def _warnings(session: Session, cases: Sequence[Case], at: At) -> list[Line]:
    """For our own people's safety, and for the person's: the caller may be whom they fear."""
    refs = {case.key: case.ref for case in cases}
    found = [
        Line(
            "DANGER: one of ours sent the danger word from there",
            at.when(task.opened_at, refs[task.case_id]),
            True,
        )
        for task in store.dangers_at(session, list(refs))
    ]
    marked = next((case for case in cases if case.safeguarding), None)
    if marked is not None:
        words = "Safeguarding was marked: read nothing of this out"
        found.append(Line(words, at.when(marked.clock_start, marked.ref), True))
    return found


def _own_words(session: Session, person: Person | None, at: At) -> list[Line]:
    """What they have written on their own page for a day like this."""
    plan = held.own_words_of(session, person) if person else None
    if plan is None:
        return []
    theirs = plan.about == IN_OWN_WORDS
    whose = "In their own words" if theirs else f"Written for them by {plan.author} (attorney)"
    return [Line(f"{whose}: {plan.words}", at.when(plan.recorded_at, plan.source or "the person"))]


def _answers(session: Session, cases: Sequence[Case], library: Library, at: At) -> list[Line]:
    """What may raise it stands first; two who said different things both stand there."""
    asked: dict[str, Question] = {}
    for protocol in library.triage.values():
        for question in protocol.questions:
            if question.record:
                asked.setdefault(question.id, question)
    said = said_before(session, cases, asked)
    may_raise = {
        id(one): raises(asked[one.question], {"answer": one.answer})
        and holds(asked[one.question], one, at.now)
        for one in said
    }
    said.sort(key=lambda one: not may_raise[id(one)])
    return [
        Line(_sentence(asked[one.question], one), at.when(one.at, one.by or one.ref), may_raise[id(one)])
        for one in said
    ]


def _sentence(question: Question, one: Said) -> str:
    words = words_of(question, one.answer)
    return words[0].upper() + words[1:]


def _how_to_talk(cases: Sequence[Case], at: At) -> list[Line]:
    """The newest first, each once."""
    found: dict[str, Case] = {}
    for case in cases:
        if case.talk_words:
            found.setdefault(case.talk_words, case)
    return [
        Line(f"How to talk with them: {words}", at.when(case.clock_start, case.ref))
        for words, case in list(found.items())[:FEW]
    ]


def _call(own: Case, case: Case, house: House, at: At) -> Line:
    label = house.priority(case.priority).label if case.priority in house.rank else ""
    what = ", ".join(part for part in (case.need or "need not known", label) if part)
    ended = str(case.outcome).replace("_", " ") if case.outcome else f"not over: {case.word}"
    name = f", under the name {case.person_name}" if agree(own, case, "person_name") is False else ""
    said = f" ({case.outcome_words[:120]})" if case.outcome_words and not case.safeguarding else ""
    return Line(f"{what}: {ended}{said}{name}", at.when(case.clock_start, case.ref))
