"""Something is about to go wrong and a named person must take it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, or_, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from hub import deadlines, events
from hub.actors import Actor
from hub.columns import one_live, one_of, where_live
from hub.deadlines import Deadline
from hub.errors import Conflict, NotFound
from records.alarm_climbs import DANGER, climb_of
from records.board import Facts, mark, over
from records.model import Case
from records.seen import must_see_case_of


class AlarmState(StrEnum):
    ringing = "ringing"
    taken = "taken"
    over = "over"


LIVE = "state <> 'over'"
MOST_COUNTED = 500
NO_ALARM = "There is no such alarm here."


class Alarm(SQLModel, table=True):
    """Something is about to go wrong and a named person must take it. `subject` keeps one live alarm to a matter."""

    __table_args__ = (
        one_live("alarm_one_live", "place", "kind", "subject", where=LIVE),
        where_live("alarm_live", "place", where=LIVE),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=40)
    case_id: int | None = None
    kind: str = Field(max_length=40)
    subject: str = Field(max_length=80)
    words: str = Field(max_length=300)
    state: AlarmState = Field(default=AlarmState.ringing, sa_type=one_of(AlarmState))
    raised_at: datetime
    taken_by: str | None = Field(default=None, max_length=80)
    taken_at: datetime | None = None
    over_at: datetime | None = None


# Built once: every move looks whether an alarm ends with it.
_LIVE_OF = select(Alarm).where(
    Alarm.place == bindparam("of_place"), Alarm.subject == bindparam("of_subject"), text(LIVE)
)
_LIVE = _LIVE_OF.where(Alarm.kind == bindparam("of_kind"))
_LIVE_OF_KINDS = _LIVE_OF.where(col(Alarm.kind).in_(bindparam("of_kinds", expanding=True))).order_by(
    col(Alarm.id)
)


def ring(
    session: Session,
    place: str,
    kind: str,
    subject: object,
    words: str,
    now: datetime,
    case: Case | None = None,
) -> Alarm:
    """Raise it. One live alarm to a matter: raised again it says the newest words, and rings on until it is taken."""
    alarm = find_live(session, place, kind, subject)
    is_new = alarm is None
    if alarm is None:
        case_id = case.id if case else None
        alarm = Alarm(
            place=place, kind=kind, subject=str(subject), words=words, raised_at=now, case_id=case_id
        )
    alarm.words = words
    session.add(alarm)
    session.flush()
    if is_new and (after := climb_of(kind).after) is not None:
        look_again(session, alarm, now + after)
    tell(session, alarm, case, now)
    return alarm


def look_again(session: Session, alarm: Alarm, at: datetime) -> None:
    """While nobody takes it, the ladder's next rung comes then. Of a danger it writes into the case; of all others it
    is the room's, and a case that owes nothing else is still found by the watchdog."""
    due = Deadline(
        place=alarm.place,
        case_id=alarm.case_id if alarm.kind == DANGER else None,
        kind="alarm_untaken",
        owner="alarm",
        subject=alarm.id or 0,
        due_at=at,
        human=False,
    )
    deadlines.set_deadline(session, due)


def take(session: Session, alarm: Alarm, now: datetime, actor: Actor) -> None:
    """Exactly one person takes it. Raises `Conflict` for the second."""
    taken = session.execute(
        update(Alarm)
        .where(col(Alarm.id) == alarm.id, col(Alarm.state) == AlarmState.ringing)
        .values(state=AlarmState.taken, taken_by=actor.name, taken_at=now)
        .returning(col(Alarm.id))
    ).scalar_one_or_none()
    session.refresh(alarm)
    if taken is None:
        raise Conflict(f"{alarm.taken_by or 'Somebody else'} has taken this alarm already.")
    _climb_no_more(session, alarm)
    case = session.get(Case, alarm.case_id) if alarm.case_id else None
    tell(session, alarm, case, now)


def end(session: Session, place: str, kind: str, subject: object, now: datetime) -> None:
    """The matter is over, whoever had taken it."""
    if (alarm := find_live(session, place, kind, subject)) is not None:
        _end(session, alarm, now)


def end_kinds(session: Session, place: str, kinds: Sequence[str], subject: object, now: datetime) -> None:
    """The same of several kinds, in one look."""
    of = {"of_place": place, "of_kinds": kinds, "of_subject": str(subject)}
    for alarm in list(session.exec(_LIVE_OF_KINDS, params=of)):
        _end(session, alarm, now)


def end_of_case(session: Session, case_id: int, now: datetime, but: Collection[str] = ()) -> None:
    """`but`: these kinds ring on."""
    for alarm in live_of_case(session, case_id):
        if alarm.kind not in but:
            _end(session, alarm, now)


def live_of_case(session: Session, case_id: int) -> list[Alarm]:
    return list(session.exec(select(Alarm).where(Alarm.case_id == case_id, text(LIVE))))


def climbing_of_case(session: Session, case_id: int) -> list[Alarm]:
    """What rings of the case and has rung somebody's phone for it."""
    found = select(Alarm).where(
        Alarm.case_id == case_id, Alarm.state == AlarmState.ringing, Alarm.kind == DANGER
    )
    return list(session.exec(found.order_by(col(Alarm.id))))


def find(session: Session, place: str, alarm_id: int) -> Alarm:
    """Raises `NotFound`."""
    alarm = session.get(Alarm, alarm_id)
    if alarm is None or alarm.place != place:
        raise NotFound(NO_ALARM)
    must_see_case_of(session, alarm, NO_ALARM)
    return alarm


def live(session: Session, place: str, limit: int = 100, but: Collection[int] = ()) -> list[Alarm]:
    """Those that nobody has taken stand first, danger before all else, oldest first. `but`: of no such case (S18)."""
    found = select(Alarm).where(Alarm.place == place, text(LIVE))
    if but:
        found = found.where(or_(col(Alarm.case_id).is_(None), col(Alarm.case_id).not_in(but)))
    danger_first = col(Alarm.kind) != DANGER
    return list(session.exec(found.order_by(col(Alarm.state), danger_first, col(Alarm.id)).limit(limit)))


def tell(session: Session, alarm: Alarm, case: Case | None, now: datetime) -> None:
    """`case`: what it is about."""
    said = facts(alarm, case.ref if case else None, sealed=case is not None and case.sealed)
    events.tell(session, alarm.place, now, "alarm", alarm.id, said)


def waiting_too_long(session: Session, place: str, now: datetime) -> list[Alarm]:
    """What rings and is told to the manager by now, the oldest first; danger has its own ladder (S26)."""
    ringing = select(Alarm).where(
        Alarm.place == place, Alarm.state == AlarmState.ringing, Alarm.kind != DANGER, text(LIVE)
    )
    rows = session.exec(ringing.order_by(col(Alarm.id)).limit(MOST_COUNTED))
    climbs = ((alarm, climb_of(alarm.kind).after) for alarm in rows)
    return [alarm for alarm, after in climbs if after is not None and alarm.raised_at + after <= now]


def facts(alarm: Alarm, ref: str | None, *, sealed: bool) -> Facts | None:
    """What boards show of it."""
    if alarm.state is AlarmState.over:
        return over(sealed=sealed)
    return {
        **mark(sealed),
        "kind": alarm.kind,
        "words": alarm.words,
        "ref": ref,
        "case": alarm.case_id,
        "raised_at": alarm.raised_at.isoformat(),
        "taken_by": alarm.taken_by,
    }


def is_live(session: Session, place: str, kind: str, subject: object) -> bool:
    return find_live(session, place, kind, subject) is not None


def find_live(session: Session, place: str, kind: str, subject: object) -> Alarm | None:
    of = {"of_place": place, "of_kind": kind, "of_subject": str(subject)}
    return session.exec(_LIVE, params=of).first()


def _climb_no_more(session: Session, alarm: Alarm) -> None:
    if climb_of(alarm.kind).after is not None:
        deadlines.clear(session, "alarm_untaken", alarm.id or 0)


def _end(session: Session, alarm: Alarm, now: datetime) -> None:
    _climb_no_more(session, alarm)
    alarm.state, alarm.over_at = AlarmState.over, now
    session.add(alarm)
    tell(session, alarm, session.get(Case, alarm.case_id) if alarm.case_id else None, now)
