"""What we know of the person on the line from the hub's own earlier cases, each line with its source and its age.

Nothing of it before two identifiers are read back (S14). Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from sqlmodel import Session

from hub.places import place_of
from protocols.engine import words_of
from protocols.loader import Library
from protocols.model import House, Question
from records import contact_points
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
from triage.ago import ago, on
from triage.alike import agree
from triage.capture import national
from triage.facts import holds, raises
from triage.past import Said, past_of, said_before

SHOWN = 5
"""So many last calls; the rest is counted. [LOCAL]"""
FEW = 2
NUMBERS = 3


class State(StrEnum):
    too_little = "too_little"
    not_read_back = "not_read_back"
    looked_up = "looked_up"


@dataclass(frozen=True)
class Line:
    """`warns`: it must be seen first."""

    words: str
    source: str
    warns: bool = False


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


@dataclass(frozen=True)
class _At:
    now: datetime
    zone: tzinfo

    def when(self, at: datetime, source: str) -> str:
        return f"{source} · {on(at, self.now, self.zone)}, {ago(at, self.now, self.zone)}"


def look_up(session: Session, case: Case, library: Library, now: datetime, *, marked: bool) -> Known:
    """`marked`: whether the reader may see what safeguarding is marked on (S18)."""
    if not case.nhs_number and not (case.born and case.person_name):
        return Known(State.too_little)
    past = past_of(session, case, now, marked=marked)
    if not is_read_back(case):
        return Known(State.not_read_back, may_be=past.may_be)
    at = _At(now, place_of(session, case.place).local())
    cases = past.cases
    return Known(
        State.looked_up,
        past.may_be,
        lines=(
            *_has_died(session, case, at),
            *_warnings(session, cases, at),
            *_own_words(session, case, at),
            *_answers(session, cases, library, at),
            *_words(cases, "talk_words", "How to talk with them", at),
            *_numbers(session, case.place, cases, at),
            *_words(_same_door(case, cases), "access_words", "How to get in", at),
        ),
        calls=tuple(_call(case, one, library.house, at) for one in cases[:SHOWN]),
        more=len(cases[SHOWN:]) + past.older,
        elsewhere=len(
            {one.access_words for one in cases if one.access_words and not agree(case, one, "address")}
        ),
        doubtful=past.doubtful,
    )


def _has_died(session: Session, case: Case, at: _At) -> list[Line]:
    """S28: before anybody asks how they are."""
    if case.person_id is None:
        return []
    person = people.head(session, session.get_one(Person, case.person_id))
    said = [one for one in standing(session, person, case.key, Fact.about == HAS_DIED) if says_died(one)]
    return [
        Line(
            f"Said to have died on {one.dated:%d %b %Y} ({one.words}): ask who it is that needs help",
            at.when(one.recorded_at, one.source or one.recorded_by),
            True,
        )
        for one in said[:1]
    ]


def _warnings(session: Session, cases: Sequence[Case], at: _At) -> list[Line]:
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


def _own_words(session: Session, case: Case, at: _At) -> list[Line]:
    """What they have written on their own page for a day like this."""
    if case.person_id is None:
        return []
    person = people.head(session, session.get_one(Person, case.person_id))
    plan = held.own_words_of(session, person)
    if plan is None:
        return []
    theirs = plan.about == IN_OWN_WORDS
    whose = "In their own words" if theirs else f"Written for them by {plan.author} (attorney)"
    return [Line(f"{whose}: {plan.words}", at.when(plan.recorded_at, plan.source or "the person"))]


def _answers(session: Session, cases: Sequence[Case], library: Library, at: _At) -> list[Line]:
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


def _words(cases: Sequence[Case], field: str, title: str, at: _At) -> list[Line]:
    """The newest first, each once."""
    found: dict[str, Case] = {}
    for case in cases:
        if words := getattr(case, field):
            found.setdefault(words, case)
    return [
        Line(f"{title}: {words}", at.when(case.clock_start, case.ref))
        for words, case in list(found.items())[:FEW]
    ]


def _same_door(own: Case, cases: Sequence[Case]) -> list[Case]:
    """S15: how to get in belongs to where the person is now, and to no other address."""
    return [case for case in cases if agree(own, case, "address")]


def _numbers(session: Session, place: str, cases: Sequence[Case], at: _At) -> list[Line]:
    """S17: the numbers that rang about them on which it is not safe to text, to speak or to leave a message."""
    calls = store.calls_about(session, [case.key for case in cases])
    numbers = list(dict.fromkeys(call.number for call in calls if call.number))[:NUMBERS]
    found = []
    for number in numbers:
        point = contact_points.of_number(session, place, number)
        unsafe = contact_points.warning(point, safeguarding=False)
        if point is not None and unsafe:
            found.append(Line(f"{national(number)}: {unsafe}", at.when(point.at, point.by), True))
    return found


def _call(own: Case, case: Case, house: House, at: _At) -> Line:
    label = house.priority(case.priority).label if case.priority in house.rank else ""
    what = ", ".join(part for part in (case.need or "need not known", label) if part)
    ended = str(case.outcome).replace("_", " ") if case.outcome else f"not over: {case.word}"
    name = f", under the name {case.person_name}" if agree(own, case, "person_name") is False else ""
    said = f" ({case.outcome_words[:120]})" if case.outcome_words and not case.safeguarding else ""
    return Line(f"{what}: {ended}{said}{name}", at.when(case.clock_start, case.ref))
