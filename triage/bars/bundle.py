"""A Bundle's resources, found by kind and by whatever name they are referred to. Pure."""

from typing import Any

from records.fhir.shapes import Resource, first, objects, things, words


class Parts:
    """What is in a message, in its order."""

    def __init__(self, bundle: Resource) -> None:
        self.all: list[tuple[str, Resource]] = []
        for entry in objects(bundle.get("entry")):
            held = [entry] if isinstance(entry.get("resourceType"), str) else objects(entry.get("resource"))
            for resource in held:
                self.all.append((words(entry.get("fullUrl"), 300), resource))
                self.all += [("", inner) for inner in objects(resource.get("contained"))]
        self._named: dict[str, Resource] = {}
        for full_url, resource in self.all:
            own, kind = words(resource.get("id"), 100), kind_of(resource)
            for name in (full_url, f"{kind}/{own}" if own else "", own, f"urn:uuid:{own}" if own else ""):
                if name:
                    self._named.setdefault(name, resource)

    def of(self, kind: str) -> list[Resource]:
        return [resource for _, resource in self.all if kind_of(resource) == kind]

    def one(self, kind: str) -> Resource:
        return next(iter(self.of(kind)), {})

    def meant(self, reference: Any, kind: str) -> Resource:
        """What is referred to, where it is of this kind; empty where nothing is found."""
        for one in things(reference):
            named = words(one.get("reference") if isinstance(one, dict) else one, 300)
            found = self._named.get(named) or self._named.get(named.removeprefix("#"))
            if found is not None and kind_of(found) == kind:
                return found
        return {}

    def full_url(self, resource: Resource) -> str:
        return next((url for url, one in self.all if one is resource), "")


KINDS = frozenset(
    {
        "AllergyIntolerance",
        "Bundle",
        "CarePlan",
        "Communication",
        "Condition",
        "Consent",
        "Encounter",
        "Flag",
        "HealthcareService",
        "Location",
        "MedicationStatement",
        "MessageHeader",
        "Observation",
        "Organization",
        "Parameters",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "QuestionnaireResponse",
        "RelatedPerson",
        "ServiceRequest",
        "Task",
    }
)
"""Those of which anything is read."""
_AS_WRITTEN = {kind.lower(): kind for kind in KINDS}


def kind_of(resource: Resource) -> str:
    """As FHIR writes it, whatever letters it came in."""
    kind = words(resource.get("resourceType"), 60)
    return _AS_WRITTEN.get(kind.lower(), kind)


def identifiers(resource: Resource) -> list[str]:
    """`system|value` of each."""
    found = [
        (words(one.get("system"), 120), words(one.get("value"), 70))
        for one in objects(resource.get("identifier"))
    ]
    return [f"{system}|{value}" for system, value in found if value]


def header_of(parts: Parts) -> Resource:
    return first(parts.one("MessageHeader"))
