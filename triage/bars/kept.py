"""What is kept of a referral beside its case, for people to read and for answers to give back. Pure."""

import json
from typing import Any

from hub.bodies import as_kept
from hub.door_codes import cut
from records.fhir.shapes import Resource
from triage.bars.reading import Read

GIVEN_BACK = (
    "identifier",
    "basedOn",
    "category",
    "priority",
    "code",
    "subject",
    "encounter",
    "occurrencePeriod",
    "authoredOn",
    "requester",
    "performer",
    "locationReference",
    "reasonCode",
)
MOST_GIVEN_BACK = 4000


def facts_of(found: Read) -> Resource:
    """What people read beside the case, and what answers are made of, without any key-safe code (S19)."""
    person, spot = found.person, found.spot
    facts = {
        "request": _coded(found.request),
        "bundle_id": found.bundle_id,
        "endpoint": found.endpoint,
        "encounter_identifier": found.encounter_identifier,
        "nhs_number": person.nhs_number,
        "name": person.name,
        "born": person.born,
        "gender": person.gender,
        "numbers": list(person.numbers),
        "contacts": [[one.name, one.relation, *one.numbers] for one in found.contacts],
        "where": spot.in_words() or person.home,
        "postcode": spot.postcode or person.home_postcode,
        "uprn": spot.uprn,
        "spot": [spot.latitude, spot.longitude] if spot.latitude is not None else [],
        "scene": [*found.scene, *found.flags],
        "safeguarding": list(found.safeguarding),
        "facts": list(found.facts),
        "organisation_numbers": list(found.organisation_numbers),
        "need": found.need,
    }
    return {name: without_codes(value) for name, value in facts.items()}


def _coded(request: Resource) -> Resource:
    """What answers give back of the request: what is coded, never its free words."""
    kept = {name: request[name] for name in GIVEN_BACK if name in request}
    return {name: value for name, value in kept.items() if len(json.dumps(value)) < MOST_GIVEN_BACK}


def without_codes(value: Any) -> Any:
    """For eyes and answers: each text within it as the hub keeps words (S19)."""
    if isinstance(value, str):
        return cut(as_kept(value)).words
    if isinstance(value, dict):
        return {as_kept(name): without_codes(held) for name, held in value.items()}
    return [without_codes(one) for one in value] if isinstance(value, list) else value
