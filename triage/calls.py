"""A call rings, is answered, is typed down, and ends. Whatever happens to the line, the case is there."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub.access import User
from hub.actors import HUB, Acting, Actor
from hub.errors import Conflict, Refused
from protocols.loader import Library
from records import alarms, call_backs, hand_overs
from records.lifecycles import AssessmentState, CallState
from records.model import Call, CallBack, Case
from records.people import learning
from records.service import Due, move, open_case, owe, put_down, redue, take, write_line
from records.store import call_by_sid, row, timeline
from triage import first_minute, further_contact, needs, store

ANSWER_IN = timedelta(seconds=20)
"""S3: a live call not yet answered has a deadline. [LOCAL]"""
RING_AGAIN_IN = timedelta(seconds=20)
CALL_LONG = timedelta(minutes=15)
CALL_BACK_IN = timedelta(minutes=5)
"""A call that dropped before any protocol had begun. [LOCAL]"""


def ring(session: Session, place: str, number: str | None, carrier_sid: str, now: datetime) -> Call:
    """A call comes in; told twice it rings once."""
    known = call_by_sid(session, carrier_sid)
    if known is not None:
        return known
    call = Call(place=place, opened_at=now, number=number, carrier_sid=carrier_sid)
    return owe(session, call, now, HUB, "It rings.", Due("call_unanswered", now + ANSWER_IN))


def answer(session: Session, call: Call, user: User, now: datetime) -> Case:
    """Two claims give one winner: the other gets `Conflict`. The clock starts when the hub first heard of it (S1)."""
    if call.state is not CallState.ringing:
        raise Conflict(taken_by(call))
    case = open_case(session, call.place, call.opened_at, now, user.actor, "Call answered.")
    move(
        session,
        call,
        "answer",
        now,
        user.actor,
        f"{user.name} took the call.",
        Due("call_long", now + CALL_LONG),
        case_id=case.id,
        handler_id=user.id,
        handler_name=user.name,
        answered_at=now,
    )
    alarms.end(session, call.place, "unanswered", call.key, now)
    further_contact.look_later(session, call, now)
    return case


def taken_by(call: Call) -> str:
    """What the one who was second reads."""
    if call.state is CallState.dropped and not call.handler_name:
        return "They have rung off. A call-back is on the list."
    return f"{call.handler_name or 'Somebody else'} has taken it."


def new_call(session: Session, user: User, now: datetime, begun_as: str | None = None) -> Call:
    """A call that came by another way: the handler has them on the line already. `begun_as`: the id of its page."""
    case = open_case(session, user.place, now, now, user.actor, "New call by hand.")
    return on_the_line(session, case, user, now, f"{user.name} took the call.", begun_as=begun_as)


def ring_back(session: Session, back: CallBack, user: User, now: datetime) -> Call:
    """We ring them: a call on the same case, so that what is said is typed down and the questions can be asked again
    (S4, S6). Asked for twice, it is the same call."""
    case = take(session, back.case_id, now)
    for mine in store.calls_of_handler(session, case.place, user.id or 0):
        if mine.case_id == case.key:
            return mine
    way = back.ways[back.way] if back.ways else ""
    before = store.last_call(session, case.key)
    return on_the_line(
        session,
        case,
        user,
        now,
        f"{user.name} rings back.",
        number=way if way.startswith("+") else None,
        by_us=True,
        caller_name=before.caller_name if before else "",
        caller_relation=before.caller_relation if before else "",
    )


def on_the_line(session: Session, case: Case, user: Acting, now: datetime, words: str, **about: Any) -> Call:
    """A call of this handler that did not ring with us first; `about`: what is known of the other side."""
    call = Call(
        place=case.place,
        case_id=case.key,
        state=CallState.on_line,
        handler_id=user.id,
        handler_name=user.name,
        **({"opened_at": now, "answered_at": now} | about),
    )
    return owe(session, call, now, user.actor, words, Due("call_long", now + CALL_LONG))


def came_in_writing(
    session: Session, case: Case, user: Acting, now: datetime, words: str, **about: Any
) -> Call:
    """A contact that nobody spoke on: over as it comes. What it says is typed down in it all the same."""
    call = Call(
        place=case.place,
        case_id=case.key,
        state=CallState.ended,
        handler_id=user.id,
        handler_name=user.name,
        ended_at=now,
        **about,
    )
    return put_down(session, call, now, user.actor, words)


def waits(session: Session, call_id: int, now: datetime) -> None:
    """Nobody has answered yet: the board alarms, and it is asked again."""
    call = session.get_one(Call, call_id, populate_existing=True)
    if call.state is CallState.ringing:
        waited = round((now - call.opened_at).total_seconds())
        words = f"A call has been ringing for {waited} s. Answer it."
        alarms.ring(session, call.place, "unanswered", call.key, words, now)
        redue(session, call, Due("call_unanswered", now + RING_AGAIN_IN))


def is_long(session: Session, call_id: int, now: datetime) -> None:
    call = session.get_one(Call, call_id)
    case = take(session, call.case_id or 0, now)
    words = f"{case.ref}: {call.handler_name} has been on this call for long. Does it need help?"
    alarms.ring(session, call.place, "call_long", call.key, words, now, case)
    redue(session, call, Due("call_long", now + CALL_LONG))


def end(session: Session, call: Call, now: datetime, actor: Actor) -> None:
    """The handler has ended the call."""
    case = take(session, call.case_id or 0, now)
    move(session, call, "end", now, actor, "The call ended.", ended_at=now)
    learning.learn_more(session, case, now, actor)
    _nothing_waits(session, call, now)


def _nothing_waits(session: Session, call: Call, now: datetime) -> None:
    alarms.end_kinds(session, call.place, ("call_long", "call_parked"), call.key, now)
    further_contact.look_later(session, call, now)


def drop(session: Session, library: Library, call: Call, now: datetime) -> None:
    """The line went dead. Before an answer: a case opens that owes a call-back. During the first minute and triage:
    what the answers so far say, or the protocol's call-back, whichever is more urgent (S6). After triage: the call has
    simply ended."""
    if call.state is CallState.ringing:
        case = open_case(
            session, call.place, call.opened_at, now, HUB, "They rang and nobody answered in time."
        )
        move(session, call, "drop", now, HUB, "The caller rang off.", case_id=case.id, ended_at=now)
        alarms.end(session, call.place, "unanswered", call.key, now)
        _ring_back(session, case, call, "the call was not answered", CALL_BACK_IN, now)
        further_contact.look_later(session, call, now)
        return
    if call.state is not CallState.on_line or call.case_id is None:
        return
    case = take(session, call.case_id, now)
    begun = needs.on_call(session, call)
    taking = [row for row in begun if row.state is AssessmentState.taking]
    session.refresh(call)
    found = first_minute.flags(call, library.house)
    if not found and not taking and (begun or _was_for_a_finished_one(session, call)):
        end(session, call, now, HUB)
        return
    move(session, call, "drop", now, HUB, "The line went dead.", ended_at=now)
    learning.learn_more(session, case, now, HUB)
    _nothing_waits(session, call, now)
    if found:
        why = f"The line went dead: {first_minute.why_999(found)}"
        hand_overs.ask_ambulance(session, case, "hub", why, now, HUB)
    so_far, within = needs.at_the_drop(session, library, taking)
    if so_far is not None and so_far.rank == 0:
        why = f"The line went dead: {so_far.disposition.title}"
        hand_overs.ask_ambulance(session, case, "hub", why, now, HUB)
    _ring_back(session, case, call, "the line went dead", within or CALL_BACK_IN, now)


def _was_for_a_finished_one(session: Session, call: Call) -> bool:
    """We rang them about something that was triaged before: that still stands, and so does what is owed."""
    last = store.taking(session, call.case_id or 0)
    return call.by_us and last is not None and last.state is AssessmentState.finished


def _ring_back(session: Session, case: Case, call: Call, why: str, within: timedelta, now: datetime) -> None:
    numbers = (call.number,) if call.number else ()
    call_backs.open_call_back(session, case, "handler", why, now + within, now, HUB, numbers=numbers)


def note(session: Session, case: Case, words: str, now: datetime, actor: Actor) -> None:
    if not words.strip():
        raise Refused("Type the note first.")
    take(session, case.key, now)
    said = words.strip()[:400]
    last = next((line for line in timeline(session, case.key, 20) if line.event == "note"), None)
    if last is not None and (last.actor, last.words) == (actor.ref, said):
        return  # sent twice, because the page did not hear that it was saved
    write_line(session, case.key, now, actor, "note", said)


def call_of(session: Session, place: str, call_id: int) -> Call:
    return row(session, Call, call_id, place)
