"""Observations at `/fhir` and in an export: numbered, pointing at each other, and under pseudonyms still together."""

import json

from fhir.resources.R4B import get_fhir_model_class

from records.fhir import pseudonyms
from records.fhir.face import Known, resources
from tests.pure.test_fhir_written import NEVER, OBSERVED, a_case, an_assessment


def test_news2_is_numbered_and_its_total_points_at_its_parts() -> None:
    known = Known(a_case(), an_assessment(**OBSERVED), (), 5)
    made = resources(known, "https://hub.example.org", "First Point", lambda _answers: 15, words=True)[
        "Observation"
    ]
    assert {one["id"] for one in made} == {f"3-{name}" for name in (*OBSERVED, "total")}
    total = next(one for one in made if one["id"] == "3-total")
    assert {one["reference"] for one in total["hasMember"]} == {f"Observation/3-{name}" for name in OBSERVED}
    assert (total["subject"]["reference"], total["encounter"]["reference"]) == ("Patient/5", "Encounter/7")
    hidden = [pseudonyms.hidden(one, b"key") for one in made]
    for one in (*made, *hidden):
        get_fhir_model_class("Observation").model_validate(one)
    members = {one["reference"] for one in next(one for one in hidden if "hasMember" in one)["hasMember"]}
    assert members < {f"Observation/{one['id']}" for one in hidden}
    said = json.dumps(hidden)
    assert not [word for word in (*NEVER, "4K7C", "3-total", "hub.example.org") if word in said]
