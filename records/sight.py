"""Who may see a person by a case: one pure function over one literal table. `docs/access.md` is drawn from it.

What is open the whole room works on, since somebody must be sent at three in the morning. What has been closed for a
while takes a relationship, or breaking the glass; what is sealed (S18) takes the nearest ones, and no glass opens it.
"""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from hub.access import Role
from hub.tokens import Scope
from records.consent_model import Purpose
from records.model import Case

AT_WORK_FOR = timedelta(hours=72)
"""So long after its end a case is still worked on: they ring back, and the third contact counts (S13). [LOCAL]"""


class Relationship(StrEnum):
    """What somebody has to do with a case, the nearest first."""

    responsible = "responsible"
    on_its_call = "on_its_call"
    took_it = "took_it"
    assigned = "assigned"
    asked = "asked"
    same_person = "same_person"
    broke_glass = "broke_glass"
    none = "none"


class Kind(StrEnum):
    """What a case is, for whoever asks to see it. `objected`: past, and the person does not want it looked up again."""

    at_work = "at_work"
    past = "past"
    objected = "objected"
    sealed = "sealed"


class Agreed(StrEnum):
    """What the person has said to a purpose. Unknown is not yes, and not no."""

    yes = "yes"
    no = "no"
    unknown = "unknown"


ALWAYS = frozenset({Role.coordinator.value, Role.manager.value, Role.hub_clinician.value})
"""They must send somebody: a case that is invisible to them would be lost."""
DESK = ALWAYS | {Role.handler.value}
READERS = DESK | {Role.governance.value}
MACHINES = frozenset(scope.value for scope in Scope)
"""What a token's purpose is, and for whom, whoever made it has decided; the glass is for people."""
WHOEVER = frozenset(role.value for role in Role) | MACHINES
"""Whoever the page or the route lets in."""
TABLE: dict[Kind, dict[Relationship, frozenset[str]]] = {
    Kind.at_work: dict.fromkeys(Relationship, WHOEVER),
    Kind.past: {
        Relationship.responsible: DESK | MACHINES,
        Relationship.on_its_call: DESK | MACHINES,
        Relationship.took_it: DESK | MACHINES,
        Relationship.assigned: MACHINES | {Role.responder},
        Relationship.asked: MACHINES,
        Relationship.same_person: DESK | MACHINES,
        Relationship.broke_glass: READERS | MACHINES,
        Relationship.none: MACHINES,
    },
    Kind.objected: {
        Relationship.responsible: DESK | MACHINES,
        Relationship.on_its_call: DESK | MACHINES,
        Relationship.took_it: DESK | MACHINES,
        Relationship.assigned: MACHINES | {Role.responder},
        Relationship.asked: MACHINES,
        Relationship.same_person: MACHINES,
        Relationship.broke_glass: READERS | MACHINES,
        Relationship.none: MACHINES,
    },
    Kind.sealed: {
        Relationship.responsible: ALWAYS | {Scope.sealed_read},
        Relationship.on_its_call: ALWAYS | {Scope.sealed_read, Role.handler, Scope.calls_write},
        Relationship.took_it: ALWAYS | {Scope.sealed_read, Role.handler, Scope.calls_write},
        Relationship.assigned: ALWAYS | {Scope.sealed_read, Role.responder},
        Relationship.asked: ALWAYS | {Scope.sealed_read, Role.responder},
        Relationship.same_person: ALWAYS | {Scope.sealed_read},
        Relationship.broke_glass: ALWAYS | {Scope.sealed_read},
        Relationship.none: ALWAYS | {Scope.sealed_read},
    },
}
"""By kind and relationship: the roles, and the scopes of a token, that open it. Who is not named does not see it."""
MEANS = {
    Relationship.responsible: "answers for it clinically",
    Relationship.on_its_call: "is on a call about it",
    Relationship.took_it: "took the last call about it",
    Relationship.assigned: "has said yes to a visit of it",
    Relationship.asked: "has an offer of it that stands",
    Relationship.same_person: "works where the same person has an open case",
    Relationship.broke_glass: "broke the glass, with a reason, less than half an hour ago",
    Relationship.none: "nothing of these",
}
AT_WORK = "at_work"
WHY = {one.value: words for one, words in MEANS.items()} | {
    AT_WORK: "works on the open cases of the place",
    Relationship.broke_glass.value: "broke the glass",
    Relationship.none.value: "a machine, by what its token is for",
}
"""What stands beside a look in the audit, in words."""


def may_see(
    rights: Collection[str],
    relationship: Relationship,
    *,
    sealed: bool,
    past: bool = False,
    purpose: Purpose = Purpose.direct_care,
    agreed: Agreed = Agreed.unknown,
) -> bool:
    """Pure. For direct care an unknown consent stands in nobody's way; anything else takes a yes."""
    if purpose is not Purpose.direct_care and agreed is not Agreed.yes:
        return False
    return not TABLE[kind_of(sealed=sealed, past=past, agreed=agreed)][relationship].isdisjoint(rights)


def kind_of(*, sealed: bool, past: bool, agreed: Agreed = Agreed.unknown) -> Kind:
    """Pure. Sealed before all else."""
    if sealed:
        return Kind.sealed
    if not past:
        return Kind.at_work
    return Kind.objected if agreed is Agreed.no else Kind.past


def named_elsewhere(case: Case) -> str:
    """How the words of another case name this one: more people read those."""
    return "another case" if case.sealed else case.ref
