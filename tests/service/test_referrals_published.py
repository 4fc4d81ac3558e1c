"""What real messages of the standard have shown (NHSDigital's published examples, WCCG's builder), each as the shortest
message that shows it; nothing is copied from those messages but their shape."""

import copy
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from records.model import Call, CallBack, Case
from tests.bars import Service, as_update, referral, resource
from tests.desk import Desk
from triage.bars.bounds import NotReadable, parsed
from triage.bars.model import Referral, ReferralMessage
from triage.bars.reading import read

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
FLAGS = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"


def made(**changed: Any) -> dict[str, Any]:
    """A whole referral whose first resource of each kind has these parts changed; None takes one out."""
    sent = referral(NOW)
    for kind, parts in changed.items():
        held = resource(sent, kind)
        held.update(parts)
        for name in [name for name, value in held.items() if value is None]:
            del held[name]
    return sent


def flag(category: dict[str, Any], code: dict[str, Any]) -> dict[str, Any]:
    held = {"resourceType": "Flag", "status": "active", "category": [{"coding": [category]}], "code": code}
    return {"resource": held}


def at_desk(desk: Desk, sent: dict[str, Any], name: str = "North 999") -> Any:
    answer = Service(desk, name).sends(sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fresh(sent: dict[str, Any]) -> dict[str, Any]:
    """The same with a fullUrl of its own for each resource: it is transient, says the standard."""
    text = json.dumps(sent)
    for entry in sent["entry"]:
        if entry.get("fullUrl"):
            text = text.replace(entry["fullUrl"], f"urn:uuid:{uuid.uuid4()}")
    made: dict[str, Any] = json.loads(text)
    return made


# 1. The standard: a cancel is found by ServiceRequest.id, which the receiver gave. SERVREQ01, SERVREQ02.
@pytest.mark.parametrize("reason", ["update", "delete"])
def test_a_cancel_is_found_by_the_id_that_we_gave(sqlite_desk: Desk, reason: str) -> None:
    sent = made(ServiceRequest={"identifier": None}, Encounter={"identifier": None})
    ours = resource(at_desk(sqlite_desk, sent), "ServiceRequest")["id"]
    called_off = fresh(as_update(sent, reason))
    resource(called_off, "ServiceRequest").update({"id": ours, "status": "revoked"})
    called_off["entry"] = [
        one for one in called_off["entry"] if one["resource"]["resourceType"] not in ("Encounter", "CarePlan")
    ]
    answer = Service(sqlite_desk).sends(called_off)
    assert answer.status_code == 200, answer.text
    assert sqlite_desk.rows(Referral)[0].cancelled_at


def test_an_update_by_the_id_that_we_gave_is_no_second_case(sqlite_desk: Desk) -> None:
    sent = made(ServiceRequest={"identifier": None}, Encounter={"identifier": None})
    ours = resource(at_desk(sqlite_desk, sent), "ServiceRequest")["id"]
    changed = fresh(as_update(sent))
    resource(changed, "ServiceRequest")["id"] = ours
    at_desk(sqlite_desk, changed)
    assert len(sqlite_desk.rows(Case)) == 1


# 2. Nobody knows who they are (REFREQ8A), and the sender's template has one fullUrl, as all published examples have.
@pytest.mark.parametrize("second_is_known", [False, True])
def test_two_unknown_people_are_two_cases(sqlite_desk: Desk, second_is_known: bool) -> None:
    nobody = {"identifier": None, "name": None, "birthDate": None, "telecom": None, "address": None}
    one = made(Patient=nobody, ServiceRequest={"identifier": None})
    two = made(Patient={} if second_is_known else nobody, ServiceRequest={"identifier": None})
    two = json.loads(json.dumps(two).replace(two["entry"][1]["fullUrl"], one["entry"][1]["fullUrl"]))
    resource(two, "Location")["address"] = {"line": ["9 Other Street"], "postalCode": "LS2 7AA"}
    at_desk(sqlite_desk, one)
    answer = Service(sqlite_desk).sends(two)
    assert (answer.status_code, len(sqlite_desk.rows(Case))) == (200, 2), answer.text


def test_two_whose_name_stands_for_anybody_are_two_cases(sqlite_desk: Desk) -> None:
    nobody = {"identifier": None, "birthDate": None, "telecom": None, "name": [{"family": "Unknown"}]}
    one, two = (made(Patient=nobody, ServiceRequest={"identifier": None}) for _ in range(2))
    two = json.loads(json.dumps(two).replace(two["entry"][1]["fullUrl"], one["entry"][1]["fullUrl"]))
    at_desk(sqlite_desk, one)
    at_desk(sqlite_desk, two)
    assert len(sqlite_desk.rows(Case)) == 2


def test_the_number_that_we_gave_counts_before_the_names_that_they_gave(sqlite_desk: Desk) -> None:
    """Of two people under one name of the sender's the right one is called off."""
    called = {"identifier": [{"system": "https://north.example/id", "value": "1"}]}
    edith = made(ServiceRequest=called)
    ours = resource(at_desk(sqlite_desk, edith), "ServiceRequest")["id"]
    bob = made(ServiceRequest=called, Patient={"name": [{"text": "Bob Hill"}], "identifier": None})
    at_desk(sqlite_desk, bob)
    off = fresh(as_update(edith, "delete"))
    resource(off, "ServiceRequest").update({"id": ours, "status": "revoked"})
    off["entry"] = [one for one in off["entry"] if one["resource"]["resourceType"] != "Patient"]
    at_desk(sqlite_desk, off)
    assert [bool(one.cancelled_at) for one in sqlite_desk.rows(Referral)] == [True, False]


def test_of_two_bundles_in_one_message_nobody_is_lost(sqlite_desk: Desk) -> None:
    both = [{"resource": referral(NOW)}, {"resource": referral(NOW, name="Bob Hill")}]
    answer = Service(sqlite_desk).sends({"resourceType": "Parameters", "parameter": both})
    assert (answer.status_code, len(sqlite_desk.rows(ReferralMessage))) == (400, 1), "kept, and rings"


def test_a_message_that_breaks_off_stops_nothing() -> None:
    """Each of these took minutes, with everybody else waiting."""
    for cut in ('{"a":"' + '\\"' * 500_000, "[" * 61 + '"' + '\\"' * 500_000, '{"a":' + ", " * 500_000):
        with pytest.raises(NotReadable):
            parsed(cut.encode(), [])


# 3. Windows-1252: what came is not kept as it came, and nobody is told that a name is damaged.
def test_bytes_that_are_not_utf8_are_kept_and_said(sqlite_desk: Desk) -> None:
    raw = json.dumps(referral(NOW, name="Zoë O’Neill"), ensure_ascii=False).encode("cp1252")
    assert Service(sqlite_desk).sends(raw).status_code == 200
    message = sqlite_desk.rows(ReferralMessage)[-1]
    assert "\ufffd" not in (sqlite_desk.hub.db.seal.open(message.sealed) or ""), "the bytes are lost for good"
    assert any("The letters came as cp1252" in one for one in message.warnings)


# 4. REFREQ01 and the older 111-to-ED: `text` only says what kind of code it is, `display` what is wrong.
@pytest.mark.parametrize("where", ["CarePlan", "ServiceRequest"])
def test_what_is_wrong_is_read_beside_the_label_of_its_code(where: str) -> None:
    coded = {
        "coding": [{"code": "4389", "display": "Bleeding after an operation"}],
        "text": "Pathways Assessment SD Code",
    }
    parts = (
        {"activity": [{"outcomeCodeableConcept": [coded]}]}
        if where == "CarePlan"
        else {"reasonCode": [coded]}
    )
    assert "Bleeding after an operation" in read(made(**{where: parts})).need


# 5. FLA10: two codings are two concerns. And a category by its code alone is safeguarding all the same.
def test_every_coding_of_a_safeguarding_flag_is_said() -> None:
    sent = referral(NOW)
    both = [{"code": "1", "display": "Adult safeguarding concern"}, {"code": "2", "display": "Alleged abuse"}]
    sent["entry"].append(
        flag({"system": FLAGS, "code": "SG", "display": "Safeguarding Concern"}, {"coding": both})
    )
    assert "Alleged abuse" in " ".join(read(sent).safeguarding)


def test_safeguarding_is_known_by_its_code(sqlite_desk: Desk) -> None:
    sent = referral(NOW)
    sent["entry"].append(flag({"system": FLAGS, "code": "SG"}, {"coding": [{"display": "Child at risk"}]}))
    at_desk(sqlite_desk, sent)
    assert sqlite_desk.rows(Case)[0].safeguarding


# 6. VALREQ03 and WCCG's builder: the England code system says 01 for a number that is present and verified.
def test_an_nhs_number_with_status_01_is_verified() -> None:
    sent = referral(NOW)
    code = {
        "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
        "code": "01",
        "display": "Number present and verified",
    }
    resource(sent, "Patient")["identifier"][0]["extension"] = [
        {
            "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            "valueCodeableConcept": {"coding": [code]},
        }
    ]
    assert read(sent).person.is_verified


def _own(rank: int, relationship: list[Any]) -> dict[str, Any]:
    return {
        "extension": [{"url": "x/Extension-UKCore-ContactRank", "valuePositiveInt": rank}],
        "relationship": relationship,
        "telecom": [{"system": "phone", "value": "07700 900123"}],
    }


# 7. The person's own number stands in Patient.contact: ONESELF (REFREQ01, 03, 04, 8D), or no relation (VALREQ03).
@pytest.mark.parametrize("relationship", [[{"coding": [{"code": "ONESELF", "display": "self"}]}], []])
def test_ones_own_contact_is_the_person_themselves(sqlite_desk: Desk, relationship: list[Any]) -> None:
    at_desk(sqlite_desk, made(Patient={"telecom": None, "contact": [_own(1, relationship)]}))
    call = sqlite_desk.rows(Call)[0]
    assert (call.caller_name, call.caller_relation) == ("Edith Marsh", "the person themselves")


def test_contacts_are_rung_by_their_rank(sqlite_desk: Desk) -> None:
    """REFREQ8D: the person is in cardiac arrest; who rang for them has rank 1, and comes second in the list."""
    near = {**_own(1, [{"text": "who rang 999"}]), "name": {"text": "Jack"}}
    near["telecom"] = [{"system": "phone", "value": "07700 900456"}]
    oneself = _own(2, [{"coding": [{"code": "ONESELF"}]}])
    at_desk(sqlite_desk, made(Patient={"telecom": None, "contact": [oneself, near]}))
    assert sqlite_desk.rows(CallBack)[0].ways[0] == "+447700900456"


# 8. REFREQ01: the first Practitioner is the person's own GP, who sent nothing; the requester is another one.
def test_the_persons_gp_is_not_the_sender() -> None:
    sent = made(ServiceRequest={"requester": {"reference": "urn:uuid:clerk"}})
    for name, number in (("gp", "0113 496 0001"), ("clerk", "0113 496 0002")):
        held = {"resourceType": "Practitioner", "telecom": [{"system": "phone", "value": number}]}
        sent["entry"].append({"fullUrl": f"urn:uuid:{name}", "resource": held})
    assert read(sent).organisation_numbers == ("0113 496 0999", "0113 496 0002")


# 9. REFREQ8A, 04, 06: what nobody reads, and nobody is told of.
ANSWER = {
    "resourceType": "QuestionnaireResponse",
    "item": [
        {"text": "Is the patient breathing?", "answer": [{"valueCoding": {"display": "Not breathing"}}]}
    ],
}
NOTE = {"resourceType": "Communication", "payload": [{"contentString": "Not breathing: CPR has started"}]}
DONE = {"resourceType": "Procedure", "code": {"text": "Not breathing: resuscitated"}}
ASKED = {"resourceType": "Task", "code": {"text": "x"}, "description": "Not breathing well: visit today"}


@pytest.mark.parametrize("held", [ANSWER, NOTE, DONE, ASKED], ids=lambda held: str(held["resourceType"]))
def test_what_is_not_read_is_read_or_said(held: dict[str, Any]) -> None:
    sent = referral(NOW)
    sent["entry"].append({"resource": held})
    before, found = read(referral(NOW)), read(sent)
    said = " ".join((found.need, *found.facts, *found.warnings[len(before.warnings) :]))
    assert "Not breathing" in said or held["resourceType"] in said


def test_the_presenting_complaint_is_what_is_wrong(sqlite_desk: Desk) -> None:
    sent = made(CarePlan={"activity": None})
    complaint = {"resourceType": "Condition", "category": [{"coding": [{"code": "33962009"}]}]}
    sent["entry"].append({"resource": {**complaint, "code": {"text": "Arrest"}}})
    at_desk(sqlite_desk, sent)
    assert "Arrest" in sqlite_desk.rows(Case)[0].need_words


def test_a_blood_pressure_has_its_numbers() -> None:
    sent = referral(NOW)
    parts = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 84, "unit": "mmHg"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 50, "unit": "mmHg"}},
    ]
    held = {"resourceType": "Observation", "code": {"text": "Blood pressure"}, "component": parts}
    sent["entry"].append({"resource": held})
    assert "84" in " ".join(read(sent).facts)


# 10. REFREQ04, 8A: the caller's place, the incident's, and the service's own.
def _place(name: str, code: str = "") -> dict[str, Any]:
    held: dict[str, Any] = {"resourceType": "Location", "name": name}
    return {**held, "type": [{"coding": [{"code": code}]}]} if code else held


def _without_place() -> dict[str, Any]:
    sent = made(ServiceRequest={"locationReference": None})
    sent["entry"] = [one for one in sent["entry"] if one["resource"]["resourceType"] != "Location"]
    return sent


def test_the_incident_is_not_where_the_caller_is() -> None:
    sent = _without_place()
    for name, code in (("Where the caller stands", "CLOC"), ("Where they lie", "ILOC")):
        sent["entry"].append({"fullUrl": f"urn:uuid:{code}", "resource": _place(name, code)})
    assert read(sent).spot.address == "Where they lie"


def test_the_encounter_says_where_too() -> None:
    sent = _without_place()
    for name in ("elsewhere", "here"):
        sent["entry"].append({"fullUrl": f"urn:uuid:{name}", "resource": _place(name)})
    resource(sent, "Encounter")["location"] = [
        {"location": {"reference": "urn:uuid:here"}, "status": "active"}
    ]
    assert read(sent).spot.address == "here"


def test_the_services_own_place_is_not_where_the_person_is() -> None:
    """The old POST-body: a HealthcareService with its Location."""
    sent = _without_place()
    service = {"resourceType": "HealthcareService", "location": [{"reference": "urn:uuid:ed"}]}
    sent["entry"] += [
        {"fullUrl": "urn:uuid:ed", "resource": _place("Emergency Department")},
        {"resource": service},
    ]
    assert not read(sent).spot.is_known


# 11. Flags of any kind stand before the one that says the scene is unsafe, and push it out; nothing is said.
@pytest.mark.parametrize(("many", "length"), [(12, 10), (3, 180)])
def test_an_unsafe_scene_is_never_pushed_out(sqlite_desk: Desk, many: int, length: int) -> None:
    sent = referral(NOW)
    sent["entry"] = [one for one in sent["entry"] if one["resource"]["resourceType"] != "Flag"]
    for nth in range(many):
        other = {"text": f"{nth} {'a wish ' * 40}"[:length]}
        sent["entry"].append(flag({"code": "RS", "display": "Rejected Services"}, other))
    sent["entry"].append(flag({"code": "SS", "display": "Scene Safety"}, {"text": "The scene is unsafe"}))
    at_desk(sqlite_desk, sent)
    case, message = sqlite_desk.rows(Case)[0], sqlite_desk.rows(ReferralMessage)[0]
    assert "The scene is unsafe" in case.access_words, message.warnings


# 12. REFREQ04: one consultation summary alone is longer than what is read; its end is cut off and nobody is told.
def test_what_did_not_fit_is_said() -> None:
    told = [{"text": "a" * 2500 + " He has a knife."}]
    found = read(made(CarePlan={"activity": [{"outcomeCodeableConcept": told}]}))
    assert "knife" in found.need or any("long" in one or "cut" in one for one in found.warnings)


# 13. Sent back, though a human could use it (each is kept, with an alarm).
def _small(*more: dict[str, Any], **patient: Any) -> dict[str, Any]:
    entries = [{"resource": {"resourceType": "Patient", **patient}}, *({"resource": one} for one in more)]
    return {"resourceType": "Bundle", "type": "message", "entry": entries}


def _typed(change: Any) -> dict[str, Any]:
    sent = referral(NOW)
    for one in sent["entry"]:
        one["resource"]["resourceType"] = change(one["resource"]["resourceType"])
    return sent


def _in_parameters() -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": referral(NOW)}]}


USABLE: dict[str, Any] = {
    "a home and a birth date": _small(birthDate="1941-07-03", address=[{"line": ["12 Oak Road"]}]),
    "a condition": _small({"resourceType": "Condition", "code": {"text": "Fall, cannot get up"}}),
    "kinds in small letters": _typed(str.lower),
    "bundle in small letters": {**referral(NOW), "resourceType": "bundle"},
    "the Bundle in Parameters": _in_parameters(),
    "the Bundle in a list": [referral(NOW)],
    "a line break within words": json.dumps(referral(NOW))
    .replace("Fell at noon. ", "Fell at noon.\n")
    .encode(),
    "a tab within words": json.dumps(referral(NOW)).replace("Fell at noon. ", "Fell at noon.\t").encode(),
    "UTF-16": json.dumps(referral(NOW)).encode("utf-16"),
    "a comma too many": json.dumps(referral(NOW)).replace("}]", "},]", 1).encode(),
}


@pytest.mark.parametrize("name", USABLE)
def test_what_a_human_could_use_is_not_sent_back(sqlite_desk: Desk, name: str) -> None:
    answer = Service(sqlite_desk).sends(USABLE[name])
    assert answer.status_code == 200, answer.text


# 14. WCCG: priority stat, asap or urgent; and order details that have codes alone are not what is wrong.
def test_the_senders_priority_is_said() -> None:
    found = read(made(ServiceRequest={"priority": "stat"}))
    assert "stat" in " ".join((found.need, *found.facts, *found.warnings))


# 15. A telephone number with words around it is lost without a word; that there is none at all is not said either.
@pytest.mark.parametrize(
    "said",
    [
        "07700 900123 (daughter Ann)",
        "07700 900123 or 0113 496 0812",
        "07700 900123 DO NOT RING",
        "from 2024-01-15: 07700 900123",
        "Do NOT ring, husband listens: 07700 900123",
        "none",
        "",
    ],
)
def test_a_number_that_cannot_be_rung_is_said(sqlite_desk: Desk, said: str) -> None:
    """S17: words beside a number are for a human to read."""
    telecom = [{"system": "phone", "value": said}] if said else None
    at_desk(sqlite_desk, made(Patient={"telecom": telecom}))
    message, back = sqlite_desk.rows(ReferralMessage)[0], sqlite_desk.rows(CallBack)[0]
    assert "No telephone number came by which they can be reached: ring the sender." in message.warnings
    assert back.ways[0] == "+441134960999", "whoever sent it"


def test_a_neighbours_number_is_not_their_own(sqlite_desk: Desk) -> None:
    near = {
        "relationship": [{"text": "Neighbour"}],
        "telecom": [{"system": "phone", "value": "07700 900321"}],
    }
    at_desk(sqlite_desk, made(Patient={"telecom": None, "contact": [near]}))
    assert sqlite_desk.rows(Call)[0].caller_relation == "Neighbour"


# 16. What is marked as old, or has ended, is taken before what holds; that they have died is not read.
def test_old_names_and_addresses_are_old() -> None:
    sent = made(
        Patient={
            "name": [{"use": "old", "text": "Miss Once"}, {"text": "Mrs Now"}],
            "address": [{"use": "old", "line": ["1 Old Road"]}, {"line": ["2 New Road"]}],
            "telecom": [{"system": "phone", "value": "1", "use": "old"}, {"system": "phone", "value": "2"}],
        }
    )
    person = read(sent).person
    assert (person.name, person.home, person.numbers[0]) == ("Mrs Now", "2 New Road", "2")


def test_that_somebody_has_died_is_said() -> None:
    before, found = read(referral(NOW)), read(made(Patient={"deceasedDateTime": "2026-03-03"}))
    assert found.warnings != before.warnings


# 17. A day of birth with a time, or as digits, can be read.
@pytest.mark.parametrize("born", ["1941-07-03T00:00:00Z", "1941-07-03T00:00:00+01:00", "19410703"])
def test_a_day_of_birth_with_a_time_is_read(sqlite_desk: Desk, born: str) -> None:
    at_desk(sqlite_desk, made(Patient={"birthDate": born}))
    assert str(sqlite_desk.rows(Case)[0].born) == "1941-07-03"


# 18. The use case's category stands first, the workflow's second, and no definition came.
def test_validation_is_read_wherever_it_stands() -> None:
    codes = [{"code": "a4t1", "display": "999-CAS Validation"}, {"code": "validation"}]
    assert read(made(ServiceRequest={"category": [{"coding": codes}]})).is_validation


# 19. REFREQ03, 06: `\n` in two letters; four address lines as one.
def test_words_and_lines_can_be_read() -> None:
    told = [{"text": "Symptoms: constipation\\n\\n Concerns: straining\\n"}]
    sent = made(CarePlan={"activity": [{"outcomeCodeableConcept": told}]})
    resource(sent, "Location")["address"] = {"line": ["Flat 2", "3 Mill Lane"], "city": "Leeds"}
    found = read(sent)
    assert "\\n" not in found.need
    assert "Flat 2, 3 Mill Lane, Leeds" in found.spot.address


# 20. A time that came and cannot be read is said not to have come; one without a time or a zone is believed.
def test_a_time_that_cannot_be_read_did_come(sqlite_desk: Desk) -> None:
    at_desk(sqlite_desk, made(ServiceRequest={"occurrencePeriod": {"end": "04/03/2026 16:00"}}))
    message = sqlite_desk.rows(ReferralMessage)[0]
    assert "No time came by which it is wanted." not in message.warnings


def test_a_start_that_cannot_be_read_is_looked_for_further() -> None:
    """S1."""
    sent = made(CarePlan={"period": None}, Encounter={"period": {"start": "4 March"}})
    resource(sent, "ServiceRequest")["authoredOn"] = "2026-03-04T12:00:00Z"
    assert read(sent).starts_at == datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_a_bare_priority_helps_nobody() -> None:
    asks = {"resourceType": "ServiceRequest", "priority": "urgent"}
    assert not read({"resourceType": "Bundle", "entry": [{"resource": asks}]}).is_usable


@pytest.mark.parametrize("start", ["2026-03-04", "2026-03-04T13:50:00"])
def test_a_start_without_time_or_zone_is_said(sqlite_desk: Desk, start: str) -> None:
    whole = copy.deepcopy(referral(NOW))
    at_desk(sqlite_desk, whole, "South 111")
    at_desk(sqlite_desk, made(CarePlan={"period": {"start": start}}))
    whole_one, odd = sqlite_desk.rows(ReferralMessage)
    assert odd.warnings != whole_one.warnings
    assert NOW - timedelta(hours=1) < sqlite_desk.rows(Case)[-1].clock_start
