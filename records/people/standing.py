"""Which facts of a person stand in one case; asked of the database, so that none is left out for all else that is
known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from records import seen
from records.model import Case
from records.people import rules, store
from records.people.fact_model import Fact, FactSealing
from records.people.model import OfPerson, Person

R = TypeVar("R", bound=OfPerson)
MOST = 2000


def standing(
    session: Session, person: Person, case_id: int | None, *of: Any, sealed: bool = False
) -> list[Fact]:
    """Neither in error nor superseded, the newest first, of those that `of` asks for. S18: what was said in another
    case that is sealed is not there and supersedes nothing, nor what is sealed by itself, unless `sealed`."""
    newer = aliased(Fact)
    replaced = select(newer.id).where(
        newer.supersedes_id == Fact.id, _is_there(newer, case_id, sealed=sealed)
    )
    ids = [one.key for one in store.members(session, person)]
    found = select(Fact).where(col(Fact.person_id).in_(ids), _is_there(Fact, case_id, sealed=sealed), *of)
    return list(session.exec(found.where(~exists(replaced)).order_by(col(Fact.id).desc()).limit(MOST)))


def _is_there(fact: Any, case_id: int | None, *, sealed: bool) -> Any:
    shut = select(Case.id).where(
        col(Case.id) == fact.case_id, col(Case.sealed), col(Case.id) != (case_id or 0)
    )
    is_shut = select(FactSealing.id).where(
        FactSealing.fact_id == fact.id, col(FactSealing.ended_at).is_(None)
    )
    good = and_(fact.entered_in_error_at.is_(None), ~exists(shut))
    return good if sealed else and_(good, ~exists(is_shut))


def standing_rows(kind: type[R], session: Session, person: Person, case_id: int, now: datetime) -> list[R]:
    """The same of what is no fact: neither in error nor over."""
    ids = [one.key for one in store.members(session, person)]
    found = store.rows(session, kind, ids, seen.hidden(session, person.place))
    good = [one for one in found if not one.in_error and not rules.is_over(one, now)]
    return open_in(session, good, case_id)


def open_in(session: Session, rows: Sequence[R], case_id: int | None) -> list[R]:
    """S18: without what was said in another case that is sealed."""
    others = {one.case_id for one in rows if one.case_id not in (None, case_id)}
    found = select(Case.id).where(col(Case.id).in_(others), col(Case.sealed))
    shut = set(session.exec(found)) if others else set()
    return [one for one in rows if one.case_id not in shut]
