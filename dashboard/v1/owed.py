"""What cases owe people of the hub: tasks, call-backs, and hand-overs to other services."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from dashboard.v1.cases import After, Limit
from dashboard.v1.operations import Answer, Operations, Work
from dashboard.v1.visit_acts import TaskAnswered
from hub.bodies import Body, Number, Text
from hub.tokens import Scope
from records import call_backs, case_pages, dependants, hand_overs, store, tasks
from records.model import CallBack, HandOver, Task, TaskKind

owed = Operations("What is owed")


class InWords(Body):
    words: Annotated[Text, Field(max_length=400)] = ""


class Reference(Body):
    """`reference`: theirs, or the name of who took it."""

    reference: Annotated[Text, Field(max_length=60)]


class NotTaken(Body):
    why: Annotated[Text, Field(max_length=300)]


class LookedAfter(Body):
    """Who looks after those who depend on the person (S20)."""

    answer: dependants.Answer
    words: Annotated[Text, Field(max_length=300)] = ""


class TaskOwed(Answer):
    id: int
    case_id: int
    kind: TaskKind
    words: str
    opened_at: datetime
    message_id: int | None
    position_id: int | None


class TasksPage(Answer):
    tasks: list[TaskOwed]
    next: int | None = Field(description="ask again with `after` this; null where there are no more")


class CallBackMoved(Answer):
    call_back: int
    case: int
    state: str
    way: str = Field(description="how to try now; empty where they have been reached")


class HandOverMoved(Answer):
    hand_over: int
    case: int
    state: str
    reference: str | None


class NoteKept(Answer):
    case: int
    said: str


@owed.reads("/tasks", Scope.cases_read)
def list_tasks(work: Work, after: After = 0, limit: Limit = 50) -> TasksPage:
    """What people of the hub must do or read, in the order of the tasks' numbers, a page at a time."""
    work.looks_at("tasks_listed")
    found = case_pages.open_tasks(work.session, work.place, after, limit + 1)
    more = found[limit - 1].key if len(found) > limit else None
    return TasksPage(tasks=[TaskOwed.model_validate(one) for one in found[:limit]], next=more)


@owed.does("/tasks/{task_id}/done", Scope.cases_act)
def do_task(work: Work, task_id: Number, body: InWords) -> TaskAnswered:
    """A task is done, with what was done. Some ask for words, and some for an answer of their own: `detail` says so."""
    task = store.row(work.session, Task, task_id, work.place)
    tasks.do_by_hand(work.session, task, body.words, work.now, work.actor)
    return TaskAnswered(task=task.key, case=task.case_id, state=task.state)


@owed.does("/cases/{case_id}/dependants", Scope.cases_act)
def answer_dependants(work: Work, case_id: Number, body: LookedAfter) -> NoteKept:
    """Answer who looks after those who depend on the person, before the case closes (S20)."""
    case = store.case(work.session, work.place, case_id)
    dependants.answer(work.session, case.key, body.answer, body.words, work.now, work.actor)
    return NoteKept(case=case.key, said="Kept.")


@owed.does("/cases/{case_id}/notes", Scope.cases_act, creates=True)
def write_note(work: Work, case_id: Number, body: InWords) -> NoteKept:
    """Write something on a case's timeline."""
    case = store.case(work.session, work.place, case_id)
    tasks.note(work.session, case, body.words, work.now, work.actor)
    return NoteKept(case=case.key, said="Note kept.")


@owed.does("/call-backs/{row_id}/reached", Scope.cases_act)
def reach_call_back(work: Work, row_id: Number, body: InWords) -> CallBackMoved:
    """They were spoken with, and said this. A welfare call, with its red flags, is answered on the screens (S4)."""
    back = store.row(work.session, CallBack, row_id, work.place)
    call_backs.reach_by_hand(work.session, back, body.words, work.now, work.actor)
    return CallBackMoved(call_back=back.key, case=back.case_id, state=back.state, way="")


@owed.does("/call-backs/{row_id}/failed", Scope.cases_act)
def fail_call_back(work: Work, row_id: Number, body: InWords) -> CallBackMoved:
    """Nobody answered: on to the next way. A failed call-back never closes a case (S6)."""
    back = store.row(work.session, CallBack, row_id, work.place)
    way = call_backs.fail(work.session, back, work.now, work.actor, body.words or "no answer")
    return CallBackMoved(call_back=back.key, case=back.case_id, state=back.state, way=way)


@owed.does("/hand-overs/{row_id}/confirm", Scope.cases_act)
def confirm_hand_over(work: Work, row_id: Number, body: Reference) -> HandOverMoved:
    """The other service has it, with its reference (S30)."""
    asked = store.row(work.session, HandOver, row_id, work.place)
    hand_overs.confirm(work.session, asked, body.reference, work.now, work.actor)
    return _moved(asked)


@owed.does("/hand-overs/{row_id}/refuse", Scope.cases_act)
def refuse_hand_over(work: Work, row_id: Number, body: NotTaken) -> HandOverMoved:
    """They will not take it: the case goes back to work on its clock, and a clinician's call-back is due (S30)."""
    asked = store.row(work.session, HandOver, row_id, work.place)
    hand_overs.refuse(work.session, asked, body.why, work.now, work.actor)
    return _moved(asked)


@owed.does("/hand-overs/{row_id}/again", Scope.cases_act)
def ask_hand_over_again(work: Work, row_id: Number) -> HandOverMoved:
    """Ask the same service again."""
    asked = store.row(work.session, HandOver, row_id, work.place)
    hand_overs.ask_again(work.session, asked, work.now, work.actor)
    return _moved(asked)


def _moved(asked: HandOver) -> HandOverMoved:
    return HandOverMoved(
        hand_over=asked.key, case=asked.case_id, state=asked.state, reference=asked.reference
    )
