"""Whether the person of a past case has an open one: then whoever works on open cases works for them."""

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from records.model import Case

OPEN = "state = 'open'"


def has_open_case(session: Session, case: Case, *, sealed_too: bool) -> bool:
    """By NHS number; where that is not known by date of birth and name together. A sealed one leaves no trace for
    whoever may not see it (S18)."""
    open_ones = select(Case.id).where(Case.place == case.place, text(OPEN), Case.id != case.id)
    if not sealed_too:
        open_ones = open_ones.where(~col(Case.sealed))
    if case.nhs_number:
        found = open_ones.where(Case.nhs_number == case.nhs_number)
    elif case.born and case.person_name:
        named = func.lower(Case.person_name) == case.person_name.lower()
        found = open_ones.where(Case.born == case.born, named)
    else:
        return False
    return session.exec(found.limit(1)).first() is not None
