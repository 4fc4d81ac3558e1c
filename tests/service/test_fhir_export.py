"""`$export`: asked for, made by a worker in slices, fetched in lines, under pseudonyms, and gone after a day."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from hub.actors import HUB
from hub.audit import Audit
from hub.outbox import LIVE, Effect, EffectState, Queue
from hub.tokens import Scope
from records import consents
from records.consent_model import Purpose, Said
from records.fhir import exporting
from records.fhir.export_model import Export, ExportPart, ExportStage
from records.model import Case
from records.people import merging, service
from records.people.fact_model import Fact
from records.sealing import seal
from tests.desk import Desk
from tests.fhir_clients import Client
from tests.fhir_published import judged
from tests.people import fact, person
from tests.service.test_fhir_face import maureen
from workers import jobs, relay
from workers.bench import set_up
from workers.relay import Relay
from workers.ticker import Ticker

ASYNC = {"prefer": "respond-async"}


class Commissioner(Client):
    """Asks, lets the worker work, and fetches."""

    def asks(self, query: str = "") -> str:
        answer = self.http.get(f"/fhir/$export{query}", headers=ASYNC)
        assert answer.status_code == 202, answer.text
        where: str = answer.headers["content-location"]
        return where.removeprefix("http://testserver")

    def lines(self, where: str) -> dict[str, list[dict[str, Any]]]:
        works(self.desk)
        answer = self.http.get(where)
        assert answer.status_code == 200, answer.text
        found = {}
        for one in answer.json()["output"]:
            body = self.http.get(one["url"].removeprefix("http://testserver"))
            assert body.headers["content-type"].startswith("application/fhir+ndjson")
            found[one["type"]] = [json.loads(line) for line in body.text.splitlines()]
            assert len(found[one["type"]]) == one["count"]
        return found


def works(desk: Desk, most: int = 100) -> None:
    worker = Relay(set_up(desk.hub, "reports"), Queue.reports, {}, jobs.OUTSIDE)
    while most and worker.run_due():
        most -= 1


def test_s18_a_commissioner_gets_all_under_pseudonyms_and_nothing_sealed(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS", 2)
    case = maureen(sqlite_desk)
    fact(sqlite_desk, case.person_id or 0, kind="plan", about="respect", words="Not for hospital")
    cases = [sqlite_desk.does("/api/calls/new")["case"] for _ in range(5)]
    with sqlite_desk.hub.db.write() as session:
        seal(session, cases[1], "a colleague", sqlite_desk.clock.now(), HUB)
        objects = session.get_one(Case, cases[2])
        consents.record(
            session, objects, Purpose.research, Said.objected, "by phone", sqlite_desk.clock.now(), HUB
        )
    both = [Scope.export_pseudonyms, Scope.sealed_read]
    commissioner = Commissioner(sqlite_desk, both, name="North ICB").comes_in()
    where = commissioner.asks()
    waits = commissioner.http.get(where)
    assert (waits.status_code, waits.headers["retry-after"]) == (202, "2")
    assert "x-progress" in waits.headers
    assert commissioner.http.get("/fhir/$export", headers=ASYNC).status_code == 429, "one at a time"
    found = commissioner.lines(where)
    assert len(found["Encounter"]) == 4, "neither the sealed one nor that of whoever has said no"
    assert set(found) == {"CarePlan", "Encounter", "Patient", "ServiceRequest", "Task"}
    everything = [one for kind in found.values() for one in kind]
    assert [issues for issues in judged(everything)[0] if issues] == []
    said = json.dumps(everything)
    secrets = (
        "Maureen",
        "Doyle",
        "9990000018",
        "1941-07-03",
        "Oak Road",
        "LS8",
        "bath",
        "hospital",
        "respect",
        case.ref,
    )
    for secret in secrets:
        assert secret not in said, secret
    assert found["Patient"][0]["birthDate"] == "1941"
    there = {f"{one['resourceType']}/{one['id']}" for one in everything}
    assert {part.split('"')[0] for part in said.split('"reference": "')[1:]} <= there, (
        "it still belongs together"
    )
    again = commissioner.lines(commissioner.asks("?_type=Patient"))
    assert again["Patient"] == found["Patient"], "the same names as last time"
    other = Commissioner(sqlite_desk, both, name="Another ICB").comes_in()
    assert other.http.get(where).status_code == 404
    assert other.lines(other.asks("?_type=Patient"))["Patient"][0]["id"] != found["Patient"][0]["id"]
    commissioner.gets("Patient", 403)
    with sqlite_desk.hub.db.read() as session:
        did = [
            one.action for one in session.exec(select(Audit)) if one.actor == f"token:{commissioner.row.key}"
        ]
    assert did.count("export_asked") == 2
    assert did.count("export_fetched") == 6


def test_with_names_since_then_and_gone_after_a_day(sqlite_desk: Desk) -> None:
    maureen(sqlite_desk)
    since = sqlite_desk.clock.at + timedelta(hours=1)
    platform = Commissioner(sqlite_desk, [Scope.export_named]).comes_in()
    named = platform.lines(platform.asks("?_type=Patient,Task"))
    assert named["Patient"][0]["name"] == [{"text": "Maureen Doyle"}]
    later = platform.asks(f"?_type=Encounter&_since={since:%Y-%m-%dT%H:%M:%SZ}")
    assert platform.lines(later) == {}
    ended = platform.asks("?_type=Encounter")
    assert platform.http.delete(ended).status_code == 202
    works(sqlite_desk)
    assert platform.http.get(ended).status_code == 404
    given_up = platform.asks("?_type=Encounter,Task")
    with sqlite_desk.hub.db.write() as session:
        effect = session.exec(select(Effect).where(Effect.kind == "fhir_export", text(LIVE))).one()
        effect.state = EffectState.parked
    assert platform.http.get(given_up).status_code == 500
    last = platform.asks("?_type=Encounter")
    assert platform.lines(last), "one that was given up is in nobody's way"
    sqlite_desk.clock.at += timedelta(days=1, seconds=1)
    assert platform.http.get(last).status_code == 404
    Ticker(set_up(sqlite_desk.hub, "ticker")).forget_exports()
    assert sqlite_desk.rows(ExportPart) == []


def test_s18_what_was_made_before_somebody_was_sealed_is_over(sqlite_desk: Desk) -> None:
    """And of what was given up nothing is kept for longer than of what was done."""
    case = maureen(sqlite_desk)
    platform = Commissioner(sqlite_desk, [Scope.export_named]).comes_in()
    plan = fact(sqlite_desk, case.person_id or 0, kind="plan", about="respect")
    other = sqlite_desk.does("/api/calls/new")["case"]
    for how in ("plan", "case"):
        where = platform.asks("?_type=Patient")
        assert platform.lines(where)
        with sqlite_desk.hub.db.write() as session:
            now = sqlite_desk.clock.now()
            if how == "plan":
                service.seal(session, session.get_one(Fact, plan), "a colleague", now, HUB)
            else:
                seal(session, other, "a colleague", now, HUB)
        assert platform.http.get(where).status_code == 404, how
        assert sqlite_desk.rows(ExportPart) == [], how
    platform.asks("?_type=Patient,Task")
    with sqlite_desk.hub.db.write() as session:
        export = session.exec(select(Export).where(Export.stage == ExportStage.running)).one()
        session.add(ExportPart(export_id=export.key, kind="Patient", first=0, body=b""))
        session.get_one(Effect, export.effect_id).state = EffectState.parked
    sqlite_desk.clock.at += timedelta(days=1, seconds=1)
    Ticker(set_up(sqlite_desk.hub, "ticker")).forget_exports()
    assert sqlite_desk.rows(ExportPart) == []


def test_a_turn_is_short_and_the_rest_comes_after_others(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker says that it lives between two turns alone: no export is one long turn."""
    monkeypatch.setattr(relay, "GOES_ON_FOR", timedelta(0))
    maureen(sqlite_desk)
    platform = Commissioner(sqlite_desk, [Scope.export_named]).comes_in()
    where = platform.asks("?_type=Encounter,Patient,Task")
    works(sqlite_desk, most=1)
    assert platform.http.get(where).headers["x-progress"] == "Patient, 1 so far"
    assert set(platform.lines(where)) == {"Encounter", "Patient", "Task"}


def test_who_said_no_is_left_out_by_whatever_number_they_turned_out_to_have(sqlite_desk: Desk) -> None:
    first = maureen(sqlite_desk)
    other = person(sqlite_desk, person_name="Mo Doyle", nhs_number="943 476 5919")
    with sqlite_desk.hub.db.write() as session:
        now, objects = sqlite_desk.clock.now(), session.get_one(Case, first.key)
        consents.record(session, objects, Purpose.research, Said.objected, "by phone", now, HUB)
        merging.merge(session, first.place, first.person_id or 0, other, "the same number", now, HUB)
    commissioner = Commissioner(sqlite_desk, [Scope.export_pseudonyms]).comes_in()
    assert commissioner.lines(commissioner.asks("?_type=Encounter,Patient")) == {}


def test_what_cannot_be_exported(sqlite_desk: Desk) -> None:
    reader = Client(sqlite_desk, [Scope.cases_read]).comes_in()
    assert reader.http.get("/fhir/$export", headers=ASYNC).status_code == 403
    narrow = Client(sqlite_desk, [Scope.export_named], name="Narrow").comes_in("system/Task.rs")
    assert narrow.http.get("/fhir/$export").status_code == 400
    for query, status in {
        "?_type=Patient": 403,
        "?_type=AuditEvent": 400,
        "?_since=2026": 400,
        "?_outputFormat=text/csv": 400,
        "?_typeFilter=x": 400,
    }.items():
        assert narrow.http.get(f"/fhir/$export{query}", headers=ASYNC).status_code == status, query
    where = narrow.http.get("/fhir/$export", headers=ASYNC).headers["content-location"]
    with sqlite_desk.hub.db.write() as session:
        row = session.merge(narrow.row)
        row.revoked_at = sqlite_desk.clock.machine()
    works(sqlite_desk)
    with sqlite_desk.hub.db.write() as session:
        session.merge(narrow.row).revoked_at = None
    assert narrow.http.get(where.removeprefix("http://testserver")).status_code == 500
