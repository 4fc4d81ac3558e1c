"""What somebody brings of what a position asks for: equipment of their own, or the vehicle they come in. What nobody
has written down is not known, and never "no"."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from dispatch.duty_model import ResponderRecord
from dispatch.ranking import Candidate

VEHICLES = frozenset({"ambulance", "bicycle", "bike", "car", "minibus", "motorbike", "van"})
"""What ends in one of these words is looked for in what they drive; all else among what they carry."""
_record: Any = ResponderRecord
_TOLD = select(_record.responder_id, _record.equipment, _record.vehicle).where(
    _record.responder_id.in_(bindparam("of_them", expanding=True))
)


def brings(wanted: str, equipment: Sequence[str], vehicle: str) -> bool | None:
    """None where their list is empty: then nobody knows."""
    wanted = wanted.lower()
    told = [vehicle] if wanted.split(" ")[-1] in VEHICLES else equipment
    said = [one.lower() for one in told if one]
    return any(wanted in one for one in said) if said else None


def of_them(
    session: Session, people: Collection[int], wanted: Sequence[str]
) -> dict[int, tuple[tuple[str, bool | None], ...]]:
    """By responder, each thing that is wanted and whether they bring it. No look at all where nothing is wanted."""
    if not wanted or not people:
        return {}
    rows = session.execute(_TOLD, {"of_them": sorted(people)})
    told = {row.responder_id: (row.equipment, row.vehicle) for row in rows}
    return {
        who: tuple((thing, brings(thing, *told.get(who, ([], "")))) for thing in wanted) for who in people
    }


def with_it(session: Session, candidates: Sequence[Candidate], wanted: Sequence[str]) -> list[Candidate]:
    """The same, and they know what they bring."""
    found = of_them(session, [one.responder_id for one in candidates], wanted)
    return [replace(one, brings=found.get(one.responder_id, ())) for one in candidates]
