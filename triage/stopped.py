"""A protocol was stopped while handlers are in the middle of it: another one, or a clinician; never nothing."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Conflict, Refused
from protocols.loader import Library
from protocols.stopped import Stopped
from protocols.verdict import Verdict
from records import call_backs
from records.lifecycles import AssessmentState
from records.model import Assessment, Case
from records.service import move, take
from records.store import rows_of
from triage import store
from triage.versions import so_far


def of(library: Library, assessment: Assessment | None) -> Stopped | None:
    """That the protocol of what is being asked was stopped."""
    if assessment is None or assessment.state is not AssessmentState.taking:
        return None
    return library.stopped.get(("triage", assessment.protocol))


def refuse_to_begin(library: Library, protocol_id: str) -> None:
    """Raises `Conflict`."""
    if (stop := library.stopped.get(("triage", protocol_id))) is not None:
        raise Conflict(
            f"{stop.title} was stopped by {stop.by}: {stop.because} Begin another protocol, or ask a clinician."
        )


def refuse_to_finish(library: Library, assessment: Assessment, verdict: Verdict) -> None:
    """What a stopped protocol comes to is not put to work, but for 999. Raises `Refused`."""
    stop = of(library, assessment)
    if stop is not None and verdict.rank > 0:
        raise Refused(
            f"{stop.title} was stopped by {stop.by}: {stop.because} What it comes to is not acted on. "
            "Begin another protocol, or let a clinician ring them."
        )


def leave(session: Session, library: Library, case: Case, now: datetime) -> None:
    """Another protocol has begun: what was stopped is asked no further. A danger that was heard stays on the screen."""
    for row in rows_of(session, Assessment, case.key, live=True):
        stop = of(library, row)
        if stop is not None and so_far(session, library, row)[2].rank > 0:
            words = f"{stop.title} was stopped by {stop.by}: {stop.because} Another protocol was begun."
            move(session, row, "break_off", now, HUB, words[:400])


def to_clinician(
    session: Session, library: Library, assessment: Assessment, now: datetime, actor: Actor
) -> None:
    """The questions end here, and a hub clinician rings them within the house's time for it."""
    case = take(session, assessment.case_id, now)
    session.refresh(assessment)
    stop = of(library, assessment)
    if stop is None:
        raise Conflict("This protocol is not stopped. Finish it, or break it off with a reason.")
    house = library.house
    target = timedelta(minutes=house.priority(house.clinician).target_min or 20)
    words = f"{stop.title} was stopped while it was asked: {stop.because}"
    move(session, assessment, "break_off", now, actor, words[:400])
    call = store.last_call(session, case.key)
    numbers = (call.number,) if call and call.number else ()
    call_backs.ask_clinician(session, case, words[:300], now + target, now, actor, numbers=numbers)
