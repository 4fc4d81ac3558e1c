"""The kinds of viewer that an event is rendered for, once each, and what each kind may see."""

from enum import StrEnum

from hub.access import Role, User
from hub.tokens import Machine, Scope
from records.sight import Relationship, may_see

HANDS = (Role.coordinator, Role.manager, Role.hub_clinician, Role.handler)


class View(StrEnum):
    """Those who only look, the eyes, see no texts and no telephone numbers. Sealed cases (S18) are seen by the seniors
    and by machines that may read them; a relationship to one case opens its page, and makes no kind of viewer."""

    seniors = "seniors"
    hands = "hands"
    eyes = "eyes"
    wall = "wall"
    machine = "machine"
    sealed_machine = "sealed_machine"


ACTS = frozenset({View.seniors, View.hands})
MACHINES = frozenset({View.machine, View.sealed_machine})
SEES_SEALED = frozenset({View.seniors, View.sealed_machine})
SEES_TASKS = frozenset(View) - {View.eyes}


def view_of(user: User) -> View:
    if may_see(user.roles, Relationship.none, sealed=True):
        return View.seniors
    return View.hands if user.has(*HANDS) else View.eyes


def as_machine(user: User) -> View:
    """A person of the hub who follows as JSON."""
    return View.sealed_machine if view_of(user) in SEES_SEALED else View.machine


def view_of_machine(machine: Machine) -> View:
    return View.sealed_machine if Scope.sealed_read in machine.scopes else View.machine
