"""Reading from record servers: asked once, shown as it comes, put on our record once two identifiers are read back
(S14), and only ever more urgent (S8). Against a FHIR server that we did not write, broken at will."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from records.model import Assessment, Case, Task
from records.people import service
from records.people.fact_model import Fact, FactKind, Says
from records.people.model import Carer, Person
from records.reading.model import AskState, ReadState, RecordAsk, RecordRead
from tests.desk import Desk, entry, types
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import configure
from tests.fhir_server.known_there import ACTIVE, MAUREEN, OF_MAUREEN, ReaderInHand, concept, knows, of
from tests.people import BY_NUMBER
from tests.people import MAUREEN as SAID
from tests.story import BEST_ANSWERS, VISIT
from triage.facts import LATE
from workers import reads
from workers.breaker import FAULTS
from workers.fhir_reading import Outcome
from workers.reader import LOOK_S

NUMBER = {"nhs_number": SAID["nhs_number"]}
NUMBERS = ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077"]
PATIENT = {"timeout_s": 8, "connect_timeout_s": 5}
LEEDS = {"name": "leeds", "title": "Leeds Care Record", "reads": True, "writes": False, **PATIENT}


@pytest.fixture
def read_from(fhir_process: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the hub is made."""
    fhir_process.clear()
    configure(tmp_path, monkeypatch, LEEDS | {"base_url": fhir_process.url})


@pytest.fixture
def desk(read_from: None, sqlite_desk: Desk) -> Desk:
    return sqlite_desk


@pytest.fixture
def there(fhir_process: FhirServer, desk: Desk) -> FhirServer:
    knows(fhir_process, *OF_MAUREEN)
    return fhir_process


@pytest.fixture
def reader(desk: Desk) -> Iterator[ReaderInHand]:
    hand = ReaderInHand(desk)
    yield hand
    hand.close()


def call(desk: Desk, **typed: str) -> tuple[int, int]:
    begun = desk.does("/api/calls/new")
    say(desk, begun["call"], **typed)
    return begun["call"], begun["case"]


def say(desk: Desk, number: int, **typed: str) -> None:
    if typed:
        types(desk, number, *(entry(field, value) for field, value in typed.items()))


def standing(desk: Desk) -> dict[str, Fact]:
    facts = [one for one in desk.rows(Fact) if not one.in_error and one.outside_id]
    replaced = {one.supersedes_id for one in facts}
    return {one.about: one for one in facts if one.key not in replaced}


def test_read_as_the_number_is_typed_and_put_down_once_two_are_read_back(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """S14, S8: nothing of it is opened before; then each fact stands with its source, code and date."""
    number, _ = call(desk, **NUMBER)
    assert reader.reads() == 1
    assert desk.rows(Fact) == []
    assert desk.rows(Person) == []
    (read,) = desk.rows(RecordRead)
    assert (read.state, read.unread) == (ReadState.read, [])
    assert "Apixaban" not in read.held, "the copy is sealed"
    say(desk, number, person_name="Maureen Doyle", born="3/7/1941", read_back=BY_NUMBER)
    assert reader.reads() == 0, "asked once, not at each field"
    facts = standing(desk)
    thinner = facts["blood thinner"]
    assert (thinner.value, thinner.source, str(thinner.dated)) == (
        "Apixaban 5 mg tablets",
        "Leeds Care Record",
        "2024-03-01",
    )
    assert facts["heart failure"].code == "http://snomed.info/sct|84114007"
    assert (facts["rockwood"].kind, facts["rockwood"].value) == (FactKind.frailty, "7")
    assert facts["penicillin"].words == "Anaphylaxis; high risk"
    assert (facts["ReSPECT"].author, facts["ReSPECT"].full_text) == (
        "Dr Ruth Lane",
        "https://record.example/respect/1",
    )
    assert facts["dog bites"].kind is FactKind.staff_safety
    (carer,) = desk.rows(Carer)
    assert (carer.name, carer.relation, carer.number, carer.agreed) == (
        "Janet Doyle",
        "Daughter",
        "+441134960812",
        [],
    )
    (case,) = desk.rows(Case)
    assert case.person_id is not None


def test_read_again_it_is_the_same_or_supersedes_and_what_is_gone_ends(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    number, _ = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    before = {one.about: one.key for one in standing(desk).values()}
    desk.does(f"/api/calls/{number}/end")
    desk.clock.at += timedelta(minutes=11)
    there.put("Observation/o1", {**OF_MAUREEN[3], "valueInteger": 8})
    there.put("Flag/f1", {**OF_MAUREEN[6], "status": "entered-in-error"})
    there.put(
        "Condition/c1", of("Condition", "c1", whom="somebody", code=concept("Heart failure", "84114007"))
    )
    second, _ = call(desk, **SAID)
    say(desk, second, read_back=BY_NUMBER)
    assert reader.reads() == 1
    after = standing(desk)
    assert after["blood thinner"].key == before["blood thinner"], "unchanged: the same fact"
    assert after["rockwood"].value == "8"
    assert after["rockwood"].supersedes_id == before["rockwood"]
    assert "dog bites" not in after
    assert after["heart failure"].valid_until == desk.clock.now(), (
        "theirs no more: past, and still to be read"
    )
    assert len(desk.rows(Carer)) == 1


def test_a_medicine_by_reference_is_read_by_its_name_and_a_revoked_plan_is_over(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """Whatever end was planned for it."""
    there.put(
        "Medication/drug", {"resourceType": "Medication", "id": "drug", "code": concept("Warfarin 3 mg")}
    )
    refers = of("MedicationRequest", "q1", status="active", intent="order")
    there.put("MedicationRequest/q1", {**refers, "medicationReference": {"reference": "Medication/drug"}})
    plan = of("CarePlan", "p1", status="revoked", intent="plan", title="DNACPR", period={"end": "2033-07-31"})
    there.put("CarePlan/p1", plan)
    number, _ = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    known = page(desk, f"/calls/{number}/known")
    assert "Blood thinner: Warfarin 3 mg" in known
    assert "resuscitation" not in known
    (over,) = [one for one in desk.rows(Fact) if one.about == "do not attempt resuscitation"]
    assert over.valid_until == desk.clock.now()


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"nhs_number": "900 000 0009"}, ReadState.nobody),
        ({**SAID, "born": "3/7/1914"}, ReadState.may_be),
        ({**SAID, "person_name": "Olga Petrova"}, ReadState.may_be),
        ({"person_name": "Maureen Doyle", "born": "3/7/1941", "postcode": "LS8 2AB"}, ReadState.read),
    ],
)
def test_a_mismatch_is_never_linked_and_a_trace_finds_one_alone(
    desk: Desk, there: FhirServer, reader: ReaderInHand, said: dict[str, str], state: ReadState
) -> None:
    """S14: of whoever may be somebody else nothing clinical is even asked for."""
    number, _ = call(desk, **said)
    reader.reads()
    (read,) = desk.rows(RecordRead)
    assert read.state is state
    asked = {one["url"].split("/")[-1].split("?")[0] for one in there.asked if one["method"] == "GET"}
    if state is ReadState.read:
        say(desk, number, read_back="person_name, born")
        assert "blood thinner" in standing(desk)
    else:
        assert asked == {"Patient"}
        assert desk.rows(Fact) == []


def test_another_word_of_them_is_worth_another_look(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    number, _ = call(desk, **{**SAID, "born": "3/7/1914"})
    reader.reads()
    say(desk, number, born="3/7/1941", read_back=BY_NUMBER)
    assert reader.reads() == 1
    assert "blood thinner" in standing(desk)


def test_two_who_could_be_meant(desk: Desk, there: FhirServer, reader: ReaderInHand) -> None:
    knows(there, patient={**MAUREEN, "id": "twin"})
    call(desk, **NUMBER)
    reader.reads()
    (read,) = desk.rows(RecordRead)
    assert (read.state, read.why) == (ReadState.may_be, "2 people there could be meant")


def test_what_was_put_down_for_a_sealed_case_is_put_down_for_the_open_one(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """S8, S18: whoever may not see the sealed case would have nothing of it, and the call would be less urgent."""
    first, shut = call(desk, **SAID)
    say(desk, first, read_back=BY_NUMBER)
    reader.reads()
    desk.does(f"/api/calls/{first}/end")
    sealed = desk.person("Amara Obi").post(f"/api/cases/{shut}/seal", json={"why": "An allegation."})
    assert sealed.status_code == 200, sealed.text
    second, case = call(desk, **SAID)
    begun = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})["view"]["assessment"]
    say(desk, second, read_back=BY_NUMBER)
    of_open = [one for one in desk.rows(Fact) if one.case_id == case]
    assert "blood thinner" in {one.about for one in of_open}
    assert [one.case_id for one in desk.rows(Carer)] == [shut, case]
    row = next(one for one in desk.rows(Assessment) if one.id == begun)
    assert row.facts["thinners"]["answer"] == "yes"
    before = len(desk.rows(Fact))
    say(desk, second, person_name="Maureen Doyle", read_back=BY_NUMBER)
    assert len(desk.rows(Fact)) == before, "once"


def test_unlinked_as_wrong_takes_away_what_was_read_for_them(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """S14."""
    number, case = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    assert standing(desk)
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "It is her sister."})
    assert standing(desk) == {}
    say(desk, number, person_name="Maureen Doyle", read_back=BY_NUMBER)
    assert standing(desk) == {}, "nor is it put down again by itself"


FAILS: list[tuple[dict[str, Any], str]] = [
    ({"hang": True}, "it did not answer in time"),
    ({"slow_s": 3}, "it did not answer in time"),
    ({"garbage": True}, "its answer could not be read"),
    ({"half": True}, "its answer broke off"),
    ({"kill": True}, "its answer broke off"),
    ({"status": 503}, "it cannot take it now (503)"),
    ({"status": 429, "retry_after": 120}, "it cannot take it now (429)"),
    ({"status": 401}, "it does not let us in (401)"),
]


@pytest.mark.parametrize(("behaviour", "why"), FAILS)
def test_what_does_not_answer_is_said_so_and_asked_again(
    desk: Desk, there: FhirServer, reader: ReaderInHand, behaviour: dict[str, Any], why: str
) -> None:
    there.always(behaviour)
    if behaviour.keys() & {"hang", "slow_s"}:
        reader.hurries()
    number, _ = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    (read,) = desk.rows(RecordRead)
    assert (read.state, read.why) == (ReadState.failed, why)
    (ask,) = desk.rows(RecordAsk)
    assert ask.state is AskState.waiting
    there.always(None)
    assert reader.reads() == 0, "not at once"
    desk.clock.machine_ahead += timedelta(minutes=3)
    desk.clock.at += timedelta(minutes=3)
    assert reader.reads() == 1
    assert "blood thinner" in standing(desk)


def test_while_a_server_is_left_alone_all_who_wait_are_told_so_in_one_turn(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """A server that is away takes no turns from whoever captures calls, and nobody is lost by that."""
    there.always({"status": 500})
    for number in NUMBERS[:FAULTS]:
        call(desk, nhs_number=number)
    reader.reads()
    asked = len(there.asked)
    assert reader.reader.look_again_in_s > LOOK_S
    for number in NUMBERS[FAULTS:]:
        call(desk, nhs_number=number)
    turns: list[object] = []
    desk.hub.db.after_commit.append(turns.append)
    assert reader.reads() == len(NUMBERS) - FAULTS
    assert len(turns) == 2, "they are claimed, and they are told"
    assert len(there.asked) == asked
    told = {(one.state, one.why) for one in desk.rows(RecordRead)[FAULTS:]}
    assert told == {(ReadState.failed, "it has not answered lately, and is left alone for a while")}
    there.always(None)
    desk.clock.machine_ahead += timedelta(minutes=10)
    assert reader.reader.look_again_in_s == LOOK_S
    assert reader.reads() == len(NUMBERS)
    assert {one.state for one in desk.rows(RecordRead)} == {ReadState.read, ReadState.nobody}


def test_a_short_wait_that_the_server_asks_for_is_kept_to(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    there.next({"status": 429, "retry_after": 0})
    call(desk, **NUMBER)
    reader.reads()
    (read,) = desk.rows(RecordRead)
    assert read.state is ReadState.read


def test_one_kind_that_fails_hides_nothing_of_the_others(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """And what was read of it before does not end."""
    number, _ = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    there.next({}, {"garbage": True})
    reader.reads()
    (read,) = desk.rows(RecordRead)
    assert read.state is ReadState.read
    assert len(read.unread) == 1
    assert len(standing(desk)) >= 4
    desk.clock.machine_ahead += timedelta(seconds=30)
    assert reader.reads() == 1, "what did not come is asked for again by itself"
    (read,) = desk.rows(RecordRead)
    assert read.unread == []


def test_what_comes_after_the_questions_are_over_is_looked_at_once(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """S8: the decision stands as it was made, and somebody must look whether it would be more urgent."""
    answers = BEST_ANSWERS | VISIT | {"hit_head": "yes", "thinners": "no", "head_signs": "no"}
    number, assessment = desk.assessed(answers)
    there.always({"status": 503})
    say(desk, number, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    desk.does(f"/api/assessments/{assessment}/finish")
    there.always(None)
    desk.clock.machine_ahead += timedelta(minutes=3)
    assert reader.reads() == 1
    (task,) = [one for one in desk.rows(Task) if one.words.startswith(LATE)]
    assert "takes a blood thinner" in task.words
    (row,) = [one for one in desk.rows(Assessment) if one.id == assessment]
    assert row.facts is None, "what it was decided on"
    desk.clock.at += timedelta(minutes=11)
    desk.does(f"/api/cases/{row.case_id}/records", {})
    assert reader.reads() == 1
    assert len([one for one in desk.rows(Task) if one.words.startswith(LATE)]) == 1


def test_a_reader_that_dies_with_somebody_in_its_hands_is_followed_by_another(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    number, _ = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    (dead,) = reads.claim(reader.reader.bench)
    assert reader.reads() == 0, "it may live"
    desk.clock.machine_ahead += reads.LEASE
    assert reader.reads() == 1
    assert "blood thinner" in standing(desk)
    desk.clock.at += timedelta(minutes=11)
    desk.does(f"/api/cases/{dead.case_id}/records", {})
    (_again,) = reads.claim(reader.reader.bench)
    reads.over(reader.reader.bench, [dead], {})
    (ask,) = desk.rows(RecordAsk)
    assert ask.state is AskState.reading, "one who comes back from the dead ends nobody else's read"


def test_what_cannot_be_put_down_stops_nobodys_own_work(
    desk: Desk, there: FhirServer, reader: ReaderInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = call(desk, **SAID)
    reader.reads()
    monkeypatch.setattr(service, "add_read", None)
    say(desk, number, read_back=BY_NUMBER)
    assert desk.rows(Case)[0].read_back
    assert desk.rows(Fact) == []
    monkeypatch.undo()
    say(desk, number, person_name="Maureen Doyle", read_back=BY_NUMBER)
    assert "blood thinner" in standing(desk), "the next look does it"


def test_one_that_hangs_holds_up_nobody_and_two_that_disagree_both_stand(
    fhir_process: FhirServer, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fhir_process.clear()
    other = FhirServer()
    try:
        servers = [
            LEEDS | {"base_url": fhir_process.url},
            LEEDS | {"name": "york", "title": "York", "base_url": other.url},
        ]
        configure(tmp_path, monkeypatch, *servers)
        desk = Desk(tmp_path, sqlite_url)
        knows(fhir_process, *OF_MAUREEN)
        nothing = of(
            "AllergyIntolerance", "a9", code=concept("No known allergy", "716186003"), clinicalStatus=ACTIVE
        )
        knows(other, nothing)
        reader = ReaderInHand(desk)
        fhir_process.always({"hang": True})
        reader.reader.servers[0].server = reader.reader.servers[0].server.model_copy(
            update={"timeout_s": 0.6}
        )
        number, case = call(desk, **SAID)
        say(desk, number, read_back=BY_NUMBER)
        reader.reads()
        states = {one.server: one.state for one in desk.rows(RecordRead)}
        assert states == {"leeds": ReadState.failed, "york": ReadState.read}
        assert standing(desk)["any"].says is Says.absent
        fhir_process.always(None)
        reader.close()
        reader = ReaderInHand(desk)
        desk.clock.machine_ahead += timedelta(seconds=30)
        reader.reads()
        facts = standing(desk)
        assert {facts["any"].source, facts["penicillin"].source} == {"York", "Leeds Care Record"}
        page = desk.jay.get(f"/cases/{case}/person", follow_redirects=True).text
        assert "sources do not agree" in page
        reader.close()
    finally:
        other.close()


def test_one_that_fails_while_another_ends_the_asking_is_asked_again(
    desk: Desk, there: FhirServer, reader: ReaderInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other may come to its end at the very moment in which this is being written down."""
    call(desk, **NUMBER)
    (ask,) = reads.claim(reader.reader.bench)
    (server,) = desk.hub.record_servers
    other = server.model_copy(update={"name": "york"})
    reader.reader._open[ask.token] = (2, False)
    told = reads.told

    def meanwhile(*said: Any) -> None:
        reader.reader._one_less(ask, other, False, None)
        told(*said)

    monkeypatch.setattr(reads, "told", meanwhile)
    reader.reader._one_less(ask, server, False, Outcome(ReadState.failed, "it did not answer in time"))
    (row,) = desk.rows(RecordAsk)
    assert row.state is AskState.waiting
    assert reader.reader.rest(0)


def test_a_fact_answers_and_only_ever_raises(desk: Desk, there: FhirServer, reader: ReaderInHand) -> None:
    """S8: a blood thinner on the record counts against a "no" of today; what it does not have counts for nothing."""
    number, case = call(desk, **SAID)
    begun = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})["view"]["assessment"]
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    row = next(one for one in desk.rows(Assessment) if one.id == begun)
    assert row.facts["thinners"]["answer"] == "yes"
    assert "Leeds Care Record" in row.facts["thinners"]["by"]
    assert set(row.facts) == {"thinners"}


def test_without_a_server_to_read_from_nobody_is_asked_after(sqlite_desk: Desk) -> None:
    call(sqlite_desk, **SAID)
    assert sqlite_desk.rows(RecordAsk) == []


def test_a_number_that_is_another_by_now_is_not_read_for_the_first(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    """S14: nor is anybody who has said no to being looked up."""
    number, case = call(desk, nhs_number="900 000 0009")
    say(desk, number, **NUMBER)
    assert reader.reads() == 1
    assert [one.state for one in desk.rows(RecordRead)] == [ReadState.read]
    said = {"purpose": "direct_care", "said": "objected", "how": "By telephone."}
    assert desk.jay.post(f"/cases/{case}/consent", data=said).status_code in (200, 303)
    desk.clock.at += timedelta(minutes=11)
    desk.does(f"/api/cases/{case}/records", {})
    before = len(there.asked)
    assert reader.reads() == 0
    assert len(there.asked) == before
    assert "they have said no to being looked up" in page(desk, f"/calls/{number}/known")
    call(desk, person_name="Maureen Doyle", born="3/7/1941", postcode="LS8 2AB")
    assert reader.reads() == 1
    assert desk.rows(RecordRead)[-1].state is ReadState.objected, "found by name, under the number they have"
    assert {one["url"].split("?")[0] for one in there.asked[before:]} == {"/fhir/Patient"}


def test_nobody_reads_is_said_so(desk: Desk, there: FhirServer) -> None:
    number, _ = call(desk, **SAID)
    desk.clock.at += timedelta(seconds=20)
    assert "was not asked: nothing reads records just now (wanted 14:00)" in page(
        desk, f"/calls/{number}/known"
    )


def page(desk: Desk, address: str) -> str:
    answer = desk.jay.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_call_screen_fills_as_they_answer(desk: Desk, there: FhirServer, reader: ReaderInHand) -> None:
    """S14: before the read-back it says that somebody is known there, and nothing of them; then block by block, with
    source and age, in the order in which it is read."""
    number, case = call(desk)
    assert "Leeds" not in page(desk, f"/calls/{number}/known")
    say(desk, number, **SAID)
    waits = desk.jay.get(f"/calls/{number}/known").text
    assert 'data-again-ms="150"' in waits
    assert "is being asked since 14:00" in page(desk, f"/calls/{number}/known")
    reader.reads()
    locked = page(desk, f"/calls/{number}/known")
    assert "has somebody of this number or name (read 14:00). Read two back to see it" in locked
    assert "Apixaban" not in locked
    say(desk, number, read_back=BY_NUMBER)
    shown = page(desk, f"/calls/{number}/known")
    assert "Leeds Care Record read 14:00" in shown
    order = [
        shown.index(words)
        for words in ("Dog bites", "ReSPECT", "Penicillin", "Blood thinner: Apixaban", "Rockwood: 7")
    ]
    assert order == sorted(order)
    assert "Leeds Care Record · of 1 Mar 2024, 2 years ago · read 14:00" in shown
    assert "Blood thinner: Apixaban" in page(desk, f"/cases/{case}/panel")
    desk.clock.at += timedelta(minutes=11)
    there.always({"status": 503})
    desk.does(f"/api/cases/{case}/records", {})
    reader.reads()
    out = page(desk, f"/calls/{number}/known")
    assert "did not answer (tried 14:11): it cannot take it now (503); what follows was read 14:00" in out
    assert "Blood thinner: Apixaban" in out, "the copy with its age, for outages"


def test_a_persons_own_page_asks_and_says_what_became_of_it(
    desk: Desk, there: FhirServer, reader: ReaderInHand
) -> None:
    number, case = call(desk, **SAID)
    say(desk, number, read_back=BY_NUMBER)
    reader.reads()
    (one,) = desk.rows(Person)
    desk.clock.at += timedelta(minutes=11)
    there.put(
        "Condition/c2",
        of("Condition", "c2", code=concept("Type 2 diabetes", "44054006"), clinicalStatus=ACTIVE),
    )
    desk.does(f"/api/people/{one.key}/records", {"pressed": False})
    assert "is being asked since 14:11" in page(desk, f"/people/{one.key}/records")
    reader.reads()
    assert page(desk, f"/people/{one.key}/records") == (
        "Leeds Care Record read 14:11 Ask again the other records"
    )
    assert "Type 2 diabetes" in page(desk, f"/people/{one.key}")
    assert standing(desk)["diabetes"].case_id == case, (
        "an open case of theirs: what is read is put down for it"
    )
    desk.does(f"/api/people/{one.key}/records", {"pressed": False})
    assert reader.reads() == 0, "young enough"
