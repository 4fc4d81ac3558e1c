"""Who may see a sealed case (S18): one literal table. `docs/access.md` is drawn from it."""

from collections.abc import Collection
from enum import StrEnum

from hub.access import Role
from hub.tokens import Scope
from records.model import Case


class Relationship(StrEnum):
    """What somebody has to do with a case, the nearest first."""

    responsible = "responsible"
    on_its_call = "on_its_call"
    took_it = "took_it"
    assigned = "assigned"
    asked = "asked"
    none = "none"


ALWAYS = frozenset({Role.coordinator.value, Role.manager.value, Role.hub_clinician.value})
"""They must send somebody: a case that is invisible to them would be lost."""
TABLE: dict[Relationship, frozenset[str]] = {
    Relationship.responsible: ALWAYS | {Scope.sealed_read},
    Relationship.on_its_call: ALWAYS | {Scope.sealed_read, Role.handler, Scope.calls_write},
    Relationship.took_it: ALWAYS | {Scope.sealed_read, Role.handler, Scope.calls_write},
    Relationship.assigned: ALWAYS | {Scope.sealed_read, Role.responder},
    Relationship.asked: ALWAYS | {Scope.sealed_read, Role.responder},
    Relationship.none: ALWAYS | {Scope.sealed_read},
}
"""By relationship: the roles, and the scope of a token, that open a sealed case. Who is not named does not see it."""
MEANS = {
    Relationship.responsible: "answers for it clinically",
    Relationship.on_its_call: "is on a call about it",
    Relationship.took_it: "took the last call about it",
    Relationship.assigned: "has said yes to a visit of it",
    Relationship.asked: "has an offer of it that stands",
    Relationship.none: "nothing of these",
}


def may_see(rights: Collection[str], relationship: Relationship, *, sealed: bool) -> bool:
    """Pure. What is not sealed is seen by whoever the page or the route lets in."""
    return not sealed or not TABLE[relationship].isdisjoint(rights)


def named_elsewhere(case: Case) -> str:
    """How the words of another case name this one: more people read those."""
    return "another case" if case.sealed else case.ref
