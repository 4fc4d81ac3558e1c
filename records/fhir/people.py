"""A person and their plans, from the hub's own record, as FHIR R4. Pure.

No telephone number (S17), no address, no way in and no code of a door (S15, S19) is read here, and no name of staff.
"""

from datetime import datetime

from records.fhir.written import NHS_NUMBER, Resource, instant
from records.people.fact_model import Fact
from records.people.model import NHS_NUMBER as OUR_NHS_NUMBER
from records.people.model import Identifier, Verified
from records.people.rules import is_over
from records.people.store import Record


def patient(record: Record) -> Resource:
    """Two dates of birth that disagree are none: unknown."""
    made: Resource = {"resourceType": "Patient", "id": str(record.person.key), "active": True}
    good = [one for one in record.identifiers if not one.in_error]
    if good:
        made["identifier"] = [_identifier(one) for one in good]
    if record.name:
        made["name"] = [{"text": record.name}]
    if len(record.born) == 1:
        made["birthDate"] = record.born[0].isoformat()
    if record.died is not None:
        made["deceasedDateTime"] = record.died.isoformat()
    return made


def replaced(person_id: int, by: int) -> Resource:
    """Somebody who turned out to be another."""
    other = {"other": {"reference": f"Patient/{by}"}, "type": "replaced-by"}
    return {"resourceType": "Patient", "id": str(person_id), "active": False, "link": [other]}


def _identifier(one: Identifier) -> Resource:
    """`temp`: nobody has made sure yet that it is theirs."""
    system = NHS_NUMBER if one.system == OUR_NHS_NUMBER else one.system
    use = "temp" if one.verified is Verified.not_verified else "official"
    named = {"system": system} if "://" in system or system.startswith("urn:") else {"type": {"text": system}}
    return {"use": use, **named, "value": one.value}


def care_plan(fact: Fact, person: int, now: datetime, *, with_words: bool) -> Resource:
    """`with_words`: nothing speaks against saying what it says (S17)."""
    made: Resource = {
        "resourceType": "CarePlan",
        "id": str(fact.key),
        "meta": {"lastUpdated": instant(fact.recorded_at)},
        "status": "completed" if is_over(fact, now) else "active",
        "intent": "plan",
        "title": fact.about,
        "subject": {"reference": f"Patient/{person}"},
        "created": fact.dated.isoformat() if fact.dated else instant(fact.recorded_at),
    }
    if fact.valid_until is not None:
        made["period"] = {"end": instant(fact.valid_until)}
    if with_words:
        said = " – ".join(one for one in (fact.value, fact.words) if one)
        if said:
            made["description"] = said
        if fact.full_text:
            made["supportingInfo"] = [{"display": fact.full_text}]
        if fact.source:
            made["author"] = {"display": fact.source}
    return made
