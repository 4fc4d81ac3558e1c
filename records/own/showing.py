"""What the own page shows, and to whom: one pure function over one literal table.

What is not in the table is shown to nobody. What `kept_back.py` keeps off the page (S18) comes to no table.
"""

from enum import StrEnum

from records.own.model import OwnAccess, OwnKind, Sees
from records.people.fact_model import Fact, FactKind
from records.people.model import OfPerson, PersonAddress, SourceKind


class Viewer(StrEnum):
    person = "person"
    attorney = "attorney"
    carer_all = "carer_all"
    carer_some = "carer_some"


class Item(StrEnum):
    visits = "visits"
    plans = "plans"
    write_plan = "write_plan"
    earlier_plans = "earlier_plans"
    health = "health"
    who_they_are = "who_they_are"
    contact = "contact"
    looked = "looked"
    consent = "consent"
    corrections = "corrections"
    download = "download"
    delegates = "delegates"
    staff_safety = "staff_safety"
    at_risk = "at_risk"
    way_in = "way_in"
    in_confidence = "in_confidence"
    in_error = "in_error"
    sealed = "sealed"


NOBODY: frozenset[Viewer] = frozenset()
ALL = frozenset(Viewer)
FOR_THEM = frozenset({Viewer.person, Viewer.attorney})
TABLE: dict[Item, frozenset[Viewer]] = {
    Item.visits: ALL,
    Item.plans: ALL,
    Item.write_plan: FOR_THEM,
    Item.earlier_plans: frozenset({Viewer.person}),
    Item.health: FOR_THEM | {Viewer.carer_all},
    Item.who_they_are: FOR_THEM | {Viewer.carer_all},
    Item.contact: FOR_THEM,
    Item.looked: FOR_THEM,
    Item.consent: FOR_THEM,
    Item.corrections: FOR_THEM,
    Item.download: FOR_THEM,
    Item.delegates: frozenset({Viewer.person}),
    Item.staff_safety: NOBODY,
    Item.at_risk: NOBODY,
    Item.way_in: NOBODY,
    Item.in_confidence: NOBODY,
    Item.in_error: NOBODY,
    Item.sealed: NOBODY,
}
"""`at_risk`: a mark such as “end of life” is told by somebody, not read from a page. [LOCAL] `way_in`: S19. `in_error`:
it may be another person's (S14)."""
OF_FACT = {
    FactKind.staff_safety: Item.staff_safety,
    FactKind.at_risk: Item.at_risk,
    FactKind.plan: Item.plans,
}
"""Facts of any other kind are `health`."""


def may_show(viewer: Viewer, item: Item) -> bool:
    """Pure."""
    return viewer in TABLE[item]


def viewer_of(access: OwnAccess) -> Viewer:
    """Pure."""
    if access.kind is OwnKind.person:
        return Viewer.person
    if access.kind is OwnKind.attorney:
        return Viewer.attorney
    return Viewer.carer_all if access.sees is Sees.all else Viewer.carer_some


def item_of(row: OfPerson, *, sealed: bool = False) -> Item:
    """What one row of a record is, for the table. Pure.

    Nobody asks a carer whether what they tell may be read by the person: unknown, it counts as said in confidence. Who
    the person is and where they live is theirs, whoever said it.
    """
    if sealed:
        return Item.sealed
    if row.in_error:
        return Item.in_error
    if isinstance(row, Fact):
        if row.source_kind is SourceKind.carer:
            return Item.in_confidence
        return OF_FACT.get(row.kind, Item.health)
    return Item.contact if isinstance(row, PersonAddress) else Item.who_they_are
