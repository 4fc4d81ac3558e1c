"""S8: what was answered before to a question that the record may answer counts again, and can only raise.

It is put down with the assessment when its person has been read back, so that the same answers on the same version
always come to the same: nothing looks at the past anew. Where several people said different things the worst counts;
"no" said today against a "yes" of before does not take it away, as the language has it (docs/protocols.md).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlmodel import Session

from hub.actors import HUB
from hub.db import attempt
from hub.places import place_of
from protocols.answers import badness, fact_of
from protocols.engine import assess, words_of
from protocols.loader import Library
from protocols.model import Question, TriageProtocol
from protocols.verdict import Leaf, Verdict
from records.lifecycles import AssessmentState
from records.model import Assessment, Case, CaseState, Task
from records.people.linking import link_by_rule
from records.read_back import is_read_back
from records.reading import putting
from records.service import Due, owe, take, write_line
from records.store import rows_of
from triage.ago import on
from triage.answer_words import said_as
from triage.model import CaptureField
from triage.past import Said, past_of, said_before
from triage.record_answers import said_on_record
from triage.typed import Typed
from triage.versions import exact

WHO = frozenset(
    {CaptureField.read_back, CaptureField.nhs_number, CaptureField.born, CaptureField.person_name}
)

LATE = "Read from their record after the questions were over:"
LOOK_IN = timedelta(minutes=5)
"""How soon somebody must have looked. [LOCAL]"""


def counted(
    protocol: TriageProtocol, said: Sequence[Said], now: datetime, zone: tzinfo
) -> dict[str, dict[str, Any]]:
    """The fact of each question of which one is known, with who said it and when. Pure."""
    facts = {}
    for question in protocol.questions:
        fits = [
            one
            for one in said
            if fact_of(question, {one.question: one.answer}) is not None and holds(question, one, now)
        ]
        if not fits:
            continue
        worst_first = sorted(fits, key=lambda one: (badness(question, one.answer), one.at), reverse=True)
        worst = worst_first[0]
        facts[question.id] = {
            "answer": worst.answer,
            "at": worst.at.isoformat(),
            "by": worst.by,
            "case": worst.case,
            "on": on(worst.at, now, zone),
            "words": "; ".join(_words(question, one, now, zone) for one in worst_first),
        }
    return facts


def holds(question: Question, one: Said, now: datetime) -> bool:
    """Whether it still counts: chemotherapy within six weeks, said a year ago, says nothing of today. Pure."""
    return question.holds_min is None or one.at + timedelta(minutes=question.holds_min) > now


def _words(question: Question, one: Said, now: datetime, zone: tzinfo) -> str:
    by = f" by {one.by}" if one.by else ""
    return f"{said_as(question, one.answer)} on {on(one.at, now, zone)}{by}"


def raises(question: Question, fact: Mapping[str, Any]) -> bool:
    """Whether it can make anything more urgent. Pure."""
    return badness(question, fact["answer"]) > badness(question, question.mildest)


def reason(leaf: Leaf, facts: Mapping[str, Any] | None) -> str:
    """A reason in words; one that nobody gave today says when it was said. Pure."""
    if not leaf.from_record:
        return leaf.words
    fact = (facts or {}).get(leaf.question)
    return f"{leaf.words} (said on {fact['on']})" if fact else f"{leaf.words} (said before)"


def because(assessment: Assessment, verdict: Verdict) -> list[dict[str, Any]]:
    """The reasons as they are kept. Pure."""
    return [
        {"ask": leaf.ask, "answer": leaf.answer, "words": reason(leaf, assessment.facts)}
        for leaf in verdict.because
    ]


def may_show_who(typed: Sequence[Typed]) -> bool:
    """Whether what was typed says more of who it is: then other records are asked after them. Pure."""
    return any(one.field in WHO or one.field is CaptureField.postcode for one in typed)


def is_due(case: Case, typed: Sequence[Typed]) -> bool:
    """Whether what was typed may have shown who it is. Pure: saving what is typed waits for no look-up."""
    return is_read_back(case) and any(one.field in WHO for one in typed)


def _open_to_all(cases: Sequence[Case]) -> list[Case]:
    """S18: what a sealed case says does not go into one that more people read."""
    return [case for case in cases if not case.sealed]


def take_up(session: Session, library: Library, case_id: int, now: datetime) -> None:
    """Put what is known with every assessment that is being taken; nothing before the read-back (S14)."""
    case = session.get_one(Case, case_id)
    if not is_read_back(case):
        return
    link_by_rule(session, case, now)
    is_new = _put_on_record(session, case, now)
    rows = rows_of(session, Assessment, case_id)
    taking = [row for row in rows if row.state is AssessmentState.taking]
    done = [row for row in rows if is_new and row.state is AssessmentState.finished][-1:]
    protocols = {row.key: exact(session, library, row)[0] for row in (*taking, *done)}
    if not protocols:
        return
    asks = {one.id for protocol in protocols.values() for one in protocol.questions if one.record}
    said = said_before(session, _open_to_all(past_of(session, case, now).cases), asks)
    said += said_on_record(session, library.house, case, asks)
    zone = place_of(session, case.place).local()
    for row in taking:
        protocol = protocols[row.key]
        facts = counted(protocol, said, now, zone)
        if facts == (row.facts or {}):
            continue
        take(session, case_id, now)
        row.facts = facts or None
        session.add(row)
        session.flush()
        if known := _known(protocol, facts):
            words = f"Known from earlier cases, and from their record; counts: {known}."
            write_line(session, case_id, now, HUB, "facts", words[:400])
    for row in done:
        _came_late(session, library, row, counted(protocols[row.key], said, now, zone), now)


def _put_on_record(session: Session, case: Case, now: datetime) -> bool:
    """Whether something was put down. It is others' data: a fault in it undoes itself alone, and what whoever calls
    does goes on."""
    found: list[bool] = []
    attempt(session, lambda inner: found.append(putting.put_on_record(inner, case, now)))
    return any(found)


def _known(protocol: TriageProtocol, facts: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{words_of(protocol.by_id[name], fact['answer'])} (said on {fact['on']})"
        for name, fact in facts.items()
        if raises(protocol.by_id[name], fact)
    )


def _came_late(
    session: Session, library: Library, row: Assessment, facts: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """What was decided stands as it was decided. Where it would be more urgent by now somebody must look, once."""
    protocol, house = exact(session, library, row)
    verdict = assess(protocol, house, row.answers, {name: fact["answer"] for name, fact in facts.items()})
    case = session.get_one(Case, row.case_id)
    is_worse = row.priority is not None and verdict.rank < house.rank[row.priority]
    told = any(task.words.startswith(LATE) for task in rows_of(session, Task, row.case_id))
    if not is_worse or told or case.state is not CaseState.open:
        return
    take(session, row.case_id, now)
    label = house.priority(verdict.priority).label
    words = (
        f"{LATE} {_known(protocol, facts)[:120]}. With this it would be {label}: look again, and ring them."
    )
    task = Task(place=case.place, opened_at=now, case_id=case.key, words=words)
    owe(session, task, now, HUB, words, Due("task", now + LOOK_IN))
