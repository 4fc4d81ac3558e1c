"""Page after page of a kind, as servers give them: `next` beside their base or below it, and never anybody else's."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hub.record_servers import RecordServer
from records.fhir.answered import ReadFact
from records.fhir.read_patient import patient_of
from tests.fhir_server.known_there import MAUREEN, concept, of
from workers.fhir import FhirClient
from workers.fhir_reading import MOST_OF_A_KIND, MOST_OF_ONE, Gathering, Pages, kind_of


def bundle(condition: str, further: str = "") -> dict[str, Any]:
    resource = of("Condition", condition, code=concept(condition))
    link = [{"relation": "next", "url": further}] if further else []
    return {"resourceType": "Bundle", "entry": [{"resource": resource}], "link": link}


class Paging:
    """Its first page leads to `further`; of `there` alone something comes."""

    def __init__(self) -> None:
        self.further, self.asked = "", list[str]()
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mine.asked.append(self.path)
                second = self.path in ("/fhir?_getpages=1", "/fhir/Condition?page=2")
                first = self.path.startswith("/fhir/Condition?patient")
                self.send_response(200 if first or second else 503)
                self.send_header("content-type", "application/fhir+json")
                self.end_headers()
                said = bundle("gout", mine.further) if first else bundle("asthma")
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def read(self, further: str) -> Pages:
        self.further = further
        server = RecordServer(name="x", title="X", base_url=f"{self.root}/fhir", reads=True)
        client, patient = FhirClient(server, lambda: datetime.now(UTC)), patient_of(MAUREEN)
        assert patient is not None
        try:
            return kind_of(client, time.monotonic() + 20, "Condition", patient)
        finally:
            client.close()


@pytest.fixture
def paging() -> Iterator[Paging]:
    made = Paging()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("further", ["/fhir?_getpages=1", "/fhir/Condition?page=2"])
def test_the_next_page_is_read_wherever_below_its_base_it_lies(paging: Paging, further: str) -> None:
    came = paging.read(f"{paging.root}{further}")
    assert ([fact.about for fact in came.found], came.whole, came.error) == (["gout", "asthma"], True, None)


@pytest.mark.parametrize("further", ["{root}/fhir/Condition?page=3", "http://elsewhere.example/fhir?page=2"])
def test_what_came_stays_where_a_later_page_fails(paging: Paging, further: str) -> None:
    """And it is said that it is not all, so that nothing ends, and it is asked for again."""
    came = paging.read(further.format(root=paging.root))
    assert ([fact.about for fact in came.found], came.whole) == (["gout"], False)
    assert came.error is not None
    gathering = Gathering(MAUREEN, patient_of(MAUREEN))  # type: ignore[arg-type]
    gathering.came("Condition", came)
    outcome = gathering.outcome()
    assert "Condition" in outcome.unread
    assert outcome.held is not None
    assert [one.about for one in outcome.held.answered.facts if isinstance(one, ReadFact)] == ["gout"]


def test_too_much_is_cut_where_there_is_most_of_it_and_said() -> None:
    """S8: few allergies are never lost behind many old conditions."""
    gathering = Gathering(MAUREEN, patient_of(MAUREEN))  # type: ignore[arg-type]
    for kind in ("Condition", "MedicationRequest"):
        facts = [ReadFact(f"{kind}/{n}", "condition", "gout") for n in range(MOST_OF_A_KIND)]
        gathering.came(kind, Pages(list(facts), True))
    gathering.came("AllergyIntolerance", Pages([ReadFact("AllergyIntolerance/1", "allergy", "latex")], True))
    outcome = gathering.outcome()
    assert outcome.held is not None
    kept = outcome.held.answered
    assert len(kept.facts) == MOST_OF_ONE
    assert kept.facts[0].about == "latex"
    assert "AllergyIntolerance" in kept.whole
    assert {"Condition", "MedicationRequest"} & set(outcome.unread)
