"""S29: responsibility moves only when the other side accepts. Nobody logs off or ends a shift with it: they hand over,
or the clinician on duty inherits with an alarm."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from hub import deadlines
from hub.access import Role, User
from hub.actors import HUB, Actor
from hub.deadlines import Deadline
from hub.errors import Conflict, NotAllowed, NotFound, Refused
from records import alarms, duty
from records.duty import Clinician
from records.model import Case, CaseState, ResponsibleAs
from records.service import take, write_line

ANSWER_IN = timedelta(minutes=10)
"""Somebody who is asked to take a case over says yes or no by then; else it stays where it is. [LOCAL]"""
INHERITED = "inherited"
MOST = 200
OPEN = text("state = 'open'")  # in the very words of the index


def offer(session: Session, case_id: int, to: User, user: User, now: datetime) -> Case:
    """Ask a colleague to take it over. It stays with who has it until they accept."""
    case = _open(session, case_id, now)
    if case.responsible_id != user.id:
        raise NotAllowed(f"{case.responsible_name or 'Nobody'} is responsible for {case.ref}, not you.")
    if to.place != case.place or not to.active or not to.has(Role.hub_clinician):
        raise Refused("Only a hub clinician can be responsible for a case. Choose one from the list.")
    if to.id == user.id:
        raise Refused(f"You are responsible for {case.ref} already. Choose somebody else.")
    case.offered_to_id, case.offered_to_name = to.id, to.name
    session.add(case)
    due = Deadline(
        place=case.place,
        case_id=case.key,
        kind="take_over",
        owner="responsible",
        subject=case.key,
        due_at=now + ANSWER_IN,
    )
    deadlines.set_deadline(session, due)
    words = f"{user.name} asks {to.name} to take over the clinical responsibility."
    write_line(session, case.key, now, user.actor, "responsible", words)
    return case


def ask_no_more(session: Session, case_id: int, user: User, now: datetime) -> Case:
    """Whoever asked takes the question back, while it is unanswered. Raises `Conflict` once it is not."""
    case = _open(session, case_id, now)
    if case.responsible_id != user.id or case.offered_to_id is None:
        raise Conflict(
            f"Nobody is asked by you to take {case.ref} over: it has been answered, or has lapsed."
        )
    _stays(session, case, f"{user.name} does not ask {case.offered_to_name} any more.", now, user.actor)
    return case


def accept(session: Session, case_id: int, user: User, now: datetime) -> Case:
    """The other side says yes: it moves with this. Or nobody who is a clinician has it: a clinician takes it."""
    case = _open(session, case_id, now)
    if not user.has(Role.hub_clinician):
        raise NotAllowed("Only a hub clinician can be responsible for a case.")
    if case.offered_to_id != user.id and case.responsible_as not in (None, ResponsibleAs.manager):
        raise Conflict(f"{case.responsible_name} is responsible for {case.ref} and has not asked you.")
    before = case.responsible_name
    duty.give(case, user.id or 0, user.name, ResponsibleAs.accepted, now)
    deadlines.clear(session, "take_over", case.key)
    words = f"{user.name} accepts the clinical responsibility{f' from {before}' if before else ''}."
    write_line(session, case.key, now, user.actor, "responsible", words)
    return case


def decline(session: Session, case_id: int, user: User, why: str, now: datetime) -> Case:
    case = _open(session, case_id, now)
    if case.offered_to_id != user.id:
        raise Conflict("You are not asked to take this case over any more.")
    _stays(session, case, f"{user.name} does not take it over. {why}".strip(), now, user.actor)
    return case


def lapse(session: Session, case_id: int, now: datetime) -> None:
    """The ticker's turn: asked, and no answer came."""
    case = take(session, case_id, now)
    if case.state is CaseState.open and case.offered_to_id is not None:
        _stays(session, case, f"{case.offered_to_name} has not answered.", now, HUB)


def _stays(session: Session, case: Case, said: str, now: datetime, actor: Actor) -> None:
    case.offered_to_id = case.offered_to_name = None
    session.add(case)
    deadlines.clear(session, "take_over", case.key)
    words = f"{said} {case.responsible_name or 'Nobody'} stays responsible."
    write_line(session, case.key, now, actor, "responsible", words)


def inherit(session: Session, case_id: int, staff: list[Clinician], now: datetime) -> bool:
    """The rule itself, on one case: whether it moved to whoever is on duty."""
    case = take(session, case_id, now)
    holder = next((one for one in staff if one.id == case.responsible_id), None)
    if case.state is CaseState.closed or duty.may_keep(holder, case.responsible_as, staff):
        return False
    heir, before = duty.on_duty(staff), case.responsible_name
    if heir is None:
        duty.leave_to_manager(session, case, now)
        return True
    duty.give(case, heir.id, heir.name, ResponsibleAs.duty, now)
    deadlines.clear(session, "take_over", case.key)
    why = f"{before} is not on duty any more: " if before else "Nobody was responsible: "
    words = f"{why}{heir.name}, on duty, is clinically responsible."
    write_line(session, case.key, now, HUB, "responsible", words)
    session.flush()
    held = len(cases_of(session, case.place, heir.id))
    alarm = (
        f"{before or 'Nobody'} is not on duty any more: {heir.name} is now responsible ({held} open in all)."
    )
    alarms.ring(session, case.place, INHERITED, heir.id, alarm, now, case)
    alarms.end(session, case.place, duty.NOBODY, case.place, now)
    return True


def cases_of(session: Session, place: str, user_id: int, limit: int = MOST) -> list[Case]:
    """The open cases that somebody answers for; the next due first."""
    found = select(Case).where(Case.place == place, OPEN, Case.responsible_id == user_id)
    return list(session.exec(found.order_by(col(Case.next_due_at), col(Case.id)).limit(limit)))


def offered_to(session: Session, place: str, user_id: int, limit: int = MOST) -> list[Case]:
    """The open cases that somebody is asked to take over; the oldest first."""
    found = select(Case).where(Case.place == place, OPEN, Case.offered_to_id == user_id)
    return list(session.exec(found.order_by(col(Case.id)).limit(limit)))


def holders(session: Session, place: str) -> list[tuple[int | None, ResponsibleAs | None]]:
    """Who answers for open cases, and how they came to; each once."""
    found = select(col(Case.responsible_id), col(Case.responsible_as)).where(Case.place == place, OPEN)
    return [(holder, how) for holder, how in session.exec(found.distinct())]


def held_by(
    session: Session, place: str, holder: int | None, how: ResponsibleAs | None, limit: int = MOST
) -> list[int]:
    """The numbers of the open cases of one holder, oldest first."""
    found = select(Case.id).where(
        Case.place == place, OPEN, Case.responsible_id == holder, Case.responsible_as == how
    )
    return [case_id for case_id in session.exec(found.order_by(col(Case.id)).limit(limit)) if case_id]


def colleagues(session: Session, place: str, user_id: int) -> list[User]:
    """The hub clinicians whom somebody could ask to take over; bounded by the hub's staff."""
    staff = session.exec(select(User).where(User.place == place, User.active).order_by(col(User.name)))
    return [user for user in staff if user.has(Role.hub_clinician) and user.id != user_id]


def clinician(session: Session, place: str, user_id: int) -> User:
    """Raises `NotFound`."""
    user = session.get(User, user_id)
    if user is None or user.place != place:
        raise NotFound("There is nobody like that here.")
    return user


def _open(session: Session, case_id: int, now: datetime) -> Case:
    case = take(session, case_id, now)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed: nobody needs to answer for it any more.")
    return case
