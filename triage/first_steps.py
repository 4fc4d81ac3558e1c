"""S6: what the first minute leads to: 999 without a protocol, nothing asked twice, and nobody hangs up on it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Conflict, Refused
from protocols.answers import check_answer
from protocols.first_minute import FirstQuestion
from protocols.loader import Library
from records import call_backs, hand_overs, red_flags
from records.lifecycles import AssessmentState, Owed
from records.model import Assessment, Call, CallBack, Case, CaseState, HandOver, Outcome
from records.service import take
from records.store import owed_of, rows_of
from triage import calls, first_minute, needs, service, store, ways
from triage.versions import exact

OWN_JUDGEMENT = "the call handler's own judgement"
RING_BACK_IN = timedelta(minutes=2)
"""The call ended while a life threat stood. [LOCAL]"""


def ask_999(
    session: Session, library: Library, call: Call, dialled_by: str, now: datetime, actor: Actor
) -> HandOver:
    """Hand over to 999 now; no protocol has to have been chosen, and the questions may go on."""
    if call.case_id is None:
        raise Conflict("Answer the call first.")
    case = take(session, call.case_id, now)
    session.refresh(call)
    house = library.house
    why = first_minute.why_999(first_minute.flags(call, house)) or OWN_JUDGEMENT
    service.raise_priority(session, case, house, house.priorities[0].id, now)
    return hand_overs.ask_ambulance(session, case, dialled_by, why, now, actor)


def carry(session: Session, library: Library, assessment: Assessment, now: datetime, actor: Actor) -> None:
    """A protocol has begun: what the first minute of the call answered it does not ask again."""
    call = store.last_call(session, assessment.case_id)
    if call is None or assessment.answers:
        return
    answers = first_minute.answers_of(call)
    for question in library.house.first_minute:
        if question.id in answers:
            _carry_one(session, library, assessment, question, answers[question.id], now, actor)


def carry_worse(session: Session, library: Library, call: Call, now: datetime, actor: Actor) -> None:
    """The first minute was answered anew: the board must know, and in a protocol that is taken it may raise, never
    lower."""
    found = first_minute.flags(call, library.house)
    red_flags.mark(take(session, call.case_id or 0, now), red_flags.FIRST_MINUTE, is_up=bool(found))
    assessment = store.taking(session, call.case_id or 0)
    if assessment is None or assessment.state is not AssessmentState.taking:
        return
    answers = first_minute.answers_of(call)
    for question in library.house.first_minute:
        if question.is_danger(answers.get(question.id)):
            _carry_one(session, library, assessment, question, answers[question.id], now, actor)


def _carry_one(
    session: Session,
    library: Library,
    assessment: Assessment,
    question: FirstQuestion,
    answer: str,
    now: datetime,
    actor: Actor,
) -> None:
    value = question.carried(answer)
    asked = exact(session, library, assessment)[0].by_id
    there = next((asked[name] for name in question.ids if name in asked), None)
    if value is None or there is None:
        return
    safe = {question.carried(one) for one in ("yes", "no") if not question.is_danger(one)}
    if assessment.answers.get(there.id) not in (None, *safe):
        return
    try:
        fits = check_answer(there, value)
    except Refused:
        return  # this protocol answers it in other words, and asks it itself
    service.answer(session, library, assessment, there.id, fits, now, actor)
    session.flush()


def end(session: Session, library: Library, call: Call, now: datetime, actor: Actor) -> None:
    """The handler ends the call. Where a danger of the first minute still stands nobody simply hangs up: 999 is asked
    by the hub, and they are rung back. They are rung back too where the questions were broken off and nothing else
    is owed, or never asked again about a case that was open before (S13): a call that ends so is no safer than one that
    drops."""
    case = take(session, call.case_id or 0, now)
    session.refresh(call)
    found = first_minute.flags(call, library.house)
    left_alone = bool(found) and not first_minute.asked_999(session, call)
    calls.end(session, call, now, actor)
    if left_alone:
        why = f"The call ended: {first_minute.why_999(found)}"
        hand_overs.ask_ambulance(session, case, "hub", why, now, actor)
        _ring_back(session, case, call, "the call ended with a life threat", RING_BACK_IN, now)
    elif alone := _only_the_front(session, case):
        service.break_off(session, alone, "the call ended before a protocol was chosen", now, actor)
    elif _was_broken_off(session, case):
        _ring_back(session, case, call, "the questions were broken off", calls.CALL_BACK_IN, now)
    elif _was_not_asked_again(session, case, call):
        why = "they rang again, and the questions were not asked again"
        _ring_back(session, case, call, why, calls.CALL_BACK_IN, now)


def _only_the_front(session: Session, case: Case) -> Assessment | None:
    """The first questions, where nothing but they was asked and nobody goes or rings for what they came to."""
    begun = [
        row for row in rows_of(session, Assessment, case.key) if row.state is not AssessmentState.superseded
    ]
    if len(begun) != 1 or begun[0].protocol != ways.FRONT or begun[0].state is not AssessmentState.taking:
        return None
    return None if hand_overs.is_on_its_way(session, case) else begun[0]


def _was_broken_off(session: Session, case: Case) -> bool:
    """And nobody rings, goes or has been asked for."""
    last = store.taking(session, case.key)
    if last is None or last.state is not AssessmentState.broken_off or case.outcome is not None:
        return False
    return all(row.owed is Owed.task for row in owed_of(session, case.key))


def _was_not_asked_again(session: Session, case: Case, call: Call) -> bool:
    """S13: joined to an open case, and nothing of this call says how they are now. Nobody rings a house of mourning,
    nor beside an ambulance, nor twice."""
    if case.state is CaseState.closed or case.outcome is Outcome.died or not store.was_joined(session, call):
        return False
    if needs.on_call(session, call) or hand_overs.is_on_its_way(session, case):
        return False
    return not any(row.who == "handler" for row in rows_of(session, CallBack, case.key, live=True))


def _ring_back(session: Session, case: Case, call: Call, why: str, within: timedelta, now: datetime) -> None:
    numbers = (call.number,) if call.number else ()
    call_backs.open_call_back(session, case, "handler", why, now + within, now, HUB, numbers=numbers)
