"""A person read from a real FHIR server that is cut, slowed and corrupted between every two requests, by readers that
die with them in their hands: what is on our record at the end is what is on theirs, each thing once."""

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from records.people.fact_model import Fact
from records.people.model import Carer
from records.reading.model import ReadState, RecordRead
from tests.desk import Desk, entry, types
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import configure
from tests.fhir_server.known_there import OF_MAUREEN, ReaderInHand, knows
from tests.people import BY_NUMBER, MAUREEN
from workers import reads

TROUBLE: tuple[dict[str, Any], ...] = (
    {"kill": True},
    {"status": 503, "retry_after": 5},
    {"half": True},
    {"garbage": True},
    {"slow_s": 0.9},
    {"status": 404},
    {"hang": True},
    {"status": 429, "retry_after": 0},
    {"status": 500},
    {"drop_after": True},
)
"""The time-out is 0.6 s here."""
SERVER = {"name": "leeds", "title": "Leeds Care Record", "reads": True, "writes": False}
MOST_LOOKS = 60


@pytest.fixture
def desk(
    fhir_process: FhirServer, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    fhir_process.clear()
    knows(fhir_process, *OF_MAUREEN)
    configure(tmp_path, monkeypatch, SERVER | {"base_url": fhir_process.url})
    return Desk(tmp_path, database_url)


def standing(desk: Desk) -> dict[str, tuple[int, str | None]]:
    facts = [one for one in desk.rows(Fact) if not one.in_error and one.outside_id and not one.valid_until]
    replaced = {one.supersedes_id for one in facts}
    return {one.outside_id or "": (one.key, one.value) for one in facts if one.key not in replaced}


def test_none_missing_none_twice(desk: Desk, fhir_process: FhirServer) -> None:
    begun = desk.does("/api/calls/new")
    number, case = begun["call"], begun["case"]
    types(desk, number, *(entry(field, value) for field, value in MAUREEN.items()))
    types(desk, number, entry("read_back", BY_NUMBER))
    fhir_process.next(*itertools.chain.from_iterable(({**one}, {}) for one in TROUBLE * 2))
    looks = 0
    while fhir_process.left or _unread(desk):
        reader = ReaderInHand(desk)
        reader.hurries()
        if looks % 3 == 1 and reads.claim(reader.reader.bench):  # it dies with them in its hands
            desk.clock.machine_ahead += reads.LEASE
        reader.reads()
        reader.close()
        desk.clock.machine_ahead += timedelta(minutes=6)
        desk.clock.at += timedelta(minutes=11)
        desk.does(f"/api/cases/{case}/records", {})
        looks += 1
        assert looks < MOST_LOOKS, "it never came"
    facts = standing(desk)
    assert len(facts) == len(OF_MAUREEN) - 1, "the daughter is a carer"
    assert len(desk.rows(Carer)) == 1
    well = ReaderInHand(desk)
    assert well.reads() == 1
    well.close()
    assert standing(desk) == facts, "a look without any trouble finds nothing to add and nothing to end"
    desk.hub.db.close()


def _unread(desk: Desk) -> bool:
    rows = desk.rows(RecordRead)
    return not rows or any(one.state is not ReadState.read or one.unread for one in rows)
