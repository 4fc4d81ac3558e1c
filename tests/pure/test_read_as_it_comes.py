"""Resources as real records have them: what was lost or misread of public examples, and must not be again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from records.fhir.medicines import named
from records.fhir.read_facts import read
from records.fhir.read_patient import facts_of, patient_of
from records.fhir.read_plans import contacts_of
from records.fhir.snomed import SNOMED
from tests.fhir_server.known_there import concept, of
from tests.pure.test_read_facts import allergy, condition, medicine, one, states

UK = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def coded(code: str, system: str = SNOMED, **more: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **more}]}


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "maureen", **more}


def told(resource: dict[str, Any]) -> set[tuple[str, str]]:
    found = patient_of(resource)
    assert found is not None
    return {(fact.about, fact.value) for fact in facts_of(resource, found)}


def nothing(resource: dict[str, Any]) -> bool:
    found, whole = read(resource["resourceType"], [resource], "maureen", "9990000018")
    return whole and found == []


# --- who they are, and how to talk with them --------------------------------------------------------------------------


def test_an_interpreter_is_needed_however_it_is_said() -> None:
    careconnect = {
        "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-NHSCommunication-1",
        "extension": [
            {"url": "language", "valueCodeableConcept": coded("fr", "x", display="French")},
            {"url": "interpreterRequired", "valueBoolean": True},
        ],
    }
    assert told(patient(extension=[careconnect])) == {("language", "French"), ("interpreter", "needed")}
    hl7 = {"url": f"{HL7}patient-interpreterRequired", "valueBoolean": True}
    assert told(patient(extension=[hl7])) == {("interpreter", "needed")}
    assert told(patient(extension=[{**hl7, "valueBoolean": False}])) == set()


def test_how_they_want_to_be_written_to_and_called() -> None:
    braille = {
        "url": f"{UK}ContactPreference",
        "extension": [
            {
                "url": "PreferredWrittenCommunicationFormat",
                "valueCodeableConcept": coded("11", "x", display="Braille"),
            },
            {"url": "PreferredContactTimes", "valueString": "Not after 7pm"},
        ],
    }
    they = {
        "url": f"{HL7}individual-pronouns",
        "extension": [{"url": "value", "valueCodeableConcept": coded("LA29520-6", "x", display="they/them")}],
    }
    assert told(patient(extension=[braille, they])) == {
        ("writing", "Braille"),
        ("when to reach them", "Not after 7pm"),
        ("pronouns", "they/them"),
    }


def test_next_of_kin_on_the_patient_are_whom_to_ring() -> None:
    jane = {
        "relationship": [coded("C", "http://terminology.hl7.org/CodeSystem/v2-0131")],
        "name": {"text": "Jane Jackson"},
        "telecom": [
            {"system": "phone", "value": "01632 960001", "use": "old"},
            {"system": "phone", "value": "01632 960587", "rank": 2},
            {"system": "phone", "value": "07700 900321", "rank": 1},
        ],
    }
    over = {"name": {"text": "Tom"}, "period": {"end": "2020-01-01"}}
    later = {"name": {"text": "Ada"}, "period": {"end": "2099-01-01"}}
    found, tom, ada = contacts_of(patient(contact=[jane, over, later, {"telecom": []}, "x"]))
    now = datetime(2026, 11, 27, tzinfo=UTC)
    assert (tom.is_over(now), ada.is_over(now)) == (True, False)
    assert (found.name, found.relation, found.number) == (
        "Jane Jackson",
        "emergency contact",
        "+447700900321",
    )


# --- medicines --------------------------------------------------------------------------------------------------------


def test_a_medicine_in_a_resource_of_its_own_has_its_name_and_its_dose() -> None:
    request = of("MedicationRequest", "1", status="active", medicationReference={"reference": "Medication/m"})
    request["dosageInstruction"] = [
        {
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
        }
    ]
    drug = {"resourceType": "Medication", "id": "m", "code": concept("Apixaban 5 mg tablets")}
    (both,) = named([request, drug])
    found = one(both)
    assert (found.about, found.value, found.words) == (
        "blood thinner",
        "Apixaban 5 mg tablets",
        "5 mg 2 times every day",
    )
    alone = one(request)
    assert alone.about == "a medicine whose name could not be read"
    assert alone.words == "5 mg 2 times every day"


def test_what_is_not_to_be_given_is_no_medicine_of_theirs() -> None:
    found = one({**medicine("Warfarin 1mg", "active", "MedicationRequest"), "doNotPerform": True})
    assert found.about == "not to be given: warfarin 1mg"


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("Eliquis 5mg", "blood thinner"),
        ("Clexane 80mg", "blood thinner"),
        ("Humulin M3", "diabetes medicine"),
        ("Zapain", "opioid"),
    ],
)
def test_a_medicine_by_its_brand(name: str, about: str) -> None:
    assert one(medicine(name, "active")).about == about


def test_a_name_is_without_the_kind_of_its_concept() -> None:
    assert one(condition("Gout (disorder)", "90560007")).about == "gout"


def test_on_hold_is_not_sure_and_says_so() -> None:
    found = one(medicine("Warfarin", "on-hold", "MedicationRequest"))
    assert (found.about, found.confidence, found.words) == ("blood thinner", "unsure", "on hold")


# --- plans ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "resource",
    [
        of("Flag", "1", status="active", code=coded("450476008", display="Not for attempted CPR")),
        condition("Not for attempted CPR", "450476008", **states("active")),
        of("Observation", "1", status="final", code=coded("450476008")),
        of(
            "Observation",
            "1",
            status="final",
            code=coded("304251008", display="Resuscitation status"),
            valueCodeableConcept=coded("450476008"),
        ),
        of(
            "Consent",
            "1",
            status="active",
            category=[concept("Patient consent"), {"coding": [{"code": "dnr"}]}],
        ),
    ],
)
def test_do_not_attempt_resuscitation_is_a_plan_in_whatever_resource_it_comes(
    resource: dict[str, Any],
) -> None:
    found = one(resource)
    assert (found.kind, found.about, found.says) == ("plan", "do not attempt resuscitation", "present")


@pytest.mark.parametrize(
    "text",
    [
        "DNACPR rescinded",
        "DNACPR withdrawn 3 March",
        "DNACPR not in place",
        "DNACPR: No",
        "Previous DNACPR no longer valid",
        "No DNACPR",
        "DNACPR: none",
        "DNACPR not completed",
        "Never had a DNACPR",
        "Not for DNACPR",
        "DNR removed",
        "Do not attempt resuscitation decision not made",
        "For full resuscitation. No DNACPR.",
        "ReSPECT form not completed",
        "No advance care plan",
    ],
)
def test_a_plan_that_is_none_any_more_is_none(text: str) -> None:
    assert one(of("CarePlan", "1", status="active", title=text)).about == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "DNACPR in place following discussion with family",
        "Patient declined CPR - DNACPR in place",
        "Not for attempted cardiopulmonary resuscitation",
    ],
)
def test_a_plan_with_words_beside_it_is_one(text: str) -> None:
    found = one(of("CarePlan", "1", status="active", title=text))
    assert (found.about, found.value) == ("do not attempt resuscitation", text)


def test_of_decisions_about_resuscitation_the_newest_counts_and_a_no_is_none() -> None:
    status: dict[str, Any] = {"status": "final", "code": coded("304251008")}
    old = of(
        "Observation", "1", effectiveDateTime="2020-01-01", valueCodeableConcept=coded("450476008"), **status
    )
    new = of(
        "Observation", "2", effectiveDateTime="2026-01-01", valueCodeableConcept=coded("450475007"), **status
    )
    found, _ = read("Observation", [old, new], "maureen", None)
    assert [one.about for one in found] == ["attempt resuscitation"]
    said_no = of("Observation", "3", status="final", code=coded("450476008"), valueBoolean=False)
    assert one(said_no).about == "450476008: no"


def test_what_is_to_be_done_stands_in_the_activities_of_a_care_plan() -> None:
    activities = [
        {"detail": {"status": "scheduled", "description": "Wants to avoid hospital if possible"}},
        {"detail": {"status": "cancelled", "description": "Weekly visit"}},
    ]
    found = one(of("CarePlan", "1", status="active", title="End of life care plan", activity=activities))
    assert found.words == "Wants to avoid hospital if possible"
    assert one(of("CarePlan", "1", status="active", activity=activities)).about == (
        "wants to avoid hospital if possible"
    )


def test_of_a_respect_form_no_answer_about_resuscitation_is_lost() -> None:
    filler = [{"text": f"Question {n}", "answer": [{"valueString": "something"}]} for n in range(14)]
    nested = {
        "text": "Recommendations",
        "answer": [
            {
                "valueString": "See below",
                "item": [{"text": "CPR attempts recommended", "answer": [{"valueBoolean": False}]}],
            }
        ],
    }
    form = of("QuestionnaireResponse", "1", status="completed", questionnaire="https://x/ReSPECT")
    found = one({**form, "item": [*filler, nested]})
    assert found.words.startswith("CPR attempts recommended: no; ")
    assert found.words.endswith("and 4 more answers")


def test_a_document_is_called_by_its_type_before_its_description() -> None:
    found = one(
        of(
            "DocumentReference",
            "1",
            status="current",
            type=concept("Mental health crisis plan"),
            description="Physical",
        )
    )
    assert (found.about, found.words) == ("mental health crisis plan", "Physical")


def test_an_end_that_was_given_is_said_and_hides_nothing_that_stands() -> None:
    plan = of("CarePlan", "1", status="active", title="DNACPR", period={"end": "2021-06-01"})
    found = one(plan)
    assert (found.over, found.until, found.words) == (False, "", "given until 01 Jun 2021")


# --- conditions, allergies, scores, warnings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Family history of diabetes mellitus", "family history of diabetes mellitus"),
        ("FH: Breast cancer", "fh: breast cancer"),
        ("Carer of person with dementia", "carer of person with dementia"),
        ("Cervical cancer screening declined", "cervical cancer screening declined"),
        ("Malignant hypertension", "malignant hypertension"),
        ("Pre-diabetes", "pre-diabetes"),
        ("Able to transfer without hoist", "able to transfer without hoist"),
        ("Diabetes mellitus without complication", "diabetes"),
        ("Dementia, memory clinic declined", "dementia"),
        ("On chemotherapy, at risk of neutropenic sepsis", "chemotherapy"),
        ("Bowel cancer detected on screening", "cancer"),
        ("Colorectal cancer, no evidence of recurrence", "cancer"),
        ("Breast cancer, family history of ovarian cancer", "cancer"),
        ("Lung cancer, chemotherapy declined", "cancer"),
        ("Suspected stroke", "stroke"),
        ("Unknown primary cancer", "cancer"),
    ],
)
def test_what_is_of_somebody_else_or_not_so_is_kept_in_its_own_words(text: str, about: str) -> None:
    """S8: what is left of a class only ever raises; a class that is theirs is never lost for a word beside it."""
    assert one(condition(text)).about == about


@pytest.mark.parametrize(
    "resource",
    [
        of(
            "MedicationStatement",
            "1",
            status="active",
            medicationCodeableConcept=coded("no-known-medications", IPS),
        ),
        of(
            "MedicationStatement",
            "1",
            status="active",
            medicationCodeableConcept=concept("No information about medications"),
        ),
        of("Condition", "1", code=coded("no-problem-info", IPS, display="No information about problems")),
        of(
            "AllergyIntolerance",
            "1",
            code=coded("no-allergy-info", IPS, display="No information about allergies"),
        ),
    ],
)
def test_no_information_is_nothing_they_have_and_nothing_they_have_not(resource: dict[str, Any]) -> None:
    """S8."""
    assert nothing(resource)


@pytest.mark.parametrize(
    "text", ["No allergies", "None known", "Nil known allergies", "No known food allergy"]
)
def test_no_allergy_is_said_not_to_be_so(text: str) -> None:
    assert one(allergy(text)).says == "absent"


def test_how_bad_a_reaction_was_and_what_happened_is_kept() -> None:
    throat = {
        "manifestation": [{"text": "Swelling"}],
        "severity": "severe",
        "description": "Throat closed, ambulance called",
    }
    assert one(allergy("Penicillin", reaction=[throat])).words == (
        "Swelling (severe, Throat closed, ambulance called)"
    )


def test_of_two_scores_the_later_counts_whatever_their_order_and_none_that_was_cancelled() -> None:
    score: dict[str, Any] = {"code": coded("1104051000000101")}
    early = of(
        "Observation", "1", status="final", effectiveDateTime="2026-11-27T08:00:00Z", valueInteger=2, **score
    )
    late = of(
        "Observation", "2", status="final", effectiveDateTime="2026-11-27T13:00:00Z", valueInteger=9, **score
    )
    gone = of(
        "Observation",
        "3",
        status="cancelled",
        effectiveDateTime="2026-11-28T09:00:00Z",
        valueInteger=1,
        **score,
    )
    for order in ([early, late, gone], [gone, late, early]):
        found, _ = read("Observation", order, "maureen", None)
        assert [one.value for one in found] == ["9"]


def test_a_level_of_frailty_that_is_said_by_its_code() -> None:
    frail = of("Observation", "1", status="final", code=coded("763264000"))
    found = one(
        {**frail, "valueCodeableConcept": coded("1129391000000100", display="Living with severe frailty")}
    )
    assert (found.about, found.value) == ("rockwood", "7")


@pytest.mark.parametrize(
    ("code", "category", "kind"),
    [
        ("PENICILLIN: anaphylaxis 2019", "Clinical Safety", "at_risk"),
        ("Violent patient - two to attend", "Behavioural", "staff_safety"),
        ("Ligature points", "Staff safety", "staff_safety"),
        ("Aggressive; communication difficulties", "Staff safety", "staff_safety"),
        ("Victim of sexual assault", "", "at_risk"),
        ("Has a guide dog", "", "at_risk"),
        ("Reasonable adjustments", "", "communication"),
    ],
)
def test_a_warning_is_for_whom_it_is_meant(code: str, category: str, kind: str) -> None:
    more: dict[str, Any] = {"category": [concept(category)]} if category else {}
    assert one(of("Flag", "1", status="active", code=concept(code), **more)).kind == kind


def test_a_code_of_a_condition_makes_no_plan_of_a_warning_and_hides_none_of_its_words() -> None:
    """S18, S22."""
    dementia = concept("Dementia: violent to staff", "52448006")
    found = one(of("Flag", "1", status="active", code=dementia, category=[concept("Staff safety")]))
    assert (found.kind, found.value) == ("staff_safety", "Dementia: violent to staff")
    assert one(of("Flag", "1", status="active", code=concept("Housebound", "160689007"))).kind == "at_risk"


def test_a_reasonable_adjustment_says_which() -> None:
    note = {"url": f"{UK}FlagNotes", "valueAnnotation": {"text": "Needs an easy-read letter"}}
    found = one(of("Flag", "1", status="active", code=coded("NRAF", "x"), extension=[note]))
    assert (found.kind, found.words) == ("communication", "Needs an easy-read letter")


def test_safeguarding_by_its_words() -> None:
    """S18."""
    assert one(condition("Female genital mutilation")).kind == "at_risk"
    assert one(condition("Alcohol abuse")).kind == "condition"
