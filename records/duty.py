"""S29: who is on duty, and so is the first to answer for a case. The call handler never is: it takes a clinician."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from hub.access import Role, User, here, last_seen
from hub.actors import HUB
from hub.on_call import on_call
from records import alarms, store
from records.model import Case, ResponsibleAs

NEVER = datetime.min.replace(tzinfo=UTC)
NOBODY = "nobody_responsible"


@dataclass(frozen=True)
class Clinician:
    """One of the hub's clinicians as this rule sees them: on call, and at a screen just now."""

    id: int
    name: str
    on_call: bool
    here: bool


def on_duty(staff: Iterable[Clinician]) -> Clinician | None:
    """Who inherits: on call and at a screen before on call alone."""
    on = [one for one in staff if one.on_call]
    return max(on, key=lambda one: (one.here, -one.id), default=None)


def may_keep(holder: Clinician | None, how: ResponsibleAs | None, staff: Sequence[Clinician]) -> bool:
    """Whether a case may stay with who has it. Not with somebody who has gone, whose shift is over, or who has no
    log-in while a colleague on call is at a screen; with a manager only while no clinician is on duty."""
    if how is ResponsibleAs.manager:
        return on_duty(staff) is None
    if holder is None or how is None:
        return False
    if holder.here:
        return holder.on_call or how is ResponsibleAs.accepted
    return holder.on_call and not any(one.on_call and one.here for one in staff)


def clinicians(session: Session, place: str, now: datetime, machine: datetime) -> list[Clinician]:
    """Bounded by the hub's staff."""
    on = {user.id for user in on_call(session, place, Role.hub_clinician, now)}
    staff = session.exec(select(User).where(User.place == place, User.active).order_by(col(User.id)))
    at_a_screen = here(session, place, machine)
    return [
        Clinician(user.id, user.name, user.id in on, user.id in at_a_screen)
        for user in staff
        if user.id is not None and user.has(Role.hub_clinician)
    ]


def name_first(session: Session, case: Case, now: datetime) -> str:
    """A case begins: the clinician on duty answers for it; with none there, the manager on call. Names them on a case
    that is not in the database yet, and returns the words for `tell`."""
    staff = on_call(session, case.place, Role.hub_clinician, now)
    on = [user for user in staff if user.has(Role.hub_clinician)]
    if len(on) > 1:
        seen = last_seen(session, case.place)
        on.sort(key=lambda user: seen.get(user.id or 0, NEVER), reverse=True)
    if on:
        give(case, on[0].id or 0, on[0].name, ResponsibleAs.duty, now)
        return f"{on[0].name}, on duty, is clinically responsible."
    return _give_to_manager(session, case, now)


def leave_to_manager(session: Session, case: Case, now: datetime) -> None:
    """No clinician is on duty any more: a name all the same, and an alarm that rings until there is one."""
    tell(session, case, _give_to_manager(session, case, now), now)


def tell(session: Session, case: Case, words: str, now: datetime) -> None:
    """Who answers for the case, in its history; an alarm where that is no clinician."""
    store.add_line(session, case.place, case.key, now, HUB, "responsible", words)
    if case.responsible_as in (None, ResponsibleAs.manager):
        alarms.ring(session, case.place, NOBODY, case.place, words, now)


def give(case: Case, user_id: int, name: str, how: ResponsibleAs, now: datetime) -> None:
    """The name on the case; whoever had been asked to take it over need not answer any more."""
    case.responsible_id, case.responsible_name = user_id, name
    case.responsible_since, case.responsible_as = now, how
    case.offered_to_id = case.offered_to_name = None


def _give_to_manager(session: Session, case: Case, now: datetime) -> str:
    manager = next(iter(on_call(session, case.place, Role.manager, now)), None)
    if manager is not None:
        give(case, manager.id or 0, manager.name, ResponsibleAs.manager, now)
        return f"No clinician is on duty: {manager.name} answers for {case.ref}. Find a clinician."
    case.responsible_id = case.responsible_name = None
    case.responsible_since = case.responsible_as = None
    case.offered_to_id = case.offered_to_name = None
    return f"No clinician is on duty and no manager on call: nobody answers for {case.ref}. Find a clinician."
