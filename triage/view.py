"""What the triage screen shows of an assessment: one question, what is answered, what it means so far. Reads only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from protocols import asking
from protocols.answers import hear
from protocols.conditions import leaves
from protocols.explain import would_become
from protocols.explanation import rules_of
from protocols.loader import Library
from protocols.model import UNKNOWN, Answer, House, IsUnknown, OneOf, Question, TriageProtocol
from protocols.verdict import Verdict, unite
from records.model import Assessment, Case, HandOver
from records.store import rows_of
from triage import store, two_answers, ways
from triage.answer_words import said_as
from triage.facts import reason
from triage.given import given_of
from triage.model import Answered
from triage.needs import due_at
from triage.observations import NEWS2, observations, pad_of, said_of
from triage.screen import Asked, Choice, Flag, Given, SingleFlag, Spared, Together, View, Wanted, Way, Would
from triage.versions import exact, record_of


def view_of(
    session: Session,
    library: Library,
    assessment: Assessment,
    case: Case,
    ask: str | None = None,
    beside: Sequence[Verdict] = (),
) -> View:
    """`ask`: show this question again instead of the next one. `beside`: what the call's other needs come to."""
    protocol, house = exact(session, library, assessment)
    answers: dict[str, Answer] = assessment.answers
    record, facts, taking = record_of(assessment), assessment.facts or {}, assessment.state == "taking"
    verdict, not_needed = asking.ask(protocol, house, answers, record)
    reviewed = protocol.by_id.get(ask) if ask and taking else None
    question = reviewed or (verdict.next_question if taking else None)
    notes = store.notes_on(session, assessment.key)
    given = given_of(protocol, hear(protocol, answers, record), facts, notes)
    over, say = _urgent_now(session, case, verdict, house, taking=taking)
    kept = store.answered(session, assessment.key)
    last, pad = _last_given(kept, assessment), pad_of(protocol, question, answers, verdict.scores)
    return View(
        assessment=assessment.key,
        state=assessment.state,
        protocol=protocol.title,
        version=protocol.version,
        asked=_asked(protocol, question, answers, len(given), notes, facts) if question else None,
        pad=pad,
        reviewing=reviewed is not None,
        next_question=verdict.next_question.id if verdict.next_question else "",
        back=_before(given, reviewed, observations(protocol) if pad else ()) if reviewed else last,
        last_given=last,
        heads=two_answers.heads(kept),
        differ=two_answers.differ(protocol, kept) if taking else (),
        at_most=len(given) + verdict.remaining,
        answered=given,
        still=tuple(one.ask for one in verdict.still[1:]),
        remaining=verdict.remaining,
        not_needed=tuple(Spared(one.question.id, one.question.ask, one.because) for one in not_needed),
        ways=_ways(library, verdict) if taking and verdict.finished else (),
        finished=verdict.finished,
        provisional=verdict.provisional or taking,
        disposition=verdict.disposition.title if answers else "",
        response=verdict.disposition.response,
        priority=verdict.priority,
        label=house.priority(verdict.priority).label,
        is_999=verdict.rank == 0,
        due_at=due_at(case, house, verdict),
        rules=rules_of(verdict),
        because=tuple(reason(leaf, facts) for leaf in verdict.because),
        score=said_of(verdict.scores, answers),
        would=_would(protocol, house, answers, record, verdict) if taking else (),
        not_known=_not_known(protocol, verdict),
        refusal=verdict.refusal or "",
        wanted=_wanted(house, verdict),
        advice=verdict.advice if answers else (),
        flags=_flags(verdict),
        takes_over=over,
        say_now=say,
        together=_together(case, house, (verdict, *beside), taking, facts) if beside else None,
    )


def _together(
    case: Case, house: House, verdicts: Sequence[Verdict], taking: bool, facts: Mapping[str, Any]
) -> Together:
    verdict = unite(verdicts)
    return Together(
        disposition=verdict.disposition.title,
        label=house.priority(verdict.priority).label,
        is_999=verdict.rank == 0,
        provisional=verdict.provisional or taking,
        due_at=due_at(case, house, verdict),
        because=tuple(reason(leaf, facts) for leaf in verdict.because),
        score=next((one.words for one in verdict.scores if one.score == NEWS2 and not one.missing), ""),
        not_known="",
        refusal=verdict.refusal or "",
        wanted=_wanted(house, verdict),
        advice=verdict.advice,
        flags=_flags(verdict),
    )


def _wanted(house: House, verdict: Verdict) -> tuple[Wanted, ...]:
    return tuple(
        Wanted(house.position(one.kind).title, house.priority(one.priority).label)
        for one in verdict.positions
    )


def _flags(verdict: Verdict) -> tuple[Flag, ...]:
    return tuple(Flag(flag.title, flag.words, flag.certain) for flag in verdict.flags)


KEYS = "1234567890dobfl"
"""Digits first; then letters that mean nothing else while a question is asked: `i`, `q`, `t`, `v` and `z` say whether
it is the right person, and whether their number is safe."""


def key_of(place: int) -> str:
    """The key of an answer or a protocol by its place; none where the keys have run out."""
    return KEYS[place : place + 1]


def _choices(question: Question, given: Answer | None) -> tuple[Choice, ...]:
    if question.kind == "number":
        return ()
    titles = {"yes": "Yes", "no": "No", **question.answer_titles}
    is_yes_no = question.kind == "yes_no"
    listed = [
        Choice(
            answer[0] if is_yes_no else key_of(place),
            answer,
            titles.get(answer, answer.replace("_", " ").capitalize()),
            given == answer,
        )
        for place, answer in enumerate(question.answers)
    ]
    return (*listed, Choice("u", UNKNOWN, "Don’t know", given == UNKNOWN))


def _asked(
    protocol: TriageProtocol,
    question: Question,
    answers: dict[str, Answer],
    before: int,
    notes: Mapping[str, tuple[str, ...]],
    facts: Mapping[str, Any],
) -> Asked:
    given = answers.get(question.id)
    return Asked(
        id=question.id,
        ask=question.ask,
        say=question.say or "",
        why=question.why or "",
        kind=question.kind,
        choices=_choices(question, given),
        unit=question.unit or "",
        low=question.range[0] if question.range else None,
        high=question.range[1] if question.range else None,
        keeps=question.observation,
        given="" if given is None or given == UNKNOWN else str(given),
        notes=notes.get(question.id, ()),
        unknown_means=_unknown_means(protocol, question),
        nth=before + 1 if given is None else list(answers).index(question.id) + 1,
        known=facts.get(question.id, {}).get("words", ""),
    )


def _unknown_means(protocol: TriageProtocol, question: Question) -> str:
    """What "don't know" will count as here (S7), or what a signed exception puts in its place."""
    for permit in protocol.exceptions:
        about = {leaf.index for leaf in leaves(permit.condition) if isinstance(leaf, IsUnknown)}
        if permit.allows == "unknown" and question.index in about:
            return f"If they don’t know, {permit.because}."
    if question.worse == "neither" or question.for_information:
        return ""
    if question.kind == "yes_no":
        return f"“Don’t know” counts as {question.worse} here."
    return "“Don’t know” counts as the worst answer here."


def _ways(library: Library, verdict: Verdict) -> tuple[Way, ...]:
    return tuple(Way(name, library.triage[name].title) for name in ways.ways(library, verdict))


def _urgent_now(
    session: Session, case: Case, verdict: Verdict, house: House, *, taking: bool
) -> tuple[tuple[Flag, ...], tuple[Flag, ...]]:
    """What takes over the screen, and what is said on while 999 is on its way."""
    urgent = _urgent(verdict, house)
    if any(row.to == "999" for row in rows_of(session, HandOver, case.key)):
        return (), urgent
    return (urgent if taking else ()), ()


def _urgent(verdict: Verdict, house: House) -> tuple[Flag, ...]:
    """What takes over the screen: 999 it is, by these signs; the certain and the life threats stand first."""
    if verdict.rank != 0:
        return ()
    top = house.priorities[0].id
    raised = sorted(
        (flag for flag in verdict.flags if flag.life_threat or flag.floor == top),
        key=lambda flag: (not flag.certain, not flag.life_threat),
    )
    if not raised:
        return (Flag(verdict.disposition.title, verdict.disposition.advice, certain=True),)
    return tuple(Flag(flag.title, flag.words, flag.certain) for flag in raised)


def _would(
    protocol: TriageProtocol,
    house: House,
    answers: dict[str, Answer],
    record: Mapping[str, Answer],
    verdict: Verdict,
) -> tuple[Would, ...]:
    return tuple(
        Would(
            label=house.priority(one.priority).label,
            title=one.title,
            worse=house.rank[one.priority] < verdict.rank,
            changes=one.changes,
        )
        for one in would_become(protocol, house, answers, record)
        if protocol.protocol != ways.FRONT or house.rank[one.priority] < verdict.rank
    )


def _not_known(protocol: TriageProtocol, verdict: Verdict) -> str:
    limit = protocol.unknowns.limit
    if not verdict.unknown_count:
        return ""
    if verdict.unknown_count >= limit:
        return f"{verdict.unknown_count} answers are not known: a clinician rings back as well."
    return f"{verdict.unknown_count} not known; at {limit} a clinician rings back as well."


def _last_given(kept: Sequence[Answered], assessment: Assessment) -> str:
    """The question whose answer was given last and still stands: where "back" leads."""
    for row in reversed(kept):
        if not row.aside and row.answer is not None and row.question in assessment.answers:
            return row.question
    return ""


def _before(given: Sequence[Given], question: Question, together: Sequence[str]) -> str:
    """The answered question that stands before this one, or before all that are shown with it."""
    ids = [one.question for one in given if one.question == question.id or one.question not in together]
    if question.id in ids:
        place = ids.index(question.id)
        return ids[place - 1] if place else ""
    return ids[-1] if ids else ""


def single_flags(protocol: TriageProtocol, house: House) -> tuple[SingleFlag, ...]:
    found = []
    for flag in protocol.red_flags:
        condition = flag.condition
        if isinstance(condition, OneOf) and (flag.life_threat or house.rank[flag.floor] == 0):
            question = protocol.questions[condition.index]
            danger = " or ".join(said_as(question, answer) for answer in condition.answers)
            found.append(SingleFlag(question.ask, question.say or "", danger, flag.title, flag.words))
    return tuple(found)
