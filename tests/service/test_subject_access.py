"""Everything that the hub holds of one person, for whoever may have it; and nothing that has to be held back."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import null
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from dispatch.model import Message
from hub.audit import Audit
from hub.deadlines import Deadline
from hub.outbox import Queue
from migrations.models import ALL
from records.alarms import Alarm, AlarmState
from records.keeping import checking, command, export, requests, subject
from records.keeping.model import AccessRequest, RequestState
from records.keeping.reach import HELD_FIRST, LEFT_OUT, NOTHING, REACH, SEALED_WORDS
from records.model import Case
from records.people.fact_model import Fact
from tests.desk import Desk
from tests.one_person import MARK, NHS_NUMBER, OnePerson
from workers import jobs
from workers.app import Pulse
from workers.bench import set_up
from workers.relay import Relay
from workers.ticker import ALONE

assert ALL


def filled(desk: Desk) -> OnePerson:
    with desk.hub.db.write() as session:
        return OnePerson(session, desk.place, desk.clock.now(), desk.hub.db.seal)


def all_lines(desk: Desk, number: str = NHS_NUMBER) -> list[export.Line]:
    with desk.hub.db.read() as session:
        found = subject.by_nhs_number(session, desk.place, number)
        return list(export.lines(session, found, desk.hub.db.seal))


def test_every_table_of_the_model_is_handed_out_or_has_a_reason() -> None:
    tables = set(SQLModel.metadata.tables)
    assert tables == REACH.keys() | NOTHING.keys(), (
        "say of a new table how its rows are found as somebody's, or why not"
    )
    assert not REACH.keys() & NOTHING.keys()
    columns = {
        (name, column.name) for name, table in SQLModel.metadata.tables.items() for column in table.columns
    }
    assert {(name, way.column) for name, ways in REACH.items() for way in ways} <= columns
    assert LEFT_OUT.keys() | SEALED_WORDS <= columns
    assert HELD_FIRST.keys() <= REACH.keys()


def test_a_row_of_every_table_comes_and_nothing_of_anybody_else(desk: Desk) -> None:
    """On both databases: each table is found by its own way."""
    desk.assessed()
    filled(desk)
    desk.assessed()
    found = all_lines(desk)
    by_table = {line.table: line for line in found}
    assert by_table.keys() == REACH.keys()
    assert len(found) == len(REACH), "each has one of theirs, and the other two cases have some too"
    assert by_table["referral_message"].values["sealed"] == MARK, "as it came"
    assert "sealed" not in by_table["key_safe"].values, "S19"
    assert [line["ref"] for line in by_table["shift_handover"].values["lines"]] == ["QG7A"]
    assert by_table["shift_handover"].values["words"] == ""


def test_s18_what_is_sealed_waits_for_a_person_with_all_that_hangs_on_it(sqlite_desk: Desk) -> None:
    filled(sqlite_desk)
    sqlite_desk.assessed()
    others = sqlite_desk.rows(Case)[-1].key
    waits = {line.table for line in all_lines(sqlite_desk) if line.because}
    assert waits == HELD_FIRST.keys()
    with sqlite_desk.hub.db.write() as session:
        case = SQLModel.metadata.tables["case_"]
        session.execute(case.update().where(case.c.ref == "QG7A").values(sealed=True))
        session.execute(SQLModel.metadata.tables["event"].update().values(facts=null()))
    free = {line.table for line in all_lines(sqlite_desk) if not line.because}
    assert free == {
        "person", "person_merge", "contact_point", "correction", "own_access", "own_code", "own_log_in",
        "access_request", "erasure",
    }, "of no case; what was said in that case waits, whatever table it is in"  # fmt: skip
    with sqlite_desk.hub.db.write() as session:
        session.execute(case.update().where(case.c.ref == "QG7A").values(sealed=False))
        tables = SQLModel.metadata.tables
        session.execute(tables["fact"].update().values(kind="at_risk"))
        session.execute(tables["carer"].update().values(entered_in_error_at=sqlite_desk.clock.now()))
        session.execute(tables["timeline"].update().values(event="unsealed"))
        session.execute(tables["event"].update().values(facts={"sealed": True}))
        session.execute(tables["case_link"].update().values(wrong=True))
        session.execute(
            tables["audit"]
            .update()
            .where(tables["audit"].c.action == "case_opened")
            .values(action="hold_put", why=None)
        )
        session.execute(tables["record_ask"].update().values(case_id=others))
    waits = {line.table for line in all_lines(sqlite_desk) if line.because}
    assert waits == HELD_FIRST.keys() | {
        "fact", "carer", "timeline", "event", "case_link", "audit", "record_ask", "record_read",
    }  # fmt: skip


def test_from_the_command_line(
    sqlite_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(sqlite_desk)
    settings_of(sqlite_desk, monkeypatch)
    to = tmp_path / "out"
    assert command.main(["export", "--nhs-number", "999 000 0018", "--to", str(to)]) == 0
    assert "Nothing of this may be handed out" in capsys.readouterr().out
    rows = json.loads((to / "export.json").read_text())["rows"]
    held = json.loads((to / "held.json").read_text())["rows"]
    assert {row["table"] for row in (*rows, *held)} == REACH.keys()
    assert {row["table"] for row in held} == HELD_FIRST.keys()
    page = (to / "export.html").read_text()
    assert MARK in page
    assert export.LAW.split(":")[0] in page
    assert all(oct(file.stat().st_mode)[-3:] == "600" for file in to.iterdir())
    assert command.main(["export", "--person", "4711", "--to", str(to)]) == 1
    assert "knows nobody" in capsys.readouterr().err


def settings_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FP_DATABASE_URL", desk.hub.db.url)
    monkeypatch.setenv("FP_PLACE", desk.place)
    monkeypatch.setenv("FP_KEY_SAFE_SECRET", desk.hub.settings.key_safe_secret.get_secret_value())


def works(desk: Desk) -> int:
    """All that is waiting for the worker of the lesser queue. Returns how often it said meanwhile that it lives: never
    inside a write, which would be refused."""
    bench, said = set_up(desk.hub, "reports-1"), itertools.count()
    pulse = Pulse(bench, None)

    def alive() -> None:
        next(said)
        pulse.alive()

    bench.alive = alive
    relay = Relay(bench, Queue.reports, jobs.INSIDE, jobs.OUTSIDE)
    while relay.run_due():
        pass
    return next(said)


def posts(client: TestClient, path: str, **form: Any) -> int:
    form["csrf"] = client.headers["x-csrf-token"]
    status: int = client.post(path, data=form, headers={"accept": "text/html"}).status_code
    return status


ASKED = {"nhs_number": "999 000 0018", "asked_by": "Her son", "behalf": "her, by power of attorney"}


def test_from_the_request_to_the_answer(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    filled(desk)
    nora = desk.person("Nora Quinn")
    today = desk.clock.now().date().isoformat()
    assert posts(nora, "/subject-access", received=today, identity="", **ASKED) == 422, "how are they known?"
    assert (
        posts(
            nora, "/subject-access", received=today, identity="passport seen", **ASKED | {"nhs_number": "1"}
        )
        == 404
    )
    assert posts(desk.jay, "/subject-access", received=today, identity="passport seen", **ASKED) == 403
    assert posts(nora, "/subject-access", received=today, identity="passport seen", **ASKED) == 303
    one = f"/subject-access/{desk.rows(AccessRequest)[-1].key}"
    assert "being prepared" in nora.get(one).text
    assert nora.get(f"{one}/contents").status_code == 409
    lived = works(desk)
    request = desk.rows(AccessRequest)[-1]
    assert request.state is RequestState.prepared
    assert lived == sum(request.contents.values()), "once for each row, so that nobody takes it for stuck"
    assert request.contents.keys() == REACH.keys()
    file = requests.file_of(desk.hub.settings.data, request.key)
    assert MARK.encode() not in file.read_bytes(), "sealed at rest"
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert MARK in nora.get(f"{one}/contents?table=message").text
    assert nora.get(f"{one}/answer.json").status_code == 409, "nobody has checked it"
    _decides(desk, nora, one)
    assert posts(nora, f"{one}/checked") == 303
    _is_sealed_since(desk, nora, one)
    out = nora.get(f"{one}/answer.json").json()
    tables = {row["table"] for row in out["rows"]}
    assert tables == REACH.keys() - HELD_FIRST.keys() - {"message"} | {"staff_safety"}
    assert out["law"] == export.LAW
    assert "visit_note" in nora.get(f"{one}/answer.html").text.replace(" ", "_").lower()
    assert posts(nora, f"{one}/sent") == 303
    assert posts(nora, f"{one}/sent") == 409
    looks = {row.action for row in desk.rows(Audit) if row.why == f"request {request.key}"}
    assert looks >= {
        "access_asked",
        "access_contents_read",
        "access_checked",
        "access_downloaded",
        "access_sent",
    }
    with desk.hub.db.write() as session:
        ALONE["access_over"](session, request.key, desk.clock.now())
    works(desk)
    assert not file.exists()
    assert nora.get(f"{one}/answer.json").status_code == 404


def _decides(desk: Desk, nora: TestClient, one: str) -> None:
    assert posts(nora, f"{one}/checked") == 422, "parts wait for a word"
    number = int(one.rpartition("/")[2])
    with desk.hub.db.read() as session:
        waiting = [row.part for row in checking.held_of(session, number)]
    assert posts(nora, f"{one}/decide", part=waiting[0], held="true", why="") == 422
    for part in waiting[:3]:
        hand_out = part.startswith("staff_safety")
        assert (
            posts(nora, f"{one}/decide", part=part, held=str(not hand_out).lower(), why="third person") == 303
        )
    assert posts(nora, f"{one}/hold-all", why="") == 422
    assert posts(nora, f"{one}/hold-all", why="third person") == 303
    staff_safety = next(part for part in waiting if part.startswith("staff_safety"))
    assert posts(nora, f"{one}/decide", part=staff_safety, held="false", why="she knows of it") == 303
    message = next(row.id for row in desk.rows(Message))
    assert (
        posts(nora, f"{one}/decide", part=f"message:{message}", held="true", why="names a neighbour") == 303
    )
    assert posts(nora, f"{one}/decide", part="message:4711", held="true", why="names a neighbour") == 422


def _is_sealed_since(desk: Desk, nora: TestClient, one: str) -> None:
    """S18: after it was written, after it was checked."""
    with desk.hub.db.write() as session:
        fact = SQLModel.metadata.tables["fact_sealing"]
        session.execute(fact.update().values(ended_at=None))
    assert nora.get(f"{one}/answer.json").status_code == 409
    assert posts(nora, f"{one}/checked") == 422, "it waits for a word"
    part = f"fact:{desk.rows(Fact)[-1].key}"
    assert posts(nora, f"{one}/decide", part=part, held="false", why="she said it herself") == 303
    assert posts(nora, f"{one}/checked") == 303
    assert posts(nora, f"{one}/decide", part=part, held="false", why="she said it herself") == 303
    assert nora.get(f"{one}/answer.json").status_code == 409, "what is decided again is checked again"
    assert posts(nora, f"{one}/checked") == 303


def test_the_law_s_month_wakes_the_privacy_lead(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    filled(desk)
    nora, today = desk.person("Nora Quinn"), desk.clock.now().date()
    assert (
        posts(nora, "/subject-access", received=today.isoformat(), identity="passport seen", **ASKED) == 303
    )
    request = desk.rows(AccessRequest)[-1]
    london = ZoneInfo("Europe/London")
    due = request.due_at.astimezone(london)
    assert due == requests.month_after(request.received_at.astimezone(london), 1), (
        "by the calendar of the place"
    )
    (waits,) = [row for row in desk.rows(Deadline) if row.kind == "access_due" and row.subject == request.key]
    assert waits.due_at == due - requests.WAKES_BEFORE
    with desk.hub.db.write() as session:
        ALONE["access_due"](session, request.key, desk.clock.now())
    assert [one for one in desk.rows(Alarm) if one.kind == requests.LATE and one.state is not AlarmState.over]
    one = f"/subject-access/{request.key}"
    assert posts(nora, f"{one}/extend", why="fourteen cases") == 303
    assert posts(nora, f"{one}/extend", why="again") == 409
    assert desk.rows(AccessRequest)[-1].due_at.astimezone(london).month == due.month + 2
    assert not [
        one for one in desk.rows(Alarm) if one.kind == requests.LATE and one.state is not AlarmState.over
    ]
    works(desk)
    file = requests.file_of(desk.hub.settings.data, request.key)
    file.with_suffix(".4711").write_text("of a worker that was killed")
    assert posts(nora, f"{one}/refuse", why="it was somebody else") == 303
    works(desk)
    assert list(file.parent.iterdir()) == []


def test_a_month_after_a_day_that_the_next_has_not() -> None:
    at = datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert requests.month_after(at, 1) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert requests.month_after(at, 3) == datetime(2026, 4, 30, 9, tzinfo=UTC)
    assert requests.month_after(datetime(2026, 11, 30, tzinfo=UTC), 3) == datetime(2027, 2, 28, tzinfo=UTC)
