"""Referrals by the Booking and Referral Standard: each is kept as it came, and is a case on its sender's clock."""

import copy
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.actors import HUB
from hub.audit import Audit
from hub.outbox import Effect, Queue
from hub.tokens import Scope
from records.alarms import Alarm
from records.key_safe_model import KeySafe
from records.lifecycles import PositionState
from records.model import Call, CallBack, Case, Position, Task
from records.service import Due, owe, take
from tests.bars import Service, as_update, headers, in_base64, referral, resource
from tests.desk import Desk
from tests.receiver import receiver
from triage.bars import tending
from triage.bars.bounds import text_of
from triage.bars.model import NO_ADDRESS, Arrived, Referral, ReferralMessage
from workers import bars, jobs
from workers.bench import set_up
from workers.relay import Relay

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "bars"
DEFECTS: list[tuple[str, dict[str, str | None]]] = [
    ("no target", {"NHSD-Target-Identifier": None}),
    ("target not base64", {"NHSD-Target-Identifier": "{}"}),
    ("target without a value", {"NHSD-Target-Identifier": in_base64({"system": "x"})}),
    ("no request id", {"X-Request-Id": None}),
    ("no correlation id", {"X-Correlation-Id": ""}),
    ("no organisation", {"NHSD-End-User-Organisation": None}),
    ("organisation is a list", {"NHSD-End-User-Organisation": in_base64([1])}),
]


def refusal(answer: Any, status: int, issue: str, code: str) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    (said,) = body["issue"]
    assert (said["code"], said["details"]["coding"][0]["code"]) == (issue, code)
    return str(said["diagnostics"])


def only(rows: list[Any]) -> Any:
    (row,) = rows
    return row


def raw_of(desk: Desk, message: ReferralMessage) -> str:
    return desk.hub.db.seal.open(message.sealed) or ""


def test_a_referral_is_a_case_with_its_own_clock_in_the_same_queue_as_a_call(sqlite_desk: Desk) -> None:
    """S1: the sender's clock; S15: where they are apart from their home; S22: what staff must know before they go."""
    desk, now = sqlite_desk, sqlite_desk.clock.now()
    sent = referral(now)
    answer = Service(desk).sends(sent)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "message")
    header, encounter = resource(bundle, "MessageHeader"), resource(bundle, "Encounter")
    assert header["response"] == {"identifier": sent["id"], "code": "ok"}
    assert encounter["status"] == "planned"
    case, message, row = only(desk.rows(Case)), only(desk.rows(ReferralMessage)), only(desk.rows(Referral))
    assert encounter["identifier"][0]["value"] == case.ref
    assert encounter["identifier"][1] == resource(sent, "Encounter")["identifier"][0]
    assert resource(bundle, "ServiceRequest")["id"] == row.uid
    assert case.clock_start == now - timedelta(minutes=10)
    assert case.breach_at == case.clock_start + timedelta(minutes=120)
    assert (case.person_name, case.nhs_number, str(case.born)) == ("Edith Marsh", "9990000018", "1941-07-03")
    assert (case.address, case.postcode) == ("The Wren café, 3 Mill Lane, Leeds", "LS8 2AB")
    assert case.home_address == "12 Oak Road, Leeds LS7 1AB"
    assert "A large dog is loose" in case.access_words
    assert "Fall, cannot get up" in case.need_words
    assert case.referred_by == "North 999"
    call = only(desk.rows(Call))
    assert (call.state, call.caller_name) == ("ended", "Edith Marsh"), "nobody rings her by her sender's name"
    back = only(desk.rows(CallBack))
    assert (back.who, back.ways[0]) == ("handler", "+441134960812")
    assert (message.became, message.warnings) == (
        Arrived.case,
        ["The sender has not verified the NHS number."],
    )
    assert json.loads(raw_of(desk, message)) == sent
    assert "Edith" not in message.sealed + row.facts
    assert f"referral from {case.referred_by}" in desk.does_get("/calls/state")["html"]


def test_the_same_again_is_done_once(sqlite_desk: Desk) -> None:
    """The same request gets its first answer; the same message under another request is the standard's 409."""
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    north = Service(desk)
    first = north.sends(sent, **{"X-Request-Id": "one"})
    assert north.sends(sent, **{"X-Request-Id": "one"}).json() == first.json()
    refusal(north.sends(sent), 409, "duplicate", "REC_CONFLICT")
    other = copy.deepcopy(sent)
    other["id"] = "another"
    refusal(north.sends(other), 409, "duplicate", "REC_CONFLICT")
    assert len(desk.rows(Case)) == 1
    assert [row.became for row in desk.rows(ReferralMessage)] == [Arrived.case, Arrived.again, Arrived.again]
    assert "sent this referral again" in only(desk.rows(Task)).words, "in other words: somebody reads both"
    assert Service(desk, "South 111").sends(sent).status_code == 200, "another sender's names are its own"


def test_two_at_once_are_one_case(desk: Desk) -> None:
    sent, north = referral(desk.clock.now()), Service(desk)
    answers: list[int] = []
    senders = [
        threading.Thread(target=lambda: answers.append(north.sends(sent).status_code)) for _ in range(4)
    ]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert answers.count(200) == 1, answers
    assert set(answers) <= {200, 409, 503}
    assert len(desk.rows(Case)) == 1


def test_one_name_for_everything_does_not_make_one_case_of_two_people(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    first = referral(desk.clock.now())
    second = copy.deepcopy(first)
    patient = resource(second, "Patient")
    patient["name"], patient["identifier"][0]["value"] = [{"text": "Tom Bell"}], "9990000026"
    north = Service(desk)
    assert [north.sends(one).status_code for one in (first, second)] == [200, 200]
    assert [case.person_name for case in desk.rows(Case)] == ["Edith Marsh", "Tom Bell"]


def test_an_update_is_a_version_and_a_human_hears_what_changed(sqlite_desk: Desk) -> None:
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    north = Service(desk)
    north.sends(sent)
    changed = as_update(sent)
    resource(changed, "Patient")["telecom"][0]["value"] = "0113 496 0999"
    resource(changed, "Flag")["category"] = [{"text": "Safeguarding"}]
    assert north.sends(changed).status_code == 200
    task, case = only(desk.rows(Task)), only(desk.rows(Case))
    assert "has changed the telephone number, safeguarding" in task.words
    assert case.safeguarding, "S17: a danger counts at once"
    assert [row.became for row in desk.rows(ReferralMessage)] == [Arrived.case, Arrived.version]
    assert only(desk.rows(Referral)).versions == 2
    assert json.loads(raw_of(desk, desk.rows(ReferralMessage)[0])) == sent, "the first stands as it came"
    unknown = referral(desk.clock.now(), name="Ivy Stone", nhs_number="9990000026")
    assert north.sends(as_update(unknown)).status_code == 200
    assert len(desk.rows(Case)) == 2, "an update of what never came is somebody who needs us"


@pytest.mark.parametrize("reason", ["delete", "revoked"])
def test_a_cancel_goes_to_a_human_and_closes_nothing(sqlite_desk: Desk, reason: str) -> None:
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    north = Service(desk)
    north.sends(sent)
    case = only(desk.rows(Case))
    with desk.hub.db.write() as session:
        take(session, case.key, desk.clock.now())
        due = desk.clock.now() + timedelta(hours=1)
        visit = Position(
            place=desk.place,
            opened_at=desk.clock.now(),
            case_id=case.key,
            kind="nurse",
            title="nurse",
            priority="two_hours",
            due_at=due,
            stops_clock=True,
            state=PositionState.en_route,
        )
        owe(
            session,
            visit,
            desk.clock.now(),
            HUB,
            "On the way.",
            Due("set_off", due),
        )
    answer = north.sends(as_update(sent, reason))
    assert answer.status_code == 200
    assert resource(answer.json(), "Encounter")["status"] == "cancelled"
    case = only(desk.rows(Case))
    assert case.state == "open"
    assert "has cancelled this referral" in only(desk.rows(Task)).words
    assert "referral_changed" in [row.kind for row in desk.rows(Alarm)], "somebody is on the way"
    found = north.gets("/ServiceRequest", identifier=desk.rows(Referral)[0].request_key)
    assert found["entry"][0]["resource"]["status"] == "revoked"
    nobody = as_update(referral(desk.clock.now(), name="No One", nhs_number="9990000026"), reason)
    refusal(north.sends(nobody), 404, "not-found", "REC_NOT_FOUND")
    assert desk.rows(ReferralMessage)[-1].became == Arrived.to_read


@pytest.mark.parametrize(("why", "changed"), DEFECTS, ids=[why for why, _ in DEFECTS])
def test_a_broken_header_is_sent_back_and_a_human_sees_what_came(
    sqlite_desk: Desk, why: str, changed: dict[str, str | None]
) -> None:
    """S32: whoever is sent back is rung, until the sender knows."""
    desk = sqlite_desk
    said = refusal(
        Service(desk).sends(referral(desk.clock.now()), **changed), 400, "invalid", "REC_BAD_REQUEST"
    )
    assert "header" in said, why
    message = only(desk.rows(ReferralMessage))
    assert message.became == Arrived.to_read
    assert "Edith" in raw_of(desk, message)
    assert "ring them" in only(desk.rows(Alarm)).words


def test_a_sender_with_a_broken_header_rings_one_alarm_however_often_it_tries(sqlite_desk: Desk) -> None:
    desk, north = sqlite_desk, Service(sqlite_desk)
    first, second = referral(desk.clock.now()), referral(desk.clock.now(), name="Tom Bell")
    for sent in (first, first, second):
        refusal(north.sends(sent, **{"X-Request-Id": None}), 400, "invalid", "REC_BAD_REQUEST")
    assert len(desk.rows(ReferralMessage)) == 2, "the same again is there already"
    told = {"told": "Sam"}
    assert desk.jay.post("/api/referral-messages/1/seen", json=told).status_code == 200
    assert only(desk.rows(Alarm)).state == "ringing", "Tom's is still to be read"
    assert desk.jay.post("/api/referral-messages/2/seen", json=told).status_code == 200
    assert only(desk.rows(Alarm)).state == "over"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"resourceType": "Patient", "name": [{"text": "Ann Lee"}]}', 400),
        (b'{"resourceType": "Bundle", "entry": []}', 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400),
        (b'{"n": ' + b"9" * 6000 + b"}", 400),
        (b'{"resourceType": "Bundle", "x": "' + b"y" * (5 * 1024 * 1024) + b'"}', 413),
    ],
    ids=[
        "empty",
        "words",
        "list",
        "object",
        "patient",
        "nothing in it",
        "bytes",
        "deep",
        "deeper",
        "digits",
        "large",
    ],
)
def test_what_nobody_could_use_is_kept_and_shown(sqlite_desk: Desk, raw: bytes, status: int) -> None:
    answer = Service(sqlite_desk).sends(raw)
    refusal(answer, status, "too-long" if status == 413 else "invalid", "REC_BAD_REQUEST")
    message = only(sqlite_desk.rows(ReferralMessage))
    assert (message.became, message.status) == (Arrived.to_read, status)
    _, encoding = text_of(raw)
    assert raw_of(sqlite_desk, message).encode(encoding)[-20:] == raw[: 5 * 1024 * 1024][-20:], "every byte"
    assert [row.kind for row in sqlite_desk.rows(Alarm)] == ["referral_unread"]


def test_bookings_are_refused_politely(sqlite_desk: Desk) -> None:
    sent = referral(sqlite_desk.clock.now())
    resource(sent, "MessageHeader")["eventCoding"] = {"code": "booking-request"}
    said = refusal(Service(sqlite_desk).sends(sent), 422, "not-supported", "REC_UNPROCESSABLE_ENTITY")
    assert "servicerequest-request" in said


def test_what_a_human_could_use_is_never_sent_back(sqlite_desk: Desk) -> None:
    """A number alone, a name alone, in whatever shape: a case with warnings."""
    desk, north = sqlite_desk, Service(sqlite_desk)
    bare = {"resourceType": "Bundle"}
    patients: list[Any] = [
        {"resourceType": "Patient", "telecom": {"system": "phone", "value": "0113 496 0812"}},
        {
            "resourceType": "Patient",
            "name": "Ada Wood",
            "identifier": {"system": "nhs-number", "value": "1234567890"},
        },
        {"resourceType": "Patient", "contact": {"name": {"text": "A son"}, "telecom": "07700 900123"}},
    ]
    for patient in patients:
        assert north.sends({**bare, "entry": {"resource": patient}}).status_code == 200, patient
    position = {"latitude": 53.8, "longitude": -1.5}
    for location in ({"position": position}, {"extension": [{"url": "a/UPRN", "valueString": "10001"}]}):
        entry = {"resource": {"resourceType": "Location", **location}}
        assert north.sends({**bare, "entry": [entry]}).status_code == 200, location
    one, two, three, four, five = desk.rows(Case)
    assert desk.rows(CallBack)[0].ways[0] == "+441134960812"
    assert (two.person_name, two.nhs_number) == ("Ada Wood", None)
    assert any("not a valid NHS number" in said for said in desk.rows(ReferralMessage)[1].warnings)
    assert desk.rows(CallBack)[2].ways[0] == "+447700900123"
    assert four.address == "53.80000, -1.50000"
    assert five.address == "UPRN 10001"
    assert all(row.clock_start == desk.clock.now() for row in (one, three)), "S1: no start came"
    assert all(row.warnings for row in desk.rows(ReferralMessage))


@pytest.mark.parametrize("minutes", [-60 * 24 * 400, 60 * 24])
def test_a_clock_that_cannot_be_is_not_believed(sqlite_desk: Desk, minutes: int) -> None:
    """S1: warned about, and nobody waits longer for it."""
    desk, now = sqlite_desk, sqlite_desk.clock.now()
    Service(desk).sends(referral(now + timedelta(minutes=minutes)))
    case = only(desk.rows(Case))
    assert case.clock_start == now
    assert any("the clock starts now" in said for said in only(desk.rows(ReferralMessage)).warnings)


def test_a_key_safe_code_is_kept_apart_from_what_came(sqlite_desk: Desk) -> None:
    """S19: it is nowhere in the case, in what people read of the referral, or in an answer."""
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    resource(sent, "CarePlan")["activity"][0]["outcomeCodeableConcept"][1]["text"] = (
        "Key safe code 4592 by door"
    )
    answer = Service(desk).sends(sent)
    assert "4592" not in answer.text
    case, row = only(desk.rows(Case)), only(desk.rows(Referral))
    assert "4592" not in case.need_words + (desk.hub.db.seal.open(row.facts) or "")
    assert desk.hub.db.seal.open(only(desk.rows(KeySafe)).sealed) == "4592"


def test_a_sender_reads_its_own_referrals_and_no_others(sqlite_desk: Desk) -> None:
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    resource(sent, "ServiceRequest")["basedOn"] = {"reference": "urn:uuid:1"}
    north, south = Service(desk), Service(desk, "South 111")
    uid = resource(north.sends(sent).json(), "ServiceRequest")["id"]
    found = north.gets(f"/ServiceRequest/{uid}")
    assert (found["status"], found["basedOn"]) == ("active", [{"reference": "urn:uuid:1"}])
    assert found["subject"]["identifier"]["value"] == "9990000018"
    assert [(row.action, row.subject) for row in desk.rows(Audit)][-1] == ("case_opened", "case:1")
    about: dict[str, Any] = {"patient:identifier": "https://fhir.nhs.uk/Id/nhs-number|9990000018"}
    assert north.gets("/ServiceRequest", **about)["total"] == 1
    assert desk.rows(Audit)[-1].action == "referrals_found"
    assert south.gets("/ServiceRequest", **about)["total"] == 0
    assert south.gets(f"/ServiceRequest/{uid}", 404)["issue"][0]["code"] == "not-found"
    assert north.gets("/ServiceRequest")["total"] == 0, "nothing was asked for"
    assert north.gets("/ServiceRequest", 400, _count="9999")["resourceType"] == "OperationOutcome"
    served = {one["type"] for one in north.gets("/metadata")["rest"][0]["resource"]}
    assert {"ServiceRequest", "Encounter", "Subscription"} <= served


def test_a_token_is_needed_and_no_other_scope_opens_the_door(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    other = Service(desk, "Telecare", [Scope.calls_write, Scope.cases_read])
    refusal(other.sends(referral(desk.clock.now())), 403, "forbidden", "REC_FORBIDDEN")
    uid = "00000000-0000-4000-8000-000000000000"
    assert other.gets(f"/ServiceRequest/{uid}", 403)["issue"][0]["code"] == "forbidden"
    other.client.headers.pop("authorization")
    refused = other.client.post("/fhir/$process-message", content=b"{}", headers=headers())
    assert refused.json()["resourceType"] == "OperationOutcome"
    assert (refused.status_code, desk.rows(ReferralMessage)) == (401, [])


@pytest.mark.skipif(not SAMPLES.exists(), reason="the standard's own samples are not here")
def test_the_standards_own_samples(sqlite_desk: Desk) -> None:
    desk, north = sqlite_desk, Service(sqlite_desk)
    asked = (SAMPLES / "process_message_request_ValidationRequest_POST_.json").read_bytes()
    answer = north.sends(asked)
    assert answer.status_code == 200, answer.text
    assert resource(answer.json(), "Encounter")["status"] == "planned"
    case = only(desk.rows(Case))
    assert (case.person_name, case.postcode) == ("Mrs Julie Jones", "LS1 6PT")
    assert only(desk.rows(CallBack)).who == "hub_clinician", "for validation"
    refusal(north.sends(asked), 409, "duplicate", "REC_CONFLICT")
    booking = (SAMPLES / "process_message_request_Booking_POST_.json").read_bytes()
    refusal(north.sends(booking), 422, "not-supported", "REC_UNPROCESSABLE_ENTITY")
    answered = (SAMPLES / "process_message_request_ValidationResponse_POST_.json").read_bytes()
    refusal(north.sends(answered), 404, "not-found", "REC_NOT_FOUND")
    assert [row.became for row in desk.rows(ReferralMessage)] == ["case", "again", "to_read", "to_read"]


def test_the_pages_show_it_to_those_who_may(sqlite_desk: Desk) -> None:
    """S32: what could not be taken in stands there until somebody says who knows; S19: never with its codes."""
    desk, sent = sqlite_desk, referral(sqlite_desk.clock.now())
    resource(sent, "CarePlan")["activity"][0]["outcomeCodeableConcept"][1]["text"] = (
        "Key safe code 4592 by door"
    )
    north, priya, dana = Service(desk), desk.person("Priya Nair"), desk.person("Dana Cole")
    assert "No referral has come yet" in priya.get("/referrals").text
    north.sends(sent)
    north.sends(b"not a message")
    listed = priya.get("/referrals").text
    assert "North 999" in listed
    assert "The message is not JSON" in listed
    shown = priya.get(priya.get("/cases/1/referral").headers["location"]).text
    assert "A large dog is loose" in shown
    assert "has not verified the NHS number" in shown
    raw = priya.get("/referrals/messages/1").text
    assert "Edith" in raw
    assert "4592" not in raw + shown
    assert desk.jay.get("/referrals/messages/1").status_code == 403, "the raw message is not for everybody"
    assert desk.jay.post("/api/referral-messages/2/seen", json={}).status_code == 422
    assert (
        desk.jay.post("/api/referral-messages/2/seen", json={"told": "Sam, by telephone"}).status_code == 200
    )
    assert desk.jay.post("/api/referral-messages/1/seen", json={"told": "Sam"}).status_code == 409
    assert only(desk.rows(Alarm)).state == "over"
    assert "The message is not JSON" not in priya.get("/referrals").text
    for endpoint, status in (("http://elsewhere.example/fhir", 422), ("https://north.example/fhir", 200)):
        answer = dana.post("/api/referrals/1/endpoint", json={"endpoint": endpoint})
        assert answer.status_code == status, answer.text
    assert "https://north.example/fhir" in priya.get("/referrals/1").text
    looks = {(row.action, row.subject) for row in desk.rows(Audit)}
    assert {("case_opened", "case:1"), ("referral_message_read", "referral_message:1")} <= looks


def test_a_live_place_answers_where_somebody_said_and_never_where_a_message_says(sqlite_desk: Desk) -> None:
    """A message could name an address within our own walls."""
    desk = sqlite_desk
    Service(desk).sends(referral(desk.clock.now(), endpoint="https://10.0.0.1/fhir")).raise_for_status()
    found, hub = only(desk.rows(Referral)), desk.hub
    with hub.db.write() as session:
        assert bars.where(session, hub.db.seal, found, is_training=True)[0].startswith("https://10.0.0.1/")
        assert bars.where(session, hub.db.seal, found, is_training=False) == ("", NO_ADDRESS)
        tending.answer_at(session, found, "https://north.example/fhir", desk.clock.now(), HUB)
        session.flush()
        assert bars.where(session, hub.db.seal, found, is_training=False)[0] == (
            "https://north.example/fhir/$process-message"
        )


def test_an_answer_that_waited_for_an_address_goes_once_somebody_says_where(sqlite_desk: Desk) -> None:
    """S32: given up because nobody had said where; not forgotten."""
    desk = sqlite_desk
    Service(desk).sends(referral(desk.clock.now())).raise_for_status()
    priya = desk.person("Priya Nair")
    assert priya.post("/api/referrals/1/reject", json={"why": "Out of area"}).status_code == 200
    relay = Relay(set_up(desk.hub, "records"), Queue.records, jobs.INSIDE, jobs.OUTSIDE)
    relay.run_due()
    (gone,) = [row for row in desk.rows(Effect) if row.kind == "bars_response"]
    assert gone.state == "parked"
    dana = desk.person("Dana Cole")
    with receiver() as them:
        answer = dana.post("/api/referrals/1/endpoint", json={"endpoint": them.url})
        assert answer.status_code == 200, answer.text
        relay.run_due()
        assert [resource(one, "Encounter")["status"] for one in them.came] == ["cancelled"]
    (gone,) = [row for row in desk.rows(Effect) if row.kind == "bars_response"]
    assert gone.state == "settled"


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://north.example/fhir", True),
        ("https://8.8.8.8/fhir", True),
        ("http://north.example/fhir", False),
        ("https://10.1.2.3/fhir", False),
        ("https://192.168.0.9:8443/fhir", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::ffff:10.1.2.3]/fhir", False),
        ("https://[fd00:ec2::254]/fhir", False),
        ("https://2130706433/fhir", False),
        ("https://0x7f.1/fhir", False),
        ("https://metadata.google.internal/fhir", False),
        ("https://valkey/fhir", False),
        ("https://127.0.0.1/fhir", False),
        ("https://localhost./fhir", False),
        ("https://me:secret@north.example/fhir", False),
    ],
)
def test_in_a_live_place_no_answer_goes_into_our_own_network(url: str, may: bool) -> None:
    assert tending.may_be_sent_to(url, is_training=False) is may


def test_nor_does_a_name_that_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody set as a name of the wide world may lead elsewhere tomorrow."""
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))],
    )
    came = bars._post(bars.Letter("https://north.example/fhir", b"{}", {}))
    assert (came.done, came.final, came.trouble) == (False, True, tending.WITHIN_WALLS)
