"""What other systems are given: an assessment over the API, a protocol from its page, both as FHIR."""

import json
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from dashboard import protocols_in_force
from hub.tokens import Scope
from records.model import Case
from records.service import take
from tests.desk import Desk, entry, types
from tests.machines import Machine


def told(machine: Machine, number: int) -> Any:
    sent = machine.gets(f"/assessments/{number}/questionnaire-response")
    QuestionnaireResponse.model_validate(sent)
    return sent


def test_a_machine_reads_the_answers_and_nothing_of_the_person(sqlite_desk: Desk) -> None:
    desk, machine = sqlite_desk, Machine(sqlite_desk, [Scope.cases_read])
    call, number = desk.assessed({"breathing": "yes", "floor_time": "unknown"})
    types(desk, call, entry("person_name", "Maureen Doyle"), entry("number", "0113 496 0812"))
    sent = told(machine, number)
    assert sent["status"] == "in-progress"
    assert sent["questionnaire"].endswith("/Questionnaire/fall-at-home|1.3.0")
    assert sent["encounter"]["identifier"]["value"] == desk.rows(Case)[0].ref
    said = {one["linkId"]: one for one in sent["item"]}
    assert said["breathing"]["answer"][0]["valueCoding"]["code"] == "Y"
    assert said["floor_time.group"]["item"][0]["linkId"] == "floor_time.unknown"
    text = json.dumps(sent)
    assert not any(one in text for one in ("Maureen", "Doyle", "0812", "Jay"))
    desk.does(f"/api/assessments/{number}/answer", {"question": "breathing", "answer": "no"})
    desk.does(f"/api/assessments/{number}/999", {"dialled_by": "caller"})
    desk.does(f"/api/assessments/{number}/finish", {"dialled_by": "caller"})
    assert told(machine, number)["status"] == "completed"


def test_neither_a_sealed_case_nor_one_without_the_scope(sqlite_desk: Desk) -> None:
    """S18."""
    desk = sqlite_desk
    _, number = desk.assessed({"breathing": "yes"})
    path = f"/assessments/{number}/questionnaire-response"
    Machine(desk, [Scope.calls_write]).gets(path, 403)
    with desk.hub.db.write() as session:
        take(session, desk.rows(Case)[0].key, desk.clock.now()).sealed = True
    Machine(desk, [Scope.cases_read]).gets(path, 404)


def test_the_page_of_a_version_gives_it_to_take_away(sqlite_desk: Desk) -> None:
    fall = sqlite_desk.app.state.library.triage["fall-at-home"].sha256
    protocols_in_force.register(sqlite_desk.app)
    ruth = sqlite_desk.person("Ruth Adeyemi")
    address = f"/protocols/{fall}/fhir.json"
    sent = ruth.get(address)
    assert sent.headers["content-type"] == "application/fhir+json"
    assert 'filename="fall-at-home-1.3.0.fhir.json"' in sent.headers["content-disposition"]
    assert Bundle.model_validate(sent.json()).entry
    assert address in ruth.get(f"/protocols/{fall}").text
    assert ruth.get(f"/protocols/{'0' * 64}/fhir.json").status_code == 404
    assert sqlite_desk.person("Ana Reid").get(address).status_code == 403
