"""What is typed on a call is taken down, whoever types it: a handler's screen or another system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict
from protocols.loader import Library
from records.model import Call, Case
from records.reading import asking
from records.service import take
from records.store import case as case_of
from triage import capture, facts, first_steps
from triage.model import CaptureField
from triage.two_hands import Hands
from triage.typed import Typed, type_down


@dataclass(frozen=True)
class TakenDown:
    """`facts_due`: what was typed may have shown who it is, and `facts.take_up` is to follow."""

    case: Case
    hands: Hands
    look_again: dict[str, str]
    facts_due: bool


def take_down(
    session: Session, library: Library, call: Call, typed: Sequence[Typed], now: datetime, actor: Actor
) -> TakenDown:
    if call.case_id is None:
        raise Conflict("Answer the call first; what you typed is kept.")
    take(session, call.case_id, now)  # from here on nobody else types on this call
    hands = capture.hands_on(session, call)
    type_down(session, call, typed, library, now, actor, hands)
    if any(one.field is CaptureField.first_minute for one in typed):
        first_steps.carry_worse(session, library, call, now, actor)
    session.flush()
    case = case_of(session, call.place, call.case_id)
    if facts.may_show_who(typed):
        asking.ask_for(session, case, now)
    return TakenDown(case, hands, capture.look_again(hands, call, library, now), facts.is_due(case, typed))
