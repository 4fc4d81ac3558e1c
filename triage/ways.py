"""The front, the first questions of every call: which protocol a call begins with, and the ways on from there. Pure.

A disposition of the front that is named like a protocol of the place means: go on with that protocol. It asks for
nobody and never decides how soon somebody comes, so the front alone is never the end of a call.
"""

from hub.errors import Conflict, Refused
from protocols.loader import Library
from protocols.model import TriageProtocol
from protocols.verdict import Verdict
from records.model import Case

FRONT = "front"
ALARM = "alarm"
"""The house's need of a telecare alarm, which has first questions of its own."""


def begins_with(library: Library, case: Case) -> TriageProtocol:
    """The protocol of a call for which nobody has chosen one. Raises `Refused` where somebody must choose."""
    found = _beginning(library, case)
    if found is None:
        raise Refused("This place has no first questions for every call. Choose a protocol.")
    return found


def _beginning(library: Library, case: Case) -> TriageProtocol | None:
    alarm = next((one for one in library.triage.values() if one.need == ALARM), None)
    if alarm is not None and case.need == library.house.needs.get(ALARM):
        return alarm
    return library.triage.get(FRONT)


def ways(library: Library, verdict: Verdict) -> tuple[str, ...]:
    """The protocols that the front's answers lead to, in the front's order; none for any other protocol."""
    if verdict.protocol != FRONT:
        return ()
    fired = [one.disposition.id for one in verdict.fired]
    return tuple(name for name in fired if name != FRONT and name in library.triage)


def asks_for_somebody(library: Library, verdict: Verdict) -> bool:
    """Whether anything fired beside ways on: a clinician, or 999."""
    return len(ways(library, verdict)) < len(verdict.fired)


def the_one_way(library: Library, verdict: Verdict) -> str | None:
    """The protocol to go on with by itself; None where somebody must choose, or where it is 999 or not for them."""
    found = ways(library, verdict)
    if len(found) != 1 or not verdict.finished or verdict.rank == 0 or verdict.refusal:
        return None
    return found[0]


def must_not_end_here(library: Library, verdict: Verdict) -> None:
    """Raises `Conflict` where the front alone would be the end: nothing would be owed to the caller."""
    if ways(library, verdict) and not asks_for_somebody(library, verdict):
        raise Conflict("These are only the first questions. Choose the protocol that it goes on with.")


def chosen_from(library: Library) -> list[TriageProtocol]:
    """What a handler may choose, the most frequent first: every protocol but the front, which leads to them."""
    return [one for one in library.triage.values() if one.protocol != FRONT]


def begin_button(library: Library, case: Case | None) -> str:
    """The title of what a call begins with where nobody chooses; empty where somebody must."""
    found = _beginning(library, case) if case is not None else None
    return found.title if found is not None else ""
