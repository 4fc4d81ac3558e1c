"""A case as FHIR R4: every resource is parsed by the standard's own shapes; what may not leave is nowhere in it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from records.fhir.bundle import bundle_of, in_error_of, key_of
from records.fhir.leaving import Leaving, mark, may_name, what_may_leave
from records.fhir.written import NHS_NUMBER, Written
from records.lifecycles import AssessmentState, PositionState
from records.model import Assessment, Case, CaseState, Outcome, Position

AT = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
READ_BACK = {"fields": ["person_name", "born"], "by": "Jay", "at": AT.isoformat()}
NEVER = ("07700", "Oak Road", "LS8", "key under", "dog", "Bradford", "Jay", "Ana", "deaf")
OBSERVED = {
    "resp": 24,
    "spo2": 92,
    "oxygen": "oxygen",
    "temp": 38.5,
    "systolic": 95,
    "pulse": 115,
    "consciousness": "voice",
}


def a_case(**more: Any) -> Case:
    told: dict[str, Any] = {
        "id": 7,
        "place": "leeds",
        "ref": "4K7C",
        "clock_start": AT,
        "moved_at": AT,
        "person_name": "Maureen Doyle",
        "nhs_number": "9990000018",
        "born": date(1940, 5, 1),
        "read_back": READ_BACK,
        "address": "12 Oak Road",
        "postcode": "LS8 2AB",
        "access_words": "key under the pot, mind the dog",
        "home_address": "1 High Street, Bradford",
        "talk_words": "deaf in her left ear",
        "need": "fall",
        "need_words": "She slid off the bed.",
        "safeguarding": False,
        "priority": "two_hours",
        "breach_at": AT + timedelta(hours=2),
        "responsible_name": "Jay",
    }
    return Case(**(told | more))


def an_assessment(**answers: Any) -> Assessment:
    return Assessment(
        id=3,
        place="leeds",
        opened_at=AT,
        case_id=7,
        state=AssessmentState.finished,
        protocol="fall-at-home",
        protocol_version="1.2.0",
        protocol_sha256="",
        house_sha256="",
        answers={"breathing": "yes", "leg": "unknown", "floor_time": 20, **answers},
        taken_by="Jay",
        finished_at=AT + timedelta(minutes=4),
        disposition="visit",
        disposition_title="Visit within two hours",
        because=[
            {"ask": "Where?", "answer": "on_floor", "words": "still on the floor"},
            {"ask": "A leg?", "answer": "unknown", "words": "A leg? not known"},
        ],
    )


def a_visit(**more: Any) -> Position:
    visit: dict[str, Any] = {
        "id": 5,
        "place": "leeds",
        "opened_at": AT,
        "case_id": 7,
        "kind": "nurse",
        "title": "Nurse",
        "priority": "two_hours",
        "due_at": AT + timedelta(hours=2),
        "stops_clock": True,
        "responder_name": "Ana Reid",
    }
    return Position(**(visit | more))


def told(case: Case | None = None, **more: Any) -> Written:
    case = case or a_case()
    values: dict[str, Any] = {
        "base": "https://ucr.example",
        "by": "First Point, Leeds",
        "ods": "RCD01",
        "case": case,
        "leaving": what_may_leave(case),
        "named": may_name(case, None),
        "number": 41,
        "milestones": ("disposition",),
        "at": AT + timedelta(minutes=4),
        "now": AT + timedelta(minutes=5),
        "assessment": an_assessment(),
        "positions": (a_visit(),),
    }
    return Written(**(values | more))


def checked(bundle: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By kind; each parsed by R4's shapes, and every reference within the bundle answered."""
    get_fhir_model_class("Bundle").model_validate(bundle)
    urls = [entry["fullUrl"] for entry in bundle["entry"] if "fullUrl" in entry]
    assert len(urls) == len(set(urls))
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        found.setdefault(resource["resourceType"], []).append(resource)
        for reference in json.dumps(resource).split('"reference": "')[1:]:
            assert reference.split('"')[0] in urls
    return found


def test_a_whole_case() -> None:
    case = a_case(clock_stop=AT + timedelta(hours=1), outcome=Outcome.visited, state=CaseState.closed)
    case.closed_at = AT + timedelta(hours=2)
    visit = a_visit(
        state=PositionState.done,
        care_began_at=AT + timedelta(hours=1),
        done_at=AT + timedelta(minutes=90),
    )
    news2 = an_assessment(**OBSERVED)
    bundle = bundle_of(
        told(case, positions=(visit,), assessment=news2, news2=14, milestones=("outcome", "closed"))
    )
    found = checked(bundle)
    assert {kind: len(made) for kind, made in found.items()} == {
        "Patient": 1,
        "Encounter": 1,
        "ServiceRequest": 1,
        "Task": 1,
        "Observation": 8,
        "QuestionnaireResponse": 1,
        "Provenance": 1,
    }
    (patient,), (encounter,), (request,) = found["Patient"], found["Encounter"], found["ServiceRequest"]
    assert patient["identifier"] == [{"system": NHS_NUMBER, "value": "9990000018"}]
    assert (encounter["status"], request["status"], found["Task"][0]["status"]) == (
        "finished",
        "completed",
        "completed",
    )
    assert (
        encounter["period"]["start"]
        == request["occurrencePeriod"]["start"]
        == AT.isoformat(timespec="seconds")
    )
    total = next(one for one in found["Observation"] if "hasMember" in one)
    assert (total["valueInteger"], total["code"]["coding"][0]["code"]) == (14, "1104051000000101")
    assert len(total["hasMember"]) == 7
    answers = {item["linkId"]: item.get("answer") for item in found["QuestionnaireResponse"][0]["item"]}
    assert answers["leg"] is None, "unknown is never no"
    assert found["Provenance"][0]["activity"]["text"] == "outcome, closed"
    assert len(found["Provenance"][0]["target"]) == len(bundle["entry"]) - 2
    assert all(
        "ifNoneExist" in e["request"] or "?identifier=" in e["request"]["url"] for e in bundle["entry"]
    )


@pytest.mark.parametrize("safeguarding", [None, False, True])
def test_s15_s17_s19_numbers_addresses_and_ways_in_never_leave(safeguarding: bool | None) -> None:
    case = a_case(safeguarding=safeguarding)
    said = json.dumps(bundle_of(told(case, assessment=an_assessment(**OBSERVED), news2=14)))
    assert [words for words in NEVER if words in said] == []
    assert ("slid off" in said) is (safeguarding is False)
    assert ("QuestionnaireResponse" in said) is (safeguarding is not True)
    assert ("Observation" in said) is (safeguarding is not True), "what was measured is an answer too"


@pytest.mark.parametrize(("safeguarding", "said"), [(False, True), (None, True), (True, False)])
def test_the_record_reads_the_same_reasons_as_the_screen(safeguarding: bool | None, said: bool) -> None:
    """S17: nothing that somebody answered leaves where safeguarding is marked."""
    found = checked(bundle_of(told(a_case(safeguarding=safeguarding))))
    (request,) = found["ServiceRequest"]
    because = "Decided by fall at home, version 1.2.0, because: still on the floor; A leg? not known."
    assert request.get("note") == ([{"text": because}] if said else None)


def test_s18_of_a_sealed_case_nothing_leaves() -> None:
    for safeguarding in (None, False, True):
        assert what_may_leave(a_case(sealed=True, safeguarding=safeguarding)) is Leaving.nothing
    assert [what_may_leave(a_case(safeguarding=one)) for one in (None, False, True)] == [
        Leaving.coded,
        Leaving.whole,
        Leaving.bare,
    ]


def test_s14_only_whoever_was_read_back_is_named() -> None:
    unread = a_case(read_back=None)
    assert not may_name(unread, None)
    assert may_name(unread, mark("9990000018")), "what went to this number stays with it"
    assert not may_name(unread, mark("9000000009"))
    assert not may_name(a_case(nhs_number=None), mark(""))
    (patient,) = checked(bundle_of(told(unread)))["Patient"]
    assert patient["identifier"] == [{"system": "https://ucr.example/id/person", "value": "4K7C-7"}]
    early = checked(bundle_of(told(unread, assessment=None, positions=(), milestones=("opened",))))
    assert set(early) == {"Encounter", "Provenance"}, "nobody is made up while nothing is decided"
    assert (early["Encounter"][0]["status"], "subject" in early["Encounter"][0]) == ("arrived", False)


def test_s7_a_score_that_is_not_complete_is_not_sent() -> None:
    assert "Observation" not in checked(bundle_of(told(assessment=an_assessment(**OBSERVED), news2=None)))


@pytest.mark.parametrize("state", list(PositionState))
@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_every_state_and_outcome_is_in_the_standards_shape(
    state: PositionState, outcome: Outcome | None
) -> None:
    closed = outcome is not None
    case = a_case(
        outcome=outcome,
        state=CaseState.closed if closed else CaseState.open,
        closed_at=AT + timedelta(hours=1) if closed else None,
    )
    found = checked(bundle_of(told(case, positions=(a_visit(state=state),))))
    ends = {Outcome.wrong_number: "entered-in-error", None: "triaged"}
    stopped = {Outcome.declined, Outcome.cancelled, Outcome.duplicate}
    wanted = ends.get(outcome, "cancelled" if outcome in stopped else "finished")
    assert found["Encounter"][0]["status"] == wanted


def test_what_is_known_of_the_server_is_put_over_that_very_version() -> None:
    first = bundle_of(told())
    keys = [key_of(entry["resource"]) for entry in first["entry"][:-1]]
    again = bundle_of(told(versions={keys[1]: "abc/4"}))
    request = next(e["request"] for e in again["entry"] if e["resource"]["resourceType"] == "Encounter")
    assert request == {"method": "PUT", "url": "Encounter/abc", "ifMatch": 'W/"4"'}
    checked(again)
    other = bundle_of(replace(told(), times=2))
    assert not {key_of(e["resource"]) for e in other["entry"][1:-1]} & set(keys), (
        "told anew, beside what was in error"
    )


def test_s14_what_went_out_is_marked_as_the_record_holds_it() -> None:
    held = {
        "resourceType": "Encounter",
        "id": "abc",
        "meta": {"versionId": "6"},
        "status": "finished",
        "class": {"code": "HH"},
    }
    entry, of_write = in_error_of(told(milestones=("entered_in_error",)), [held])["entry"]
    assert entry["resource"] == held | {"status": "entered-in-error"}
    assert entry["request"]["ifMatch"] == 'W/"6"'
    assert of_write["resource"]["target"] == [{"reference": "Encounter/abc"}]
