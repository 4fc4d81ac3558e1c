"""Other records' resources, as they should be and as they come: never a fault, and never a fact of somebody else's
(S14); what they say may make a call more urgent and never less (S8)."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.engine import UNKNOWN, finish
from records.fhir.answered import Answered, ReadCarer, ReadFact
from records.fhir.read_facts import READERS, read
from records.fhir.read_patient import facts_of, patient_of, speaks_against
from records.fhir.snomed import CODES, NONE_KNOWN, NOT_IT, OBSERVED, SNOMED
from records.fhir.written import NHS_NUMBER
from records.homes import Home
from records.model import Case
from records.own.showing import OF_FACT
from records.people.fact_model import ANY, Fact, FactKind, Says
from records.people.model import SourceKind
from records.people.rules import Who
from records.reading.asking import about
from records.reading.putting import Held
from tests.fhir_server.known_there import MAUREEN, OF_MAUREEN, concept, of
from tests.protocols.calls import LIBRARY
from triage.record_answers import answered

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
PDS = Path("/work/shared/samples/pds")


def one(resource: dict[str, Any]) -> Any:
    (found,), whole = read(resource["resourceType"], [resource], "maureen", "9990000018")
    assert whole
    return found


def states(clinical: str = "", verification: str = "") -> dict[str, Any]:
    coded = {"clinicalStatus": clinical, "verificationStatus": verification}
    return {name: {"coding": [{"code": code}]} for name, code in coded.items() if code}


def allergy(text: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    return of("AllergyIntolerance", "1", code=concept(text, code), **more)


def condition(text: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    return of("Condition", "1", code=concept(text, code), **more)


def medicine(text: str, status: str, kind: str = "MedicationStatement") -> dict[str, Any]:
    return of(kind, "1", status=status, medicationCodeableConcept=concept(text))


DNR = [{"coding": [{"code": "dnr"}], "text": "DNR"}]


@pytest.mark.parametrize(
    ("resource", "says", "about", "over"),
    [
        (allergy("No known allergy", "716186003"), "absent", ANY, False),
        (allergy("NKDA"), "absent", "no known drug allergy", False),
        (allergy("Allergy to Latex", **states(verification="refuted")), "absent", "latex", False),
        (condition("Carcinoma of breast", **states("resolved")), "present", "cancer", True),
        (condition("Gout", "90560007", **states("active")), "present", "gout", False),
        (condition("Moderate frailty", "925831000000107"), "present", "frailty", False),
        (medicine("Warfarin 3mg", "active", "MedicationRequest"), "present", "blood thinner", False),
        (medicine("Warfarin", "stopped"), "present", "blood thinner", True),
        (medicine("Insulin glargine", "not-taken"), "absent", "diabetes medicine", False),
        (medicine("Aspirin 75mg", "active"), "present", "aspirin 75mg", False),
        (of("Consent", "1", status="active", category=DNR), "present", "do not attempt resuscitation", False),
    ],
)
def test_what_is_said_and_what_is_said_not_to_be(
    resource: dict[str, Any], says: str, about: str, over: bool
) -> None:
    found = one(resource)
    assert (str(found.says), found.about, found.over) == (says, about, over)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Not for resuscitation", "do not attempt resuscitation"),
        ("Do not attempt cardiopulmonary resuscitation", "do not attempt resuscitation"),
        ("DNACPR decision", "do not attempt resuscitation"),
        ("Not aware of DNACPR decision", ""),
        ("Discussion about DNACPR not appropriate at this time", ""),
        ("No DNACPR form", ""),
        ("ReSPECT form", "ReSPECT"),
        ("Advised with respect to diet", ""),
        ("Emergency health care plan agreed", "emergency plan"),
        ("Advance care plan declined", ""),
    ],
)
def test_words_about_a_plan_are_a_plan_only_where_there_is_one(text: str, about: str) -> None:
    """S8: nobody may read “do not attempt resuscitation” where somebody was asked and did not know."""
    found = one(of("CarePlan", "1", status="active", title=text))
    assert found.about == (about or text.lower())


@pytest.mark.parametrize(
    ("code", "text", "about", "value"),
    [
        ("90584004", "", "spinal cord injury", "90584004"),
        ("90099008", "", "dementia", "90099008"),
        ("1129371000000104", "", "rockwood", "5"),
        ("248279007", "Frailty", "frailty", ""),
        ("433144002", "Chronic kidney disease stage 3", "kidney disease", "Chronic kidney disease stage 3"),
        ("1048611000000104", "Palliative care not indicated", "palliative care not indicated", ""),
    ],
)
def test_what_a_condition_is_taken_for(code: str, text: str, about: str, value: str) -> None:
    found = one(condition(text, code) if text else of("Condition", "1", code={"coding": [_snomed(code)]}))
    assert (found.about, found.value) == (about, value)


def _snomed(code: str) -> dict[str, str]:
    return {"system": SNOMED, "code": code}


@pytest.mark.parametrize("code", sorted({*CODES, *NONE_KNOWN, *NOT_IT, *OBSERVED}))
def test_each_code_has_its_check_digit(code: str) -> None:
    """A slip of one digit is no other code of that table."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = TIMES[check][TURNED[place % 8][int(digit)]]
    assert check == 0
    assert not (NOT_IT | NONE_KNOWN) & CODES.keys()


def _turn(one: int, other: int) -> int:
    """Verhoeff: how two turns of a pentagon follow each other; 5 to 9 are turned over."""
    if one < 5:
        return (one + other) % 5 if other < 5 else (one + other) % 5 + 5
    return (one - other) % 5 + 5 if other < 5 else (one - other) % 5


TIMES = [[_turn(one, other) for other in range(10)] for one in range(10)]
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
TURNED = [list(range(10))]
for _ in range(7):
    TURNED.append([_STEP[digit] for digit in TURNED[-1]])


def test_its_own_words_and_code_are_kept_where_we_do_not_know_them() -> None:
    found = one(condition("Gout", "90560007", **states(verification="provisional")))
    assert (found.about, found.code, found.confidence) == (
        "gout",
        "http://snomed.info/sct|90560007",
        "unsure",
    )


def test_of_a_score_the_last_counts_and_a_scale_may_say_it_in_words() -> None:
    score: dict[str, Any] = {"status": "final", "code": concept("Frailty", "763264000")}
    old = of("Observation", "1", **score, valueInteger=4, effectiveDateTime="2020-01-01")
    step = {"coding": [{"code": "7", "display": "Severely frail"}]}
    new = of("Observation", "2", **score, effectiveDateTime="2026-01", valueCodeableConcept=step)
    (found,), _ = read("Observation", [new, old], "maureen", None)
    assert (found.about, found.value, found.dated) == ("rockwood", "7", "2026-01-01")


LABEL: dict[str, Any] = {"meta": {"security": [{"code": "HTEST"}, {"code": "R"}]}}


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (of("DocumentReference", "1", status="current", type=concept("Child protection plan")), "at_risk"),
        (of("CarePlan", "1", status="active", title="Plan", category=[concept("MARAC")]), "at_risk"),
        (of("Consent", "1", status="active", category=[concept("Safeguarding referral")]), "at_risk"),
        (condition("Victim of abuse", **states("active")), "at_risk"),
        (condition("Breast cancer", **LABEL), "at_risk"),
        (of("RelatedPerson", "1", name=[{"text": "Sam Doyle"}], **LABEL), "at_risk"),
        (
            of("Flag", "1", code=concept("Dog bites"), category=[concept("Staff safety")], **LABEL),
            "staff_safety",
        ),
        (condition("Breast cancer"), "condition"),
    ],
)
def test_what_is_restricted_or_of_safeguarding_is_for_staff_alone(
    resource: dict[str, Any], kind: str
) -> None:
    """S18: of these two kinds nothing is shown to the person or their carers."""
    found = one(resource)
    assert found.kind == kind
    assert (OF_FACT.get(FactKind(kind)) is None) == (kind == "condition")


def test_an_old_number_is_not_theirs() -> None:
    """S14."""
    old = {"system": NHS_NUMBER, "value": "9000000009", "use": "old"}
    found = patient_of({**MAUREEN, "identifier": [old, *MAUREEN["identifier"]]})
    assert found is not None
    assert found.nhs_number == "9990000018"


def test_codes_of_doors_are_no_part_of_it() -> None:
    """S19."""
    safe = concept("Key safe 4711 at the back")
    found = one(of("Flag", "1", status="active", code=safe, note=[{"text": "key safe code C1234X"}]))
    said = json.dumps(found.__dict__, default=str)
    assert "4711" not in said
    assert "C1234X" not in said


def test_of_a_form_only_respect_is_read() -> None:
    why = {"text": "Why", "answer": [{"valueCoding": {"display": "Frailty"}}]}
    items = [{"text": "CPR", "answer": [{"valueString": "Not recommended"}], "item": [why]}]
    which = "https://x/Questionnaire/ReSPECT-v3"
    form = of("QuestionnaireResponse", "1", status="completed", questionnaire=which, item=items)
    found = one(form)
    assert (found.about, found.words) == ("ReSPECT", "CPR: Not recommended; Why: Frailty")
    assert not found.over, "filled in to its end, it counts"
    assert one({**form, "status": "in-progress"}).confidence == "unsure"
    other = {**form, "questionnaire": "https://x/phq9"}
    assert read("QuestionnaireResponse", [other], "maureen", None) == ([], True)


ODD_WORDS = [
    "active",
    "entered-in-error",
    "2026-13-45",
    "Patient/other",
    "http://snomed.info/sct",
    "48603004",
]
KEYS = re.findall(
    r"\w+", "coding code text display system value reference identifier start end use given family"
)
PARTS = re.findall(r"\w+", "status code item content name telecom note category valueQuantity contained meta")
PLAIN = st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    PLAIN | st.sampled_from(ODD_WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def odd(draw: st.DrawFn) -> dict[str, Any]:
    """A good resource of which parts are missing, or something else altogether."""
    base = dict(draw(st.sampled_from([*OF_MAUREEN, *(of(kind, "x") for kind in READERS)])))
    for name in draw(st.lists(st.sampled_from([*base, *PARTS]), max_size=4)):
        if name != "resourceType":
            base[name] = draw(JSON)
    return base


def says_maureen(resource: dict[str, Any]) -> bool:
    whom = json.dumps([resource.get("subject"), resource.get("patient")], default=str)
    return "maureen" in whom or "9990000018" in whom


@settings(max_examples=60)
@given(st.lists(odd(), max_size=4))
def test_never_a_fault_and_never_somebody_elses(resources: list[dict[str, Any]]) -> None:
    """S14."""
    for kind in READERS:
        found, _ = read(kind, resources, "maureen", "9990000018")
        assert len(found) <= sum(says_maureen(one) for one in resources)
        facts = tuple(one for one in found if isinstance(one, ReadFact))
        held = Answered(facts, tuple(one for one in found if isinstance(one, ReadCarer)))
        assert Answered.of_text(held.as_text()) == held


OF_A_PATIENT = re.findall(
    r"\w+", "name birthDate identifier address link id extension communication meta active"
)


@settings(max_examples=60)
@given(JSON, st.sampled_from(OF_A_PATIENT))
def test_a_patient_of_any_shape(value: Any, part: str) -> None:
    resource = {**MAUREEN, part: value}
    patient = patient_of(resource)
    if patient is not None:
        facts_of(resource, patient)
        speaks_against(Who(("Maureen Doyle",), frozenset({date(1941, 7, 3)})), patient)
        held = Held(patient, Answered())
        assert Held.of_text(held.as_text()) == held


@pytest.mark.parametrize(
    ("said", "against"),
    [
        (Who(("Mrs Doyle",), frozenset({date(1941, 7, 3)})), ""),
        (Who(("Moreen Doyle",)), ""),
        (Who((), frozenset(), frozenset({"9000000009"})), "NHS number"),
        (Who(("Maureen Doyle",), frozenset({date(1914, 7, 3)})), "date of birth"),
        (Who(("Olga Petrova",)), "name"),
        (Who(), ""),
    ],
)
def test_what_speaks_against_it(said: Who, against: str) -> None:
    """S14."""
    patient = patient_of(MAUREEN)
    assert patient is not None
    assert speaks_against(said, patient) == against


def test_who_is_asked_after() -> None:
    born, home = frozenset({date(1941, 7, 3)}), (Home("", "LS8 2AB"),)
    assert about(Who((), frozenset(), frozenset({"9990000018"})))
    assert about(Who((), frozenset(), frozenset({"9990000019"}))) is None, "a check digit that does not fit"
    same = [about(Who((name,), born, frozenset(), home)) for name in ("Maureen Doyle", "Mrs doyle maureen")]
    assert same[0] is not None
    assert same[0] == same[1]
    assert about(Who(("Doyle",), born, frozenset(), home)) is None
    assert about(Who(("Maureen Doyle",), born)) is None


PUBLISHED = pytest.mark.skipif(not PDS.exists(), reason="the samples of the authors are not here")


@PUBLISHED
@pytest.mark.parametrize("name", ["Patient", "Minimal_Patient", "Patient-Jayne-Smyth", "Sensitive_Patient"])
def test_samples_of_the_authors(name: str) -> None:
    resource = json.loads((PDS / f"{name}.json").read_text())
    patient = patient_of(resource)
    assert patient is not None
    assert patient.nhs_number
    said = {fact.about: fact.value for fact in facts_of(resource, patient)}
    if name == "Patient":
        assert (patient.names[0], patient.born) == ("Jane Smith", date(2010, 10, 22))
        assert said["language"] == "French"
        assert said["interpreter"] == "needed"
        assert "recorded as having died" in said
    if name == "Sensitive_Patient":
        assert "restricted record" in said


@PUBLISHED
def test_carers_of_the_samples_by_the_number_of_whom_they_care_for() -> None:
    """S14: one that names nobody is nobody's."""
    named, unnamed = (
        [entry["resource"] for entry in json.loads((PDS / f"{name}.json").read_text())["entry"]]
        for name in ("RelatedPersonBundle", "Personal_Details_RelatedPersonBundle")
    )
    found, _ = read("RelatedPerson", named, "9000000009", "9000000009")
    assert [carer.name for carer in found][:1] == ["Jane Smith"]
    assert read("RelatedPerson", unnamed, "9000000009", "9000000009") == ([], False)


def fact(**more: Any) -> Fact:
    told: dict[str, Any] = {"place": "x", "person_id": 1, "source_kind": SourceKind.record, "source": "Leeds"}
    return Fact(recorded_at=NOW, recorded_by="x", **told, **more)


def the_case() -> Case:
    return Case(id=1, place="x", ref="4K7", clock_start=NOW, moved_at=NOW)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    words = sorted(
        {word for said in LIBRARY.house.record_says.values() for each in said.values() for word in each}
    )
    word = draw(st.sampled_from(words))
    name, _, value = word.rpartition(" ") if word.startswith(("rockwood", "frailty")) else (word, "", "")
    kind, says = draw(st.sampled_from(list(FactKind))), draw(st.sampled_from(list(Says)))
    number = draw(st.integers(1, 10**6))
    return fact(id=number, kind=kind, about=name, value=value, says=says)


@settings(max_examples=60)
@given(st.data())
def test_with_facts_a_call_is_never_less_urgent_than_without(data: st.DataObject) -> None:
    """S8: whatever the record says, and says not to be so, against whatever was answered."""
    protocol = LIBRARY.triage[data.draw(st.sampled_from(sorted(LIBRARY.triage)))]
    answers = {}
    for question in protocol.questions:
        if question.kind != "number":
            answers[question.id] = data.draw(st.sampled_from([*question.answers, UNKNOWN]))
    known = data.draw(st.lists(facts(), max_size=4))
    asked = {one.id for one in protocol.questions if one.record}
    record = {one.question: one.answer for one in answered(LIBRARY.house, the_case(), known, asked)}
    without, with_them = (finish(protocol, LIBRARY.house, answers, held) for held in ({}, record))
    rank = LIBRARY.house.rank
    assert rank[with_them.disposition.priority] <= rank[without.disposition.priority]


def test_what_is_said_not_to_be_so_answers_nothing() -> None:
    """S8."""
    says_no = fact(id=1, kind=FactKind.medicine, about="blood thinner", says=Says.absent)
    assert answered(LIBRARY.house, the_case(), [says_no], {"thinners"}) == []


def test_the_house_names_questions_that_the_record_may_answer() -> None:
    every = [question for protocol in LIBRARY.triage.values() for question in protocol.questions]
    asked = {question.id: question for question in every if question.record}
    for name, said in LIBRARY.house.record_says.items():
        assert name in asked, name
        for answer in said:
            assert answer in asked[name].answers
            assert answer != asked[name].mildest, "only ever a worse one"
