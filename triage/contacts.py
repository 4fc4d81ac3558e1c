"""S13: somebody rings again. Their open case is joined by one key and triaged again; the third contact goes to a
clinician. Who rings again about something that is over is shown how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Conflict
from records import call_backs, dependants, key_safes, sealing, store, tell_wishes
from records.lifecycles import AssessmentState, CallState
from records.model import Assessment, Call, CallBack, Case, CaseState, HandOver, Outcome, Position
from records.service import Due, record_outcome, redue, take, write_line
from triage.alike import what_is_same
from triage.calls import CALL_LONG
from triage.model import CaptureField
from triage.service import FINISH_IN
from triage.store import calls_since, cases_like, last_call, rung_from
from triage.told import TOLD
from triage.typed import ON_CALL

WITHIN = timedelta(hours=72)
THIRD = 3
CLINICIAN_IN = timedelta(minutes=20)
"""S13: a clinician's word after the third contact. [LOCAL]"""


@dataclass(frozen=True)
class Known:
    """A case that this call may be about: `because` says what is the same."""

    case: Case
    because: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.case.state is CaseState.open


def known(session: Session, call: Call, now: datetime) -> list[Known]:
    """Open ones first, then what ended within 72 hours; the newest first. Ten at most."""
    own = session.get(Case, call.case_id) if call.case_id else None
    like = cases_like(session, call, own, now - WITHIN)
    rung = rung_from(session, call, [case.key for case in like])
    found = [
        Known(case, tuple(because))
        for case in like
        if (because := what_is_same(own, case, same_number=case.key in rung))
    ]
    return sorted(found, key=lambda one: (not one.is_open, -one.case.key))[:10]


def may_join(session: Session, call: Call, own: Case) -> bool:
    return call.state is CallState.on_line and not _has_begun(session, own)


def join(session: Session, call: Call, target_id: int, now: datetime, actor: Actor) -> Case:
    """This call is about that open case: it goes there with all that was typed, and its own new case was a duplicate.

    Raises `Conflict` where the call's own case has begun something that others wait for.
    """
    if call.state is not CallState.on_line or call.case_id is None:
        raise Conflict("A call that is over cannot be joined.")
    own_id = call.case_id
    in_order = sorted((own_id, target_id))  # the same for all, so that no two can wait for each other
    taken = {case_id: take(session, case_id, now) for case_id in in_order}
    own, target = taken[own_id], taken[target_id]
    session.refresh(call)
    if own_id == target_id or call.case_id != own_id:
        raise Conflict("This call is about that case already.")
    if target.state is CaseState.closed:
        raise Conflict("That case is closed. Open it again, or go on with this new one.")
    if _has_begun(session, own):
        raise Conflict("This call's own case has visits or call-backs of its own. Go on with it here.")
    _carry(own, target)
    dependants.join(session, own, target, now, actor)
    key_safes.go_along(session, own, target)
    _same_caller(session, call, target)
    session.add(target)
    call.case_id = target.key
    session.add(call)
    session.flush()
    redue(session, call, Due("call_long", now + CALL_LONG))
    _questions_go_on_there(session, own, target, now)
    tell_wishes.go_along(session, own, target, now, actor)
    own.linked_case_id = target.key
    sealing.seal_with(session, own, target, now, actor)
    write_line(session, own.key, now, actor, "joined", f"About {target.ref}: joined to it.")
    record_outcome(session, own, Outcome.duplicate, f"Joined to {target.ref}.", now, actor)
    write_line(
        session, target.key, now, actor, "further_contact", "They rang again: ask the questions again."
    )
    _third_goes_to_a_clinician(session, target, now)
    return target


def _has_begun(session: Session, case: Case) -> bool:
    kinds: tuple[type[Any], ...] = (Position, HandOver, CallBack)
    return any(store.rows_of(session, kind, case.key) for kind in kinds)


def _carry(own: Case, target: Case) -> None:
    """What was typed fills gaps; it never writes over what is there."""
    for field in CaptureField:
        if field not in ON_CALL | TOLD and not getattr(target, field):
            setattr(target, field, getattr(own, field))
    if own.safeguarding:
        target.safeguarding = True


def _same_caller(session: Session, call: Call, target: Case) -> None:
    """From the same number, and nobody has said another name: whoever rang before."""
    before = last_call(session, target.key)
    if before is not None and before.number == call.number and not call.caller_name:
        call.caller_name, call.caller_relation = before.caller_name, before.caller_relation


def _questions_go_on_there(session: Session, own: Case, target: Case, now: datetime) -> None:
    """Answers that were given are not asked for again."""
    there = {row.protocol for row in store.rows_of(session, Assessment, target.key, live=True)}
    for row in store.rows_of(session, Assessment, own.key, live=True):
        if row.state is AssessmentState.taking and row.protocol not in there:
            row.case_id, row.facts = (
                target.key,
                None,
            )  # S14: read back once more on the case that it is about now
            session.add(row)
            session.flush()
            redue(session, row, Due("assessment", now + FINISH_IN))


def _third_goes_to_a_clinician(session: Session, case: Case, now: datetime) -> None:
    contacts = calls_since(session, case.key, now - WITHIN)
    live = store.rows_of(session, CallBack, case.key, live=True)
    if contacts < THIRD or any(row.who == "hub_clinician" for row in live):
        return
    call_backs.open_call_back(
        session,
        case,
        "hub_clinician",
        f"They have rung {contacts} times in three days.",
        now + CLINICIAN_IN,
        now,
        HUB,
        numbers=store.numbers_of(session, case.key),
    )
