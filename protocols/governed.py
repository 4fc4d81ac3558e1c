"""What people decided of a place's protocols, as far as it bears on what runs: texts put in force, and stops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from protocols.loader import Library
from protocols.model import EscalationProtocol, EscalationStep
from protocols.stopped import Key, Stopped


@dataclass(frozen=True)
class Governed:
    """`texts`: in force by what was decided. `over`: texts (by sha256) that run no more, wherever they lie."""

    texts: Mapping[Key, str] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    stopped: Mapping[Key, Stopped] = field(default_factory=dict)


Ask = Callable[[], Governed]
"""May raise, where the database is away: then what was decided before still holds."""
NOTHING_DECIDED = Governed()


def without_stopped(library: Library, stopped: Mapping[Key, Stopped]) -> Library:
    """A stopped triage protocol is offered to nobody. Where a stopped ladder served, people are told instead: no
    position is left without somebody who looks for its responder."""
    if not stopped:
        return library
    triage = {name: one for name, one in library.triage.items() if ("triage", name) not in stopped}
    escalation = {
        priority: _people_at_once(ladder) if ("escalation", ladder.escalation) in stopped else ladder
        for priority, ladder in library.escalation.items()
    }
    return replace(library, triage=triage, escalation=escalation, stopped=stopped)


def _people_at_once(ladder: EscalationProtocol) -> EscalationProtocol:
    """One person is offered it at a time, the coordinator knows at once, the manager is rung soon. [LOCAL]"""
    return replace(
        ladder,
        title=f"{ladder.title}: stopped, people are told at once",
        steps=(
            EscalationStep("offer", at_once=1, wait_s=120),
            EscalationStep("alert", role="coordinator"),
            EscalationStep("call", at_s=300, role="manager", then_every_s=600),
        ),
        nobody_eligible="coordinator",
    )
