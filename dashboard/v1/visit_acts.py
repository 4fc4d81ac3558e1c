"""What is recorded of a visit beside its steps, as told by whoever is on it; and what a coordinator takes back."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from dashboard.v1.operations import Answer, Operations, Work
from dispatch import check_in, details, taking_back, undone, visit_notes, visits
from dispatch.visit_notes import Done
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.tokens import Scope
from records.lifecycles import PositionState
from records.model import Position, Task, TaskKind
from records.store import row

acts = Operations("Visits")


class Because(Body):
    """`why`: the reason, which is kept."""

    why: Annotated[Text, Field(max_length=300)]


class Delay(Body):
    """`minutes`: in how many they will be at the door, from now."""

    minutes: Annotated[int, Field(ge=1, le=240)]


class Note(Body):
    """What was done there, in one word and a few of their own."""

    what: Done
    words: Annotated[Text, Field(max_length=1000)] = ""


class CareBegan(Body):
    """`at`: when care began; null where no care was given."""

    at: AwareDatetime | None


class VisitSeen(Answer):
    position: int
    case: int
    state: PositionState
    responder_name: str
    forecast_at: datetime | None


class TaskAnswered(Answer):
    task: int
    case: int
    state: str


@acts.does("/positions/{position_id}/hand-back", Scope.cases_act)
def hand_back_visit(work: Work, position_id: Number, body: Because) -> VisitSeen:
    """A responder gives their visit up: somebody else is looked for at once."""
    position = _visit(work, position_id)
    visits.hand_back(work.session, position, work.now, work.actor, body.why)
    return _seen(work, position)


@acts.does("/positions/{position_id}/delay", Scope.cases_act)
def record_delay(work: Work, position_id: Number, body: Delay) -> VisitSeen:
    """They will be late. The forecast moves, and so does the time at which their silence is noticed (S25)."""
    position = _visit(work, position_id)
    visits.delay(work.session, position, body.minutes, work.now, work.actor)
    visits.end_overdue_alarms(work.session, position, work.now)
    return _seen(work, position)


@acts.does("/positions/{position_id}/note", Scope.cases_act)
def write_visit_note(work: Work, position_id: Number, body: Note) -> VisitSeen:
    """What was done at a visit (S25). The newest stands; those before are kept."""
    position = _visit(work, position_id)
    visit_notes.write(work.session, position, body.what, body.words, work.now, work.actor)
    return _seen(work, position)


@acts.does("/positions/{position_id}/read-out", Scope.cases_act)
def record_read_out(work: Work, position_id: Number) -> VisitSeen:
    """The details were read out to them, which counts as opened (S24)."""
    position = _visit(work, position_id)
    details.read_out(work.session, position, work.now, work.actor)
    return _seen(work, position)


@acts.does("/positions/{position_id}/all-well", Scope.cases_act)
def record_all_well(work: Work, position_id: Number) -> VisitSeen:
    """Whoever is at the scene has said that all is well. They are asked again in their time."""
    position = _visit(work, position_id)
    check_in.all_well(work.session, position, work.now, work.now, work.actor)
    return _seen(work, position)


@acts.does("/tasks/{task_id}/care-began", Scope.cases_act)
def say_when_care_began(work: Work, task_id: Number, body: CareBegan) -> TaskAnswered:
    """Answer the task that asks when care began: the clock stops then (S2)."""
    task = row(work.session, Task, task_id, work.place)
    if task.kind is not TaskKind.care_time:
        raise Refused("This task does not ask when care began.")
    visits.say_when_care_began(work.session, task, body.at, work.now, work.actor)
    return TaskAnswered(task=task.key, case=task.case_id, state=task.state)


@acts.does("/positions/{position_id}/stand-down", Scope.desk_act)
def stand_down_visit(work: Work, position_id: Number, body: Because) -> VisitSeen:
    """The visit is not needed any more. Exactly those who were told of it are told."""
    if not body.why:
        raise Refused("Say why the visit is not needed any more; the reason is kept.")
    position = _visit(work, position_id)
    taking_back.stand_down(work.session, position, work.now, work.actor, body.why)
    visits.end_overdue_alarms(work.session, position, work.now)
    return _seen(work, position)


@acts.does("/positions/{position_id}/undo", Scope.desk_act)
def undo_step(work: Work, position_id: Number, body: Because) -> VisitSeen:
    """Take back the last step of a visit, recorded by mistake. `state` is the one it is in again."""
    position = _visit(work, position_id)
    welfare = work.library.house.welfare_calls
    undone.undo(work.session, position, body.why, welfare, work.now, work.actor)
    visits.end_overdue_alarms(work.session, position, work.now)
    return _seen(work, position)


def _visit(work: Work, position_id: int) -> Position:
    return row(work.session, Position, position_id, work.place)


def _seen(work: Work, position: Position) -> VisitSeen:
    work.session.flush()
    return VisitSeen(
        position=position.key,
        case=position.case_id,
        state=position.state,
        responder_name=position.responder_name,
        forecast_at=position.forecast_at,
    )
