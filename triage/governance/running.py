"""The exact texts that a library is made of, by kind and id. Pure."""

from protocols.loader import Library
from protocols.model import EscalationProtocol, House, TriageProtocol
from protocols.stopped import Key


def texts_of(library: Library) -> dict[Key, TriageProtocol | EscalationProtocol | House]:
    """What is offered; what was stopped is not among the triage protocols."""
    found: dict[Key, TriageProtocol | EscalationProtocol | House] = {("house", "house"): library.house}
    found |= {("triage", name): one for name, one in library.triage.items()}
    found |= {("escalation", one.escalation): one for one in library.escalation.values()}
    return found
