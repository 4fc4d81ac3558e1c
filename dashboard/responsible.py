"""S29: who is clinically responsible, as the case panel shows it, and what this reader can do about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.access import Role, User
from records import responsible
from records.model import Case, CaseState, ResponsibleAs


@dataclass(frozen=True)
class Responsible:
    """`others`: whom its holder can ask to take over, by number and name; empty for everybody else."""

    name: str
    since: datetime | None
    is_clinician: bool
    asked: str
    is_asked: bool
    may_take: bool
    others: tuple[tuple[int, str], ...]
    has_asked: bool
    """They hold it and wait for an answer: until then the question can be taken back."""


def responsible_of(session: Session, case: Case, user: User) -> Responsible:
    is_open = case.state is CaseState.open
    mine = is_open and case.responsible_id == user.id
    clinician = is_open and user.has(Role.hub_clinician)
    found = responsible.colleagues(session, case.place, user.id or 0) if mine else []
    return Responsible(
        name=case.responsible_name or "nobody",
        since=case.responsible_since,
        is_clinician=case.responsible_as in (ResponsibleAs.duty, ResponsibleAs.accepted),
        asked=case.offered_to_name or "",
        is_asked=clinician and case.offered_to_id == user.id,
        may_take=clinician and case.responsible_as in (None, ResponsibleAs.manager),
        others=tuple((one.id or 0, one.name) for one in found),
        has_asked=mine and case.offered_to_id is not None,
    )
