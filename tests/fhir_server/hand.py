"""A hub that writes to that server: its file of record servers, and the worker of its records queue."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from hub.actors import Actor
from hub.outbox import Effect, Queue
from records.milestones import KIND
from records.model import Case, Outcome, Task
from records.service import Due, move, open_case, owe, record_outcome, take
from records.store import rows_of
from tests.desk import Desk
from tests.fhir_server import FhirServer
from workers import jobs
from workers.bench import Bench, set_up
from workers.relay import Relay

ME = Actor("user:1", "Priya Nair")


@pytest.fixture(scope="session")
def fhir_process() -> Iterator[FhirServer]:
    server = FhirServer()
    yield server
    server.close()


@pytest.fixture
def fhir(fhir_process: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FhirServer:
    """Empty and well; a hub that is made after this writes to it."""
    fhir_process.clear()
    configure(
        tmp_path, monkeypatch, {"name": "leeds", "title": "Leeds Care Record", "base_url": fhir_process.url}
    )
    return fhir_process


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch, *servers: dict[str, Any]) -> None:
    file = folder / "record_servers.json"
    each = [{"writes": True, "timeout_s": 0.6, "connect_timeout_s": 0.3, **server} for server in servers]
    file.write_text(json.dumps({"servers": each}))
    monkeypatch.setenv("FP_RECORD_SERVERS", str(file))


class RecordsWorker:
    """The one worker of the records queue, for a desk; time is passed in."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.bench: Bench = set_up(desk.hub, "records")

    def works(self, most: int = 200) -> None:
        """Everything that is due now and what that lets go."""
        relay = Relay(self.bench, Queue.records, {}, {KIND: jobs.OUTSIDE[KIND]})
        done = 0
        while worked := relay.run_due():
            done += worked
            assert done < most, "it goes round in circles"

    def waits(self, **by: float) -> None:
        """Time passes by both clocks, and the worker looks again."""
        self.desk.clock.at += timedelta(**by)
        self.desk.clock.machine_ahead += timedelta(**by)
        self.works(most=100_000)

    def writes(self) -> list[Effect]:
        with self.desk.hub.db.read() as session:
            return writes_of(session)


def writes_of(session: Session) -> list[Effect]:
    return list(session.exec(select(Effect).where(Effect.kind == KIND).order_by(Effect.id)))  # type: ignore[arg-type]


def quick(worker: RecordsWorker) -> Case:
    """A case that is opened, and then cancelled and closed."""
    now = worker.desk.clock.now()
    with worker.desk.hub.db.write() as session:
        case = open_case(session, worker.desk.place, now, now, ME, "By post.")
        task = Task(place=case.place, opened_at=now, case_id=case.key, words="Read it.")
        owe(session, task, now, ME, "", Due("task", now))
    with worker.desk.hub.db.write() as session:
        (task,) = rows_of(session, Task, case.key, live=True)
        record_outcome(session, take(session, case.key, now), Outcome.cancelled, "By post.", now, ME)
        move(session, task, "do", now, ME, "Read.")
    return case
