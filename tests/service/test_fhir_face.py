"""The hub's own FHIR face: what is read and searched there is what may be seen, as the standard has it, and a look."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from sqlmodel import select

from dashboard.fhir import finding
from hub.actors import HUB
from hub.audit import Audit
from hub.outbox import Effect, Queue
from hub.tokens import Scope
from records.fhir.asked import Asked, is_it, span
from records.model import Assessment, Case, Position
from records.people.model import Person
from records.sealing import seal
from tests.desk import Desk, entry, types
from tests.fhir_clients import Client
from tests.fhir_published import judged
from tests.people import HOME, MAUREEN, fact, person
from tests.sealed_room import Room
from tests.story import BEST_ANSWERS, VISIT

NUMBER = "+441134960812"


def maureen(desk: Desk, *, safeguarding: bool = False) -> Case:
    """Rung about, read back, on the record, decided, a visit wanted; with all that must never leave."""
    call = desk.does(f"/api/calls/{desk.rings(NUMBER)}/answer")
    said = {
        **MAUREEN,
        **HOME,
        "access_words": "round the back, key safe code 4711",
        "need_words": "fell in the bath",
    }
    types(desk, call["call"], *(entry(field, value) for field, value in said.items()))
    types(desk, call["call"], entry("dependants", "nobody"))
    types(desk, call["call"], entry("read_back", "person_name, born"))
    begun = desk.does(f"/api/cases/{call['case']}/assessments", {"protocol": "fall-at-home"})
    for question, answer in (BEST_ANSWERS | VISIT).items():
        desk.does(
            f"/api/assessments/{begun['view']['assessment']}/answer", {"question": question, "answer": answer}
        )
    desk.does(f"/api/assessments/{begun['view']['assessment']}/finish", {})
    desk.does(f"/api/cases/{call['case']}/person")
    with desk.hub.db.write() as session:
        case = session.get_one(Case, call["case"])
        case.safeguarding = safeguarding
    return case


def test_what_is_read_is_the_case_as_the_standard_has_it(sqlite_desk: Desk) -> None:
    """S14, S15, S17, S19: sound by two validators that are not ours, references that lead on, and nothing that must not
    leave."""
    case = maureen(sqlite_desk)
    plan = fact(sqlite_desk, case.person_id or 0, kind="plan", about="respect", words="Not for hospital")
    reader = Client(sqlite_desk, [Scope.cases_read, Scope.audit_read]).comes_in()
    kinds = ("Patient", "Encounter", "ServiceRequest", "Task", "Observation", "CarePlan", "AuditEvent")
    found: dict[str, list[dict[str, Any]]] = {kind: reader.all_of(kind) for kind in kinds}
    everything = [one for kind in kinds for one in found[kind]]
    for one in everything:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
    assert [issues for issues in judged([*everything, reader.gets("metadata")])[0] if issues] == []
    assert [one["id"] for one in found["Encounter"]] == [str(case.key)]
    assert found["Encounter"][0]["subject"] == {"reference": f"Patient/{case.person_id}"}
    assert found["Encounter"][0]["reasonCode"][0]["text"] == "fell in the bath"
    assert found["Task"][0]["focus"] == {"reference": f"ServiceRequest/{case.key}"}
    assert found["Patient"][0]["name"] == [{"text": "Maureen Doyle"}]
    assert found["CarePlan"][0]["id"] == str(plan)
    there = {f"{one['resourceType']}/{one['id']}" for one in everything}
    said = json.dumps(everything)
    references = {part.split('"')[0] for part in said.split('"reference": "')[1:]}
    assert references <= there, "each leads to something that is served"
    for secret in (NUMBER, "Oak Road", "LS8", "round the back", "4711"):
        assert secret not in said, secret
    for one in everything:
        assert reader.gets(f"{one['resourceType']}/{one['id']}")["id"] == one["id"]
    reader.gets("Encounter/9999", 404)
    reader.gets("Observation/nonsense", 404)
    with sqlite_desk.hub.db.read() as session:
        looks = session.exec(select(Audit).where(Audit.actor == f"token:{reader.row.key}")).all()
    assert {(one.action, one.subject) for one in looks} >= {
        ("case_opened", f"case:{case.key}"),
        ("person_opened", f"person:{case.person_id}"),
        ("audit_looked_at", f"place:{case.place}"),
        ("fhir_searched", f"place:{case.place}"),
        ("refused", f"place:{case.place}"),
    }


def test_s17_where_safeguarding_is_marked_no_answer_and_no_word_is_there(sqlite_desk: Desk) -> None:
    case = maureen(sqlite_desk, safeguarding=True)
    fact(sqlite_desk, case.person_id or 0, kind="plan", about="respect", words="Not for hospital")
    reader = Client(sqlite_desk).comes_in()
    assert "reasonCode" not in reader.gets(f"Encounter/{case.key}")
    assert reader.all_of("Observation") == []
    assert "Not for hospital" not in str(reader.all_of("CarePlan"))


def test_searches(sqlite_desk: Desk) -> None:
    case = maureen(sqlite_desk)
    nobody = sqlite_desk.does("/api/calls/new")["case"]
    reader = Client(sqlite_desk).comes_in()
    at = case.clock_start
    whole = [str(case.key), str(nobody)]
    searches: dict[str, list[str]] = {
        "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018": [str(case.person_id)],
        "Patient?identifier=9990000018&birthdate=1941-07-03": [str(case.person_id)],
        "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9434765919": [],
        "Patient?birthdate=lt1941": [],
        f"Encounter?patient=Patient/{case.person_id}": [str(case.key)],
        f"Encounter?subject={case.person_id}&status=arrived": [],
        "Encounter?status=triaged": [str(case.key)],
        "Encounter?status=triaged,arrived": whole,
        "Encounter?status=finished": [],
        f"Encounter?identifier=http://testserver/id/case|{case.ref}-{case.key}": [str(case.key)],
        f"Encounter?_id={case.key},77,{10**30},{'0' * 11}5": [str(case.key)],
        f"Encounter?patient={10**30}": [],
        f"Encounter?date={at:%Y-%m-%d}": [],  # it goes on, so that day does not hold all of it
        f"Encounter?date=ge{at:%Y-%m-%d}": whole,
        f"Encounter?date=lt{at:%Y-%m-%d}": [],
        f"Encounter?_lastUpdated=gt{at + timedelta(days=1):%Y-%m-%d}": [],
        f"ServiceRequest?encounter=Encounter/{case.key}&status=active": [str(case.key)],
        f"ServiceRequest?authored={at:%Y-%m}": [str(case.key)],
        f"Task?patient={case.person_id}&encounter={nobody}": [],
        "Patient?name=Maureen&_count=1": [str(case.person_id)],  # not known here: left out, and said
    }
    for asked, ids in searches.items():
        got = reader.gets(asked)
        assert [
            one["resource"]["id"] for one in got.get("entry", []) if one["search"]["mode"] == "match"
        ] == ids, asked
        assert got["total"] == len(ids), asked
    assert "name" in reader.gets("Patient?name=Maureen")["entry"][-1]["resource"]["issue"][0]["diagnostics"]
    reader.gets("Patient?name=Maureen", 400, prefer="handling=strict")
    for wrong in (
        "Encounter?date=yesterday",
        "Encounter?date=2026-13",
        "Encounter?date=9999-12-31",
        "Encounter?date=ap2026",
        "Encounter?_count=many",
        "Encounter?status:not=finished",
        "Encounter?status=",
        "Encounter?_page=abc",
        f"Encounter?{'&'.join(['status=arrived'] * 41)}",
    ):
        assert reader.gets(wrong, 400)["resourceType"] == "OperationOutcome", wrong
    by_post = reader.posts("Patient/_search", identifier="9990000018")
    assert [one["resource"]["id"] for one in by_post["entry"]] == [str(case.person_id)]
    assert "9990000018" not in str(by_post["link"])


def test_pages_are_stable_and_their_links_name_nobody(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes between two pages moves nothing; what is sealed leaves no gap (S18)."""
    cases = [sqlite_desk.does("/api/calls/new")["case"] for _ in range(7)]
    with sqlite_desk.hub.db.write() as session:
        seal(session, cases[2], "a colleague", sqlite_desk.clock.now(), HUB)
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    reader = Client(sqlite_desk).comes_in()
    first = reader.gets("Encounter?_count=3&status=arrived")
    assert [one["resource"]["id"] for one in first["entry"]] == [str(cases[at]) for at in (0, 1, 3)]
    assert "total" not in first
    sqlite_desk.does("/api/calls/new")
    link = next(one["url"] for one in first["link"] if one["relation"] == "next")
    assert "arrived" not in link
    rest = reader.all_of(link.removeprefix("http://testserver/fhir/"))
    assert [one["id"] for one in rest] == [str(number) for number in (*cases[4:], cases[-1] + 1)]
    monkeypatch.setattr(finding, "MOST_ROWS", 2)
    assert len(reader.all_of("Encounter?status=finished,arrived&_count=50")) == 7
    Client(sqlite_desk).comes_in().gets(
        link.removeprefix("http://testserver/fhir/").replace("Encounter", "Task"), 400
    )


@pytest.mark.parametrize("may", [True, False])
def test_s18_every_cell_for_a_machine_at_fhir(sqlite_desk: Desk, may: bool) -> None:
    """What is sealed is absent without a trace, by number, by search and in the audit, but for `sealed:read`."""
    room = Room(sqlite_desk)
    scopes = [Scope.cases_read, Scope.audit_read, *([Scope.sealed_read] if may else [])]
    traces = _traces(sqlite_desk, room.cases["sealed"], room.cases["ordinary"])
    reader = Client(sqlite_desk, scopes).comes_in()
    seen = {kind for kind in room.cases if kind != "elsewhere" and (may or kind != "sealed")}
    listed = [one["id"] for one in reader.all_of("Encounter?_count=1")]
    assert listed == [str(case.key) for kind, case in room.cases.items() if kind in seen]
    assert reader.gets("Encounter")["total"] == len(seen)
    for kind, case in room.cases.items():
        status = 200 if kind in seen else 404
        reader.gets(f"Encounter/{case.key}", status)
        assert len(reader.all_of(f"Encounter?_id={case.key}")) == (kind in seen), kind
    sealed = json.dumps(reader.all_of("AuditEvent?_count=100"))
    assert (f'"urn:first-point:case", "value": "{room.cases["sealed"].key}"' in sealed) is may
    given = {one["id"] for one in reader.all_of("AuditEvent?subtype=traced&_count=100")}
    assert given == {str(number) for number, names_it in traces.items() if may or not names_it}
    with sqlite_desk.hub.db.read() as session:
        about = {one.subject for one in session.exec(select(Audit).where(Audit.action == "case_opened"))}
    assert (f"case:{room.cases['sealed'].key}" in about) is may


def test_searches_go_by_their_indexes(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told in one page was not looked for through all there is."""
    case = maureen(sqlite_desk)
    for nth in range(4):
        person(sqlite_desk, person_name=f"Mo {nth}", born=f"{nth + 1}/1/1950", nhs_number="")
    with sqlite_desk.hub.db.write() as session:
        one, visit = session.exec(select(Assessment)).one(), session.exec(select(Position)).one()
        for other in session.exec(select(Case.id).where(Case.id != case.key)):
            for row in (one, visit):
                session.add(type(row)(**row.model_dump() | {"id": None, "case_id": other}))
    reader = Client(sqlite_desk, [Scope.cases_read, Scope.audit_read]).comes_in()
    sqlite_desk.clock.at += timedelta(days=1)
    with sqlite_desk.hub.db.write() as session:
        now = sqlite_desk.clock.now()
        session.add(Audit(place=case.place, at=now, actor="hub", action="traced", subject="hub"))
    monkeypatch.setattr(finding, "AT_ONCE", 3)
    monkeypatch.setattr(finding, "MOST_ROWS", 3)
    for asked in (
        f"AuditEvent?date=ge{now:%Y-%m-%d}&subtype=traced",  # the first, because each search is a row
        f"Task?encounter=Encounter/{case.key}",
        "Patient?birthdate=1950-01-02",
        "Patient?identifier=9990000018",
    ):
        assert reader.gets(asked).get("total") == 1, asked
    assert "total" not in reader.gets("Encounter?status=finished"), "of which there is no index"


def _traces(desk: Desk, sealed: Case, ordinary: Case) -> dict[int, bool]:
    """Rows of the audit that name what is sealed in one way or another, or only look as if: by their numbers."""
    now = desk.clock.now()
    with desk.hub.db.write() as session:
        of: dict[str, Any] = {"place": sealed.place, "case_id": sealed.key}
        effect = Effect(queue=Queue.records, kind="fhir_write", payload={}, created_at=now, **of)
        known = Person(**of, made_at=now, made_by="Mina Patel")
        other = Person(place=ordinary.place, case_id=ordinary.key, made_at=now, made_by="Mina Patel")
        session.add_all([effect, known, other])
        session.flush()
        rows = [
            (f"person:{other.key}", f"case:{sealed.key}", True),
            (f"person:{other.key}", f"case:{sealed.key}0", False),
            (f"place:{sealed.place}", f"{ordinary.ref}, {sealed.ref}", True),
            (f"place:{sealed.place}", f"{ordinary.ref}, {sealed.ref}K", False),
            (f"effect:{effect.id}", None, True),
            (f"person:{known.key}", None, True),
            (f"person:{other.key}", f"person:{known.key}", True),
            (f"referral:{sealed.key}", None, False),
        ]
        made = [Audit(place=sealed.place, at=now, actor="hub", action="traced", subject=about, why=why)
                for about, why, _ in rows]  # fmt: skip
        session.add_all(made)
        session.flush()
        return {one.id or 0: names_it for one, (*_, names_it) in zip(made, rows, strict=True)}


def test_dates_as_the_standard_compares_them() -> None:
    """R4 3.1.1.4.5, of a day within what is asked, before it, and after it."""
    told = {"resourceType": "Patient", "id": "1", "birthDate": "1941-07-03"}
    true = {
        "1941": True, "1941-07": True, "1941-08": False, "ne1941-08": True, "gt1941-07-02": True, "gt1941": False,
        "ge1941": True, "lt1941-07-04": True, "lt1941-07-03": False, "le1941-07-03": True, "sa1941-06": True,
        "sa1941-07": False, "eb1941-08": True, "eb1941-07": False, "1941-12": False,
    }  # fmt: skip
    for value, holds in true.items():
        assert is_it(Asked("Patient", (("birthdate", (value,)),), 1), told) is holds, value
    assert span("2026-12")[2].isoformat() == "2027-01-01T00:00:00+00:00"
