"""Milestones are written back in order, once, and for as long as it takes; to a real FHIR server, broken at will."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.model import Message
from hub.audit import Audit
from hub.errors import Conflict, Refused
from hub.outbox import Effect, EffectState, Queue
from hub.places import place_of
from records import in_error, record_writes
from records.alarms import Alarm
from records.model import Case
from records.people.link_model import CaseLink
from records.sealing import seal
from tests.desk import Desk, entry, types
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import ME, RecordsWorker, configure, quick
from tests.people import MAUREEN as PERSON
from tests.people import linked_to, person, rung
from tests.story import BEST_ANSWERS, VISIT
from workers import watchdog

MAUREEN = (
    entry("person_name", "Maureen Doyle"),
    entry("born", "3/7/1941"),
    entry("nhs_number", "999 000 0018"),
    entry("address", "12 Oak Road"),
    entry("read_back", "person_name, born"),
)


@pytest.fixture
def worker(fhir: FhirServer, sqlite_desk: Desk) -> RecordsWorker:
    return RecordsWorker(sqlite_desk)


def called(worker: RecordsWorker, *typed: dict[str, Any]) -> Case:
    """A case opened, nobody looked at yet by the worker."""
    call = worker.desk.does("/api/calls/new")
    types(worker.desk, call["call"], *(dict(one, id=entry("need", "fall")["id"]) for one in typed or MAUREEN))
    types(worker.desk, call["call"], entry("dependants", "nobody"))
    with worker.desk.hub.db.read() as session:
        return session.get_one(Case, call["case"])


def decided(worker: RecordsWorker, case: Case) -> None:
    begun = worker.desk.does(f"/api/cases/{case.id}/assessments", {"protocol": "fall-at-home"})
    number = begun["view"]["assessment"]
    for question, answer in (BEST_ANSWERS | VISIT).items():
        worker.desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    worker.desk.does(f"/api/assessments/{number}/finish", {})


def cancelled(worker: RecordsWorker, case: Case) -> None:
    worker.desk.does(f"/api/cases/{case.id}/outcome", {"outcome": "cancelled", "words": "Her son has come."})


TOLD = ["opened", "disposition", "outcome"]


def test_in_order_and_once_and_only_what_may_leave(worker: RecordsWorker, fhir: FhirServer) -> None:
    """S14, S15: the person by the number that was read back; three writes, each telling what is so by then."""
    case = called(worker)
    worker.works()
    decided(worker, case)
    worker.works()
    cancelled(worker, case)
    worker.works()
    assert fhir.milestones() == TOLD
    assert [one.state for one in worker.writes()] == [EffectState.settled] * 3
    (patient,) = fhir.kept("Patient")
    assert patient["identifier"][0]["value"] == "9990000018"
    (encounter,) = fhir.kept("Encounter")
    assert (encounter["identifier"][0]["value"], encounter["status"]) == (f"{case.ref}-{case.id}", "triaged")
    assert encounter["subject"]["reference"] == f"Patient/{patient['id']}"
    assert len(fhir.kept("ServiceRequest")) == len(fhir.kept("QuestionnaireResponse")) == 1
    assert "Oak Road" not in str(fhir.kept("Patient") + fhir.kept("Encounter") + fhir.kept("Task"))
    assert [ask["method"] for ask in fhir.asked] == ["POST"] * 3, "a healthy server is asked once for each"


FAULTS: dict[str, dict[str, Any]] = {
    "503 with Retry-After": {"status": 503, "retry_after": 120},
    "429 with a date": {"status": 429, "retry_after": "Wed, 04 Mar 2099 14:02:00 GMT"},
    "500": {"status": 500},
    "401": {"status": 401},
    "garbage": {"garbage": True},
    "half an answer": {"half": True},
    "silence": {"hang": True},
    "the line is cut": {"kill": True},
    "done, and then the line is cut": {"drop_after": True},
}


def test_whatever_goes_wrong_is_tried_again_and_done_once(worker: RecordsWorker, fhir: FhirServer) -> None:
    """Of one case after the other, and each fault twice; a later write never goes before an earlier one."""
    for fault, behaviour in FAULTS.items():
        case = quick(worker)
        fhir.next(behaviour, behaviour)
        worker.works()
        states = [one.state for one in worker.writes() if one.case_id == case.id]
        assert states == [EffectState.waiting] * 2, fault
        assert worker.writes()[-2].error, fault
        worker.waits(hours=12)
        worker.waits(hours=12)
        assert fhir.milestones(case.ref) == ["opened", "outcome, closed"], fault
        assert [one.state for one in worker.writes() if one.case_id == case.id] == [EffectState.settled] * 2
    assert len(fhir.kept("Encounter")) == len(FAULTS)


def test_what_the_server_asks_for_is_waited_for(worker: RecordsWorker, fhir: FhirServer) -> None:
    quick(worker)
    fhir.next({"status": 503, "retry_after": 600})
    worker.works()
    write = worker.writes()[0]
    assert write.not_before is not None
    assert write.not_before >= worker.desk.clock.at + timedelta(seconds=600)


def test_somebody_else_has_changed_it_and_it_goes_on(worker: RecordsWorker, fhir: FhirServer) -> None:
    """412: the version is read again; what it says is then put over the newest, and nothing is doubled."""
    case = called(worker)
    worker.works()
    (encounter,) = fhir.kept("Encounter")
    fhir.put(f"Encounter/{encounter['id']}", encounter | {"status": "onleave"})
    decided(worker, case)
    worker.works()
    assert fhir.milestones() == ["opened", "disposition"]
    assert [one["status"] for one in fhir.kept("Encounter")] == ["triaged"]
    assert 412 in [ask.get("status") for ask in fhir.asked]
    fhir.next({"status": 409})
    cancelled(worker, case)
    worker.works()
    assert fhir.milestones() == TOLD


def test_refused_is_parked_and_shown_and_sent_again_by_hand(worker: RecordsWorker, fhir: FhirServer) -> None:
    """The next milestone does not wait for it; nothing that the server says of people is kept; who sent it is."""
    case = called(worker)
    decided(worker, case)
    fhir.next({"status": 422})
    worker.works()
    first, second = worker.writes()
    assert (first.state, second.state) == (EffectState.parked, EffectState.settled)
    assert first.error == "it refused this (422: processing)"
    priya = worker.desk.person("Priya Nair")
    html = priya.get("/record?show=parked").text
    assert "it refused this (422: processing)" in html
    assert case.ref in html
    assert "Send again" not in html, "a coordinator sees it"
    for _ in range(2):
        watchdog.watch(worker.bench)
    (alarm,) = [one for one in worker.desk.rows(Alarm) if one.kind.startswith(("parked", "record"))]
    assert (
        alarm.words
        == "A record server refused what the hub wrote (1 waits to be sent again). Open “Shared record”."
    )
    assert [one for one in worker.desk.rows(Message) if "record" in one.body] == [], "nobody's phone rings"
    assert priya.post(f"/api/record/{first.id}/again", json={}).status_code == 403
    dana = worker.desk.person("Dana Cole")
    assert "Send again" in dana.get(f"/record?case={case.ref.lower()}").text
    assert dana.post(f"/api/record/{first.id}/again", json={}).status_code == 200
    assert dana.post(f"/api/record/{first.id}/again", json={}).status_code == 409
    assert dana.post("/api/record/999/again", json={}).status_code == 404
    worker.works()
    assert fhir.milestones() == ["disposition", "opened"]
    assert fhir.kept("Encounter")[0]["status"] == "triaged", "what is true is told, not what was"
    assert len(fhir.kept("Encounter")) == 1
    (audited,) = [one for one in worker.desk.rows(Audit) if one.action.startswith("sent to the shared")]
    assert audited.subject == f"effect:{first.id}"


def test_it_is_given_up_after_its_days_and_said_so(worker: RecordsWorker, fhir: FhirServer) -> None:
    quick(worker)
    fhir.always({"status": 503})
    worker.works()
    for _ in range(6):
        worker.waits(days=1)
    write = worker.writes()[0]
    assert write.state is EffectState.parked
    assert write.error == "tried for 5 days: it cannot take it now (503)"


def test_a_closed_case_takes_nothing_back_and_s18_a_sealed_one_says_nothing(
    worker: RecordsWorker, fhir: FhirServer
) -> None:
    case = called(worker)
    worker.works()
    decided(worker, case)
    with worker.desk.hub.db.write() as session:
        seal(session, case.key, "Somebody there may not know.", worker.desk.clock.now(), ME)
    cancelled(worker, case)
    worker.works()
    assert fhir.milestones() == ["opened"]
    alex = worker.desk.person("Alex Shaw")
    assert case.ref not in alex.get("/record").text
    assert [one.state for one in worker.writes()] == [EffectState.settled] * 3


def test_s14_entered_in_error_marks_all_that_went_out_and_tells_it_anew(
    worker: RecordsWorker, fhir: FhirServer
) -> None:
    case = called(worker)
    decided(worker, case)
    fhir.next({"status": 422})
    worker.works()
    with worker.desk.hub.db.write() as session:
        with pytest.raises(Refused, match="why"):
            in_error.enter_in_error(session, case.key, worker.desk.clock.now(), ME, " ")
        in_error.enter_in_error(session, case.key, worker.desk.clock.now(), ME, "It was her sister.")
    fhir.next({"drop_after": True})
    worker.works()
    worker.waits(minutes=5)
    kinds = ("Encounter", "ServiceRequest", "QuestionnaireResponse")
    assert {one["status"] for kind in kinds for one in fhir.kept(kind)} == {"entered-in-error"}
    first = worker.writes()[0].id or 0
    with worker.desk.hub.db.write() as session, pytest.raises(Conflict, match="in error after"):
        record_writes.send_again(session, worker.desk.place, first, worker.desk.clock.now(), ME)
    cancelled(worker, case)
    worker.works()
    assert fhir.milestones() == ["disposition", "entered in error", "outcome"]
    assert sorted(one["status"] for one in fhir.kept("Encounter")) == ["entered-in-error", "triaged"]


def test_s14_another_number_marks_what_stands_in_the_first_record(
    worker: RecordsWorker, fhir: FhirServer
) -> None:
    case = called(worker)
    decided(worker, case)
    worker.works()
    with worker.desk.hub.db.write() as session:
        other = session.get_one(Case, case.key)
        other.nhs_number = "9000000009"
        session.add(other)
    cancelled(worker, case)
    worker.works()
    by_person = {one["id"]: one["identifier"][0]["value"] for one in fhir.kept("Patient")}
    held = {by_person[one["subject"]["reference"][8:]]: one["status"] for one in fhir.kept("Encounter")}
    assert held == {"9990000018": "entered-in-error", "9000000009": "triaged"}


def test_without_a_record_server_nothing_is_written_or_asked(sqlite_desk: Desk) -> None:
    sqlite_desk.assessed()
    with sqlite_desk.hub.db.read() as session:
        assert record_writes.listed(session, sqlite_desk.place, None) == []
    assert "none is named" in sqlite_desk.person("Priya Nair").get("/record").text


def test_a_server_that_hangs_is_left_alone_and_no_other_waits_for_it(
    fhir: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    """Two servers: the one is silent; the other has all of it, and a call is taken without a word to either."""
    silent = {"name": "silent", "title": "Silent", "base_url": fhir.root + "/nowhere", "timeout_s": 0.2}
    well = {"name": "leeds", "title": "Leeds", "base_url": fhir.url}
    configure(tmp_path, monkeypatch, silent, well)
    worker = RecordsWorker(Desk(tmp_path, sqlite_url))
    for _ in range(3):
        quick(worker)
    assert fhir.asked == [], "the writes are owed; nothing has been asked of anybody"
    worker.works()
    states = {
        name: {one.state for one in worker.writes() if one.payload["server"] == name}
        for name in ("silent", "leeds")
    }
    assert states["leeds"] == {EffectState.settled}
    worker.desk.hub.db.close()


def test_an_effect_says_nothing_of_anybody(worker: RecordsWorker) -> None:
    quick(worker)
    assert {key for write in worker.writes() for key in write.payload} == {"server", "milestones", "at"}


CASES = 2000


@pytest.mark.soak
def test_a_day_of_2_000_cases_to_a_server_that_fails_one_time_in_five(
    fhir: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    """None missing, none twice, all in order. That server looks through all that it has for each thing that it is told:
    it is given its time."""
    patient = {"timeout_s": 9, "connect_timeout_s": 5}
    configure(tmp_path, monkeypatch, {"name": "leeds", "title": "Leeds", "base_url": fhir.url} | patient)
    worker = RecordsWorker(Desk(tmp_path, sqlite_url))
    fhir.always({"fails": 0.2})
    refs = []
    for _ in range(CASES // 100):
        refs += [quick(worker).ref for _ in range(100)]
        worker.works(most=100_000)
        worker.waits(minutes=72)
    for _ in range(24):
        worker.waits(minutes=30)
    assert {one.state for one in worker.writes()} == {EffectState.settled}
    told = fhir.told_of_each()
    assert len(told) == len(refs) == CASES
    assert set(map(tuple, told.values())) == {("opened", "outcome, closed")}
    worker.desk.hub.db.close()


def test_s14_a_wrong_person_unlinked_is_told_to_every_server_and_the_link_knows_when(
    worker: RecordsWorker, fhir: FhirServer
) -> None:
    maureen = person(worker.desk)
    _, case_id = rung(worker.desk, **PERSON)
    assert linked_to(worker.desk, case_id) == maureen
    worker.works()
    fhir.next({"status": 503})
    worker.desk.does(f"/api/cases/{case_id}/person/wrong", {"why": "it was her sister"})
    worker.works()
    (link,) = [one for one in worker.desk.rows(CaseLink) if one.wrong]
    assert link.told_at is None, "the server could not take it yet"
    worker.waits(minutes=5)
    (link,) = [one for one in worker.desk.rows(CaseLink) if one.wrong]
    assert link.told_at is not None
    theirs = [one for one in fhir.kept("Encounter") if one["identifier"][0]["value"].endswith(f"-{case_id}")]
    assert "entered-in-error" in {one["status"] for one in theirs}


def test_s14_a_case_that_is_about_somebody_else_after_all_is_told_too(
    worker: RecordsWorker, fhir: FhirServer
) -> None:
    """Nobody unlinked it: what was read back changed, and it was linked to another person."""
    desk = worker.desk
    person(desk)
    other = person(desk, person_name="Edith Marsh", born="1/2/1950", nhs_number="943 476 5919")
    call, case_id = rung(desk, **PERSON)
    worker.works()
    typed = {"person_name": "Edith Marsh", "born": "1/2/1950", "nhs_number": "943 476 5919"}
    types(desk, call, *(entry(field, value) for field, value in typed.items()))
    types(desk, call, entry("read_back", "person_name, born"))
    assert linked_to(desk, case_id) == other
    worker.works()
    (link,) = [one for one in desk.rows(CaseLink) if one.wrong]
    assert link.told_at is not None


def test_many_refused_writes_hide_no_text_that_was_given_up(worker: RecordsWorker) -> None:
    desk = worker.desk
    with desk.hub.db.write() as session:
        for nth in range(60):
            session.add(_parked(desk, "fhir_write" if nth < 59 else "sms"))
        session.flush()
        found = watchdog.find(session, place_of(session, desk.place), desk.clock.now(), desk.clock.machine())
    assert [one.kind for one in found if one.kind in ("parked", "record_refused")] == [
        "record_refused",
        "parked",
    ]
    assert "(59 wait" in next(one.words for one in found if one.kind == "record_refused")


def _parked(desk: Desk, kind: str) -> Effect:
    queue = Queue.records if kind == "fhir_write" else Queue.dispatch
    said = {"server": "north", "milestones": ["opened"]}
    return Effect(
        place=desk.place,
        queue=queue,
        kind=kind,
        payload=said,
        state=EffectState.parked,
        created_at=desk.clock.now(),
    )
