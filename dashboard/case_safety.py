"""Whether staff are safe where this case is (S22), as its panel says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import two_together
from dispatch.store import is_live
from hub.access import Role, User
from records.model import Case, Position


@dataclass(frozen=True)
class Safety:
    """`words`: what staff must know; for those who send somebody. `two`: for everybody who acts. `alone`: who has
    accepted, and has no second yet."""

    two: bool
    words: Sequence[str] = ()
    alone: Sequence[str] = ()


def safety_of(
    session: Session, case: Case, positions: Sequence[Position], user: User, now: datetime
) -> Safety:
    """Of a case that nobody is looked for any more nothing is asked, but the warning stands."""
    words = two_together.words_of(session, case, now)
    if not words or not user.has(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager):
        return Safety(two=False)
    live = [row for row in positions if is_live(row)]
    return Safety(
        two=any(two_together.needed(session, case, row, now) for row in live),
        words=words if user.has(Role.hub_clinician, Role.coordinator, Role.manager) else (),
        alone=[row.responder_name for row in two_together.still_missing(session, case, live, now)],
    )
