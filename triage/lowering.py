"""S10: everybody at the desk may raise the urgency by hand. Lowering it takes a clinician with a reason, and below a
red flag's floor a second one. Both on the old clock (S1)."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from hub.access import Role, User
from hub.actors import HUB, Actor
from hub.columns import one_live, one_of
from hub.errors import Conflict, NotAllowed, NotFound, Refused
from protocols.engine import assess
from protocols.loader import Library
from protocols.model import House
from records import alarms, call_backs, hand_overs, tasks
from records.lifecycles import AssessmentState
from records.model import Assessment, Case, CaseState, Position, Task, TaskKind
from records.positions import start_offering
from records.service import Due, owe, set_priority, take, write_line
from records.store import numbers_of, rows_of
from triage.service import raise_position
from triage.versions import exact, record_of

SECOND_IN = timedelta(minutes=10)
"""A second clinician says yes or no to a lowering by then; nothing changes until they do. [LOCAL]"""


class Answer(StrEnum):
    """`alone`: above the floor one clinician is enough."""

    alone = "alone"
    agreed = "agreed"
    refused = "refused"


class Lowering(SQLModel, table=True):
    """One clinician's wish to make a case less urgent, and what a second one said. Owed as its task."""

    __table_args__ = (
        one_live("lowering_one_asked", "case_id", where="answer IS NULL"),
        Index("lowering_task", "task_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int = Field(foreign_key="case_.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")
    from_priority: str = Field(max_length=40)
    to_priority: str = Field(max_length=40)
    floor: str | None = Field(default=None, max_length=40, description="the most urgent of its red flags")
    why: str = Field(max_length=300)
    asked_by: int
    asked_by_name: str = Field(max_length=80)
    asked_at: datetime
    answer: Answer | None = Field(default=None, sa_type=one_of(Answer))
    answered_by_name: str | None = Field(default=None, max_length=80)
    answered_at: datetime | None = None
    answer_words: str | None = Field(default=None, max_length=300)


def raise_by_hand(
    session: Session, library: Library, case_id: int, to: str, why: str, now: datetime, actor: Actor
) -> Case:
    """More urgent, by somebody's own judgement; a reason is all it needs."""
    case, house = _open(session, case_id, now), library.house
    _known(house, to)
    if not why.strip():
        raise Refused("Say in a few words why it is more urgent; the reason is kept.")
    if case.priority is not None and house.rank[to] >= house.rank[case.priority]:
        raise Refused(
            f"{house.priority(to).label} is not more urgent than it is. Only a clinician may lower."
        )
    words = f"Raised by hand to {house.priority(to).label}: {why.strip()}"
    write_line(session, case.key, now, actor, "raised", words)
    _set(session, case, house, to, now)
    if house.rank[to] == 0:
        hand_overs.ask_ambulance(session, case, "hub", why.strip(), now, actor)
    elif to == house.clinician:
        due_at = now + timedelta(minutes=house.priority(to).target_min or 20)
        numbers = numbers_of(session, case.key)
        call_backs.ask_clinician(session, case, why.strip(), due_at, now, actor, numbers=numbers)
    if to in library.escalation:
        for row in rows_of(session, Position, case.key, live=True):
            raise_position(session, case, row, house, to, now)
    return case


def lower(
    session: Session, library: Library, case_id: int, to: str, why: str, user: User, now: datetime
) -> Lowering:
    """Less urgent: at once above the floor; below it a second clinician is asked, and nothing changes until they
    agree."""
    if not user.has(Role.hub_clinician):
        raise NotAllowed("Only a hub clinician may lower the urgency. Ask one to look at the case.")
    case, house = _open(session, case_id, now), library.house
    _known(house, to)
    if not why.strip():
        raise Refused("Say why it is less urgent; the reason is kept.")
    if case.priority is None:
        raise Refused("This case has no priority yet. Finish the questions first.")
    if house.rank[to] <= house.rank[case.priority]:
        raise Refused(f"{house.priority(to).label} is not less urgent than it is now.")
    if asked := waiting_on(session, case.key):
        raise Conflict(f"{asked.asked_by_name} has asked for that already; it waits for a second clinician.")
    _can_wait(session, library, case, to)
    floor = floor_of(session, library, case)
    row = Lowering(
        place=case.place,
        case_id=case.key,
        from_priority=case.priority,
        to_priority=to,
        floor=floor,
        why=why.strip()[:300],
        asked_by=user.id or 0,
        asked_by_name=user.name,
        asked_at=now,
    )
    if floor is not None and house.rank[to] > house.rank[floor]:
        _ask_a_second(session, case, house, row, now, user.actor)
    else:
        row.answer, row.answered_at = Answer.alone, now
        words = f"Lowered to {house.priority(to).label} by {user.name}: {row.why}"
        write_line(session, case.key, now, user.actor, "lowered", words)
        _lower(session, library, case, to, now)
    session.add(row)
    session.flush()
    return row


def agree(session: Session, library: Library, row: Lowering, user: User, now: datetime) -> Case:
    """The second clinician's yes: now it is lowered."""
    case, task = _answered(session, row, user, now)
    if case.priority != row.from_priority:
        raise Conflict("The case has become more urgent since this was asked. Refuse it, and look again.")
    _can_wait(session, library, case, row.to_priority)
    label = library.house.priority(row.to_priority).label
    words = f"Lowered to {label}, below a red flag: {row.asked_by_name} ({row.why}), agreed by {user.name}."
    _close(session, row, Answer.agreed, "", user, now)
    tasks.do(session, task, now, user.actor, words)
    _lower(session, library, case, row.to_priority, now)
    return case


def refuse(session: Session, row: Lowering, words: str, user: User, now: datetime) -> Case:
    """The second clinician's no: it stays as urgent as it is."""
    case, task = _answered(session, row, user, now)
    if not words.strip():
        raise Refused("Say why not; the reason is kept.")
    _close(session, row, Answer.refused, words.strip(), user, now)
    tasks.do(session, task, now, user.actor, f"{user.name} does not agree to lower it: {words.strip()}")
    return case


def floor_of(session: Session, library: Library, case: Case) -> str | None:
    """The most urgent floor of the red flags that its answers raise. One that cannot be read any more counts as the
    most urgent: unknown is never "no"."""
    house = library.house
    floors: list[str] = []
    for row in rows_of(session, Assessment, case.key):
        if row.state is AssessmentState.superseded:
            continue
        try:
            protocol, then = exact(session, library, row)
        except NotFound:
            return house.priorities[0].id
        floors += [flag.floor for flag in assess(protocol, then, row.answers, record_of(row)).flags]
    return min(floors, key=lambda one: house.rank.get(one, 0), default=None)


def waiting_on(session: Session, case_id: int) -> Lowering | None:
    found = select(Lowering).where(Lowering.case_id == case_id, col(Lowering.answer).is_(None))
    return session.exec(found).first()


def of_task(session: Session, place: str, task_id: int) -> Lowering:
    """Raises `NotFound`."""
    row = session.exec(select(Lowering).where(Lowering.task_id == task_id)).first()
    if row is None or row.place != place:
        raise NotFound("Nobody has asked for that.")
    return row


def waiting_in(session: Session, place: str, limit: int = 50) -> list[tuple[Lowering, Case]]:
    """Those that wait for a second clinician; the oldest first."""
    found = select(Lowering, Case).join(Case, col(Case.id) == Lowering.case_id)
    asked = found.where(Lowering.place == place, col(Lowering.answer).is_(None))
    return [(row, case) for row, case in session.exec(asked.order_by(col(Lowering.id)).limit(limit))]


def _ask_a_second(
    session: Session, case: Case, house: House, row: Lowering, now: datetime, actor: Actor
) -> None:
    label = house.priority(row.to_priority).label
    words = f"{row.asked_by_name} asks a second clinician to lower it to {label}, below a red flag: {row.why}"
    task = Task(place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.lowering, words=words[:300])
    owe(session, task, now, actor, words, Due("task", now + SECOND_IN))
    row.task_id = task.id


def _answered(session: Session, row: Lowering, user: User, now: datetime) -> tuple[Case, Task]:
    """Raises where this person may not answer, or somebody has."""
    case = take(session, row.case_id, now)
    session.refresh(row)
    if not user.has(Role.hub_clinician):
        raise NotAllowed("It takes a second hub clinician to agree or to refuse.")
    if row.answer is not None:
        raise Conflict(f"{row.answered_by_name or 'Somebody'} has answered this already.")
    if row.asked_by == user.id:
        raise NotAllowed("You asked for this: another clinician must agree or refuse.")
    return case, session.get_one(Task, row.task_id or 0, populate_existing=True)


def _close(session: Session, row: Lowering, answer: Answer, words: str, user: User, now: datetime) -> None:
    row.answer, row.answer_words = answer, words[:300]
    row.answered_by_name, row.answered_at = user.name, now
    session.add(row)


def _lower(session: Session, library: Library, case: Case, to: str, now: datetime) -> None:
    house = library.house
    _set(session, case, house, to, now)
    if case.breach_at is None or case.breach_at > now:
        alarms.end_kinds(session, case.place, ("near", "breach"), case.key, now)
    for row in rows_of(session, Position, case.key, live=True):
        if to in library.escalation and house.rank[row.priority] < house.rank[to]:
            _lower_position(session, case, row, house, to, now)


def _lower_position(
    session: Session, case: Case, row: Position, house: House, to: str, now: datetime
) -> None:
    """Whoever has said yes still goes; who is not found yet is sought by the calmer escalation protocol."""
    row.priority = to
    row.due_at = case.clock_start + timedelta(minutes=house.priority(to).target_min or 0)
    if row.responder_id is None:
        row.ladder_began_at = row.ladder_done_at = None
    session.add(row)
    words = f"{row.title.capitalize()} now wanted by {house.priority(to).label}."
    write_line(session, case.key, now, HUB, "lowered", words)
    if row.responder_id is None and not row.held_for_999:
        start_offering(session, row, now)


def _can_wait(session: Session, library: Library, case: Case, to: str) -> None:
    """A visit needs a time: a priority without visits takes none along."""
    has_no_time = to not in library.escalation and to != library.house.clinician
    if has_no_time and rows_of(session, Position, case.key, live=True):
        label = library.house.priority(to).label
        raise Refused(f"Stand the visits down first: {label} has no time by which somebody comes.")


def _set(session: Session, case: Case, house: House, priority: str, now: datetime) -> None:
    set_priority(session, case, priority, house.priority(priority).target_min, house.welfare_calls, now)


def _known(house: House, priority: str) -> None:
    if priority not in house.rank:
        raise Refused("There is no such priority in this place. Choose one from the list.")


def _open(session: Session, case_id: int, now: datetime) -> Case:
    case = take(session, case_id, now)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Open it again first.")
    return case
