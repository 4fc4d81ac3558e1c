"""What a disposition asks for, as FHIR ActivityDefinitions: its response as a whole, and a task for each position."""

from collections.abc import Iterator

from protocols.exchange.names import (
    UCUM,
    Resource,
    head,
    present,
    priority_concept,
    request_priority,
    with_version,
)
from protocols.model import Disposition, House, PlannedPosition, TriageProtocol


def activities(protocol: TriageProtocol, house: House, base: str) -> Iterator[Resource]:
    for disposition in protocol.dispositions:
        yield _response(disposition, protocol, house, base)
        for position in dict.fromkeys(disposition.positions):
            yield _task(position, disposition, protocol, house, base)


def _response(disposition: Disposition, protocol: TriageProtocol, house: House, base: str) -> Resource:
    parts = dict.fromkeys(_part(disposition, position) for position in disposition.positions)
    composed = [
        {"type": "composed-of", "resource": with_version(protocol, base, "ActivityDefinition", part)}
        for part in parts
    ]
    return {
        **head(protocol, base, "ActivityDefinition", disposition.id),
        **present(
            title=disposition.title,
            description=disposition.response,
            relatedArtifact=composed,
            kind="ServiceRequest",
            intent="proposal",
            participant=[_participant(one.kind, house, base) for one in disposition.positions],
        ),
        **_when(disposition, house, base),
    }


def _task(
    position: PlannedPosition, disposition: Disposition, protocol: TriageProtocol, house: House, base: str
) -> Resource:
    """Somebody of one kind: they are asked one by one, each for as many as the response names."""
    kind = house.position(position.kind)
    waits = "May set off before a clinician's word while 999 is on its way."
    return {
        **head(protocol, base, "ActivityDefinition", _part(disposition, position)),
        **present(
            title=f"{kind.title}: {disposition.title}",
            description=waits if position.with_999 else None,
            kind="Task",
            intent="proposal",
            participant=[_participant(position.kind, house, base)],
        ),
        **_when(disposition, house, base),
    }


def _part(disposition: Disposition, position: PlannedPosition) -> str:
    return f"{disposition.id}-{position.kind}{'-with-999' if position.with_999 else ''}"


def _when(disposition: Disposition, house: House, base: str) -> Resource:
    """How urgent it is, and at the latest how long after the clock's start."""
    minutes = house.priority(disposition.priority).target_min
    return present(
        priority=request_priority(house, disposition.priority),
        code=priority_concept(house, disposition.priority, base),
        timingRange=minutes and {"high": {"value": minutes, "unit": "min", "system": UCUM, "code": "min"}},
    )


def _participant(kind: str, house: House, base: str) -> Resource:
    found = house.position(kind)
    code = {"system": f"{base}/CodeSystem/position", "code": kind, "display": found.title}
    skills = ", ".join(skill.replace("_", " ") for skill in found.skills)
    return {
        "type": "practitioner",
        "role": present(coding=[code], text=f"{found.title} ({skills})" if skills else found.title),
    }
