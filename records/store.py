"""Every query of the room."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Integer,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
    union_all,
    update,
)
from sqlmodel import Session, UTCDateTime, col
from sqlmodel import select as pick

from hub.actors import Actor
from hub.db import straight
from hub.deadlines import WAITING, Deadline
from hub.errors import Conflict, NotFound
from records import milestones
from records.lifecycles import OWING, Owed, TaskState
from records.model import (
    CALL_LIVE,
    Assessment,
    Call,
    CallBack,
    Case,
    CaseState,
    HandOver,
    Hold,
    Position,
    Task,
    Timeline,
)
from records.owed_row import OwedRow
from records.rules import Live
from records.seen import must_see, must_see_case_of

R = TypeVar("R", bound=OwedRow)
NO_CASE = "There is no such case in this place."
_deadline: Any = Deadline.__table__  # type: ignore[attr-defined]

TABLES: dict[Owed, type[OwedRow]] = {
    Owed.call: Call,
    Owed.assessment: Assessment,
    Owed.call_back: CallBack,
    Owed.hold: Hold,
    Owed.position: Position,
    Owed.hand_over: HandOver,
    Owed.task: Task,
}


# Statements of the write path are built once: building one costs several times what running it does.
_AS_IT_IS_NOW = {"populate_existing": True, "synchronize_session": False}
_BUMP = (
    update(Case)
    .where(col(Case.id) == bindparam("of_case"))
    .values(version=col(Case.version) + 1)
    .returning(Case)
    .execution_options(**_AS_IT_IS_NOW)
)
_BUMP_VERSION = _BUMP.where(col(Case.version) == bindparam("of_version"))
_NOTHING_MOVED = dict.fromkeys(("owed", "row_id", "from_state", "to_state"))
_ADD_LINE = insert(Timeline.__table__)  # type: ignore[attr-defined]


def bump(session: Session, case_id: int, version: int | None) -> Case:
    """Lock the case for this transaction by its version. Raises `Conflict` where `version` is no longer the newest."""
    which = {"of_case": case_id} if version is None else {"of_case": case_id, "of_version": version}
    statement = _BUMP if version is None else _BUMP_VERSION
    bumped: Case | None = session.execute(statement, which).scalar_one_or_none()
    if bumped is not None:
        return bumped
    if session.get(Case, case_id) is None:
        raise NotFound("There is no such case.")
    raise Conflict("This case has changed since you opened it. Load it again and look.")


def swap_state(session: Session, row: OwedRow, old: str, new: str, values: dict[str, Any]) -> bool:
    """Compare and set: False where the row is no longer in `old`."""
    which = {"of_row": row.id, "of_state": old, "state": new, **values}
    done = session.execute(_swap(type(row), tuple(values)), which)
    return done.scalar_one_or_none() is not None


@cache
def _swap(kind: type[OwedRow], changed: tuple[str, ...]) -> Any:
    table: Any = kind
    return (
        update(table)
        .where(table.id == bindparam("of_row"), table.state == bindparam("of_state"))
        .values({name: bindparam(name) for name in ("state", *changed)})
        .returning(table)
        .execution_options(**_AS_IT_IS_NOW)
    )


def add_line(
    session: Session,
    place: str,
    case_id: int,
    at: datetime,
    actor: Actor,
    event: str,
    words: str,
    **moved: Any,
) -> None:
    """`moved`: which owed row went from which state to which, where one did."""
    milestones.look(session, place, case_id, moved.get("owed"), event, at)
    line = {"place": place, "case_id": case_id, "at": at, "actor": actor.ref, "actor_name": actor.name}
    straight(session).execute(
        _ADD_LINE, {**_NOTHING_MOVED, **line, "event": event, "words": words[:400], **moved}
    )


def _live_columns(owed: Owed, of: Callable[[Any], Any]) -> Any:
    table: Any = TABLES[owed]
    is_position = owed is Owed.position
    kinds = {Owed.position: "kind", Owed.task: "kind", Owed.call_back: "kind", Owed.hand_over: "to"}
    return select(
        literal(owed.value).label("owed"),
        table.case_id,
        table.id,
        cast(table.state, String).label("state"),
        (cast(getattr(table, kinds[owed]), String) if owed in kinds else literal("")).label("kind"),
        (table.due_at if is_position else cast(null(), UTCDateTime())).label("due_at"),
        (table.travel_min if is_position else cast(null(), Integer)).label("travel_min"),
        (table.stops_clock if is_position else cast(null(), Boolean)).label("stops_clock"),
        (table.responder_name if is_position else literal("")).label("responder"),
        (table.offered_to if is_position else literal("")).label("offered_to"),
    ).where(of(table.case_id), cast(table.state, String).in_(sorted(OWING[owed])))


def _all_owed(of: Callable[[Any], Any]) -> Any:
    return union_all(*(_live_columns(owed, of) for owed in Owed))


def owed_of(session: Session, case_id: int) -> list[Live]:
    """Everything the case still owes, in one statement."""
    return [live for _, live in _owed(session, _OWED_OF_CASE, {"of_case": case_id})]


def owed_of_cases(session: Session, case_ids: Sequence[int]) -> dict[int, list[Live]]:
    """The same for many cases, still in one statement: what a board begins with."""
    found: dict[int, list[Live]] = {case_id: [] for case_id in case_ids}
    for case_id, live in _owed(session, _OWED_OF_CASES, {"of_cases": case_ids}):
        found[case_id].append(live)
    return found


_OWED_OF_CASE = _all_owed(lambda column: column == bindparam("of_case"))
_OWED_OF_CASES = _all_owed(lambda column: column.in_(bindparam("of_cases", expanding=True)))


def _owed(session: Session, statement: Any, which: dict[str, Any]) -> list[tuple[int, Live]]:
    rows = session.execute(statement, which).all()
    return [
        (
            row.case_id,
            Live(
                owed=Owed(row.owed),
                state=row.state,
                kind=row.kind,
                due_at=row.due_at,
                travel_min=row.travel_min,
                stops_clock=bool(row.stops_clock),
                who=row.responder or (f"→ {row.offered_to}" if row.offered_to else ""),
                id=row.id,
            ),
        )
        for row in rows
    ]


_HUMAN_DEADLINES = select(_deadline.c.due_at, _deadline.c.kind).where(
    _deadline.c.case_id == bindparam("of_case"),
    text(WAITING),
    _deadline.c.human,
)


def human_deadlines(session: Session, case_id: int) -> list[tuple[datetime, str]]:
    return [(at, kind) for at, kind in straight(session).execute(_HUMAN_DEADLINES, {"of_case": case_id})]


def row(session: Session, kind: type[R], row_id: int, place: str) -> R:
    """The owed row of that place, as it is now. Raises `NotFound`."""
    problem = f"There is no such {kind.owed.value.replace('_', '-')} here."
    found = session.get(kind, row_id, populate_existing=True)
    if found is None or found.place != place:
        raise NotFound(problem)
    must_see_case_of(session, found, problem)
    return found


def rows_of(session: Session, kind: type[R], case_id: int, *, live: bool = False) -> list[R]:
    """The case's rows of one kind, oldest first; the live ones alone if asked."""
    return list(session.exec(_rows_of(kind, live), params={"of_case": case_id}))


@cache
def _rows_of(kind: type[R], live: bool) -> Any:
    table: Any = kind
    found = pick(table).where(table.case_id == bindparam("of_case")).order_by(table.id)
    return found.where(cast(table.state, String).in_(sorted(OWING[kind.owed]))) if live else found


def case(session: Session, place: str, case_id: int) -> Case:
    """Raises `NotFound`."""
    found = session.get(Case, case_id)
    if found is None or found.place != place:
        raise NotFound(NO_CASE)
    must_see(session, found, NO_CASE)
    return found


def case_by_ref(session: Session, place: str, ref: str) -> Case | None:
    """The newest case that carries the reference."""
    found = pick(Case).where(Case.place == place, Case.ref == ref).order_by(col(Case.id).desc()).limit(1)
    return session.exec(found).first()


def open_cases(session: Session, place: str, limit: int, but: Collection[int] = ()) -> list[Case]:
    """What is due next stands first (S5); `limit` at most. `but`: not these (S18), here and below."""
    found = pick(Case).where(Case.place == place, Case.state == CaseState.open)
    found = found.where(col(Case.id).not_in(but)) if but else found
    return list(session.exec(found.order_by(col(Case.next_due_at), col(Case.id)).limit(limit)))


def open_cases_of(session: Session, place: str, nhs_number: str, but: int, limit: int = 20) -> list[Case]:
    """Other open cases of the same person, by NHS number; none where it is not known."""
    if not nhs_number:
        return []
    found = pick(Case).where(
        Case.place == place,
        Case.nhs_number == nhs_number,
        Case.state == CaseState.open,
        Case.id != but,
    )
    return list(session.exec(found.order_by(col(Case.id)).limit(limit)))


def refs_of(session: Session, case_ids: Iterable[int | None]) -> dict[int, str]:
    """The references of these cases, by case."""
    wanted = {case_id for case_id in case_ids if case_id is not None}
    found = select(col(Case.id), col(Case.ref)).where(col(Case.id).in_(wanted))
    return {row.id: row.ref for row in session.execute(found)} if wanted else {}


def count_open_cases(session: Session, place: str, but: Collection[int] = ()) -> int:
    counted = select(func.count()).where(col(Case.place) == place, col(Case.state) == CaseState.open)
    counted = counted.where(col(Case.id).not_in(but)) if but else counted
    return int(session.execute(counted).scalar_one())


def timeline(session: Session, case_id: int, limit: int = 500) -> list[Timeline]:
    """Newest first."""
    found = pick(Timeline).where(Timeline.case_id == case_id).order_by(col(Timeline.id).desc()).limit(limit)
    return list(session.exec(found))


def last_of(session: Session, row: OwedRow, case_id: int, events: Sequence[str]) -> str | None:
    """Which of `events` the row went through last."""
    found = pick(Timeline.event).where(
        Timeline.case_id == case_id,
        Timeline.owed == row.owed.value,
        Timeline.row_id == row.key,
        col(Timeline.event).in_(events),
    )
    return session.exec(found.order_by(col(Timeline.id).desc()).limit(1)).first()


def came_from(session: Session, row: OwedRow, case_id: int, events: Sequence[str]) -> str | None:
    """The state from which one of `events` brought the row to where it is now; None where none of them did."""
    found = pick(Timeline.from_state).where(
        Timeline.case_id == case_id,
        Timeline.owed == row.owed.value,
        Timeline.row_id == row.key,
        Timeline.to_state == str(row.state),  # type: ignore[attr-defined]
        col(Timeline.event).in_(events),
    )
    return session.exec(found.order_by(col(Timeline.id).desc()).limit(1)).first()


def numbers_of(session: Session, case_id: int) -> tuple[str, ...]:
    """The telephone numbers of the calls about the case, the newest first, each once."""
    found = pick(Call.number).where(Call.case_id == case_id, col(Call.number).is_not(None))
    return tuple(dict.fromkeys(n for n in session.exec(found.order_by(col(Call.id).desc()).limit(20)) if n))


def live_calls(session: Session, place: str, limit: int = 100) -> list[Call]:
    found = pick(Call).where(Call.place == place, text(CALL_LIVE))
    return list(session.exec(found.order_by(col(Call.id)).limit(limit)))


def call_by_sid(session: Session, carrier_sid: str) -> Call | None:
    return session.exec(pick(Call).where(Call.carrier_sid == carrier_sid)).first()


def open_tasks(session: Session, place: str, but: Collection[int] = (), limit: int = 200) -> list[Task]:
    found = pick(Task).where(Task.place == place, Task.state == TaskState.open)
    found = found.where(col(Task.case_id).not_in(but)) if but else found
    return list(session.exec(found.order_by(col(Task.id)).limit(limit)))


def without_deadline(session: Session, place: str, limit: int = 50) -> list[Case]:
    """Open cases that nothing will wake anybody for: there must be none (invariant 2)."""
    live = pick(Deadline.id).where(Deadline.case_id == Case.id, text(WAITING))
    found = pick(Case).where(Case.place == place, Case.state == CaseState.open, ~live.exists())
    return list(session.exec(found.limit(limit)))
