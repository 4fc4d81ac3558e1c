"""Calls: another system opens one, types on it, and ends it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from dashboard.v1.operations import Answer, Operations, Work
from hub.bodies import Body, Number
from hub.errors import Conflict
from hub.tokens import Scope
from records.lifecycles import CallState
from records.model import Call
from records.store import case, row
from triage import facts, first_steps, taking_down, told_by_machine
from triage.typed import Typed
from triage.typed_bodies import EntryBody, EntryId

calls = Operations("Calls")


class TypedField(EntryBody):
    """One field as it is typed on the screen; what cannot be used is kept as it came, and said in `look_again`."""

    id: EntryId = Field(default_factory=lambda: str(uuid.uuid4()))


Fields = Annotated[list[TypedField], Field(max_length=60)]


class NewCall(Body):
    """`heard_at`: when you first heard of the need, at most 48 hours ago; the two hours run from then (S1)."""

    heard_at: AwareDatetime | None = None
    fields: Fields = Field(default=[])


class MoreTyped(Body):
    fields: Annotated[list[TypedField], Field(min_length=1, max_length=60)]


class CallOpened(Answer):
    call: int
    case: int
    ref: str
    clock_start: datetime
    look_again: dict[str, str] = Field(description="by field: why it cannot be used as it is")


class FieldsTaken(Answer):
    call: int
    case: int
    look_again: dict[str, str]


class CallEnded(Answer):
    call: int
    state: CallState
    ended_at: datetime | None


@calls.does("/calls", Scope.calls_write, creates=True)
def open_call(work: Work, body: NewCall) -> CallOpened:
    """Open a call and its case.

    The clock of the case starts now, or at `heard_at`. The call stays on the line until you end it; after a quarter of
    an hour the control room asks whether it needs help.
    """
    call = told_by_machine.open_call(work.session, work.machine, body.heard_at, work.now)
    look_again = _take_down(work, call, body.fields) if body.fields else {}
    opened = case(work.session, work.place, call.case_id or 0)
    return CallOpened(
        call=call.key,
        case=opened.key,
        ref=opened.ref,
        clock_start=opened.clock_start,
        look_again=look_again,
    )


@calls.does("/calls/{call_id}/fields", Scope.calls_write)
def type_fields(work: Work, call_id: Number, body: MoreTyped) -> FieldsTaken:
    """Type on a call. The last that is typed in a field stands; everything that was typed is kept."""
    call = row(work.session, Call, call_id, work.place)
    look_again = _take_down(work, call, body.fields)
    return FieldsTaken(call=call.key, case=call.case_id or 0, look_again=look_again)


@calls.does("/calls/{call_id}/end", Scope.calls_write)
def end_call(work: Work, call_id: Number) -> CallEnded:
    """End a call. Its case goes on; where a danger stands 999 is asked for and they are rung back (S6)."""
    call = row(work.session, Call, call_id, work.place)
    if call.state is CallState.ringing:
        raise Conflict("Nobody has answered this call yet.")
    first_steps.end(work.session, work.library, call, work.now, work.actor)
    return CallEnded(call=call.key, state=call.state, ended_at=call.ended_at)


def _take_down(work: Work, call: Call, fields: Sequence[TypedField]) -> dict[str, str]:
    typed = [Typed(one.id, one.field, one.value, one.typed_at, one.after) for one in fields]
    taken = taking_down.take_down(work.session, work.library, call, typed, work.now, work.actor)
    if taken.facts_due:
        facts.take_up(work.session, work.library, taken.case.key, work.now)
    return taken.look_again
