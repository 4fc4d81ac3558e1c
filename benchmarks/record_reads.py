"""`record_reads`: what a record server that hangs costs a capture, and how soon facts are on the screen once a healthy
one has answered."""

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.figures import Figure, p50, p95
from benchmarks.house import PROCESSES, House, a_house
from benchmarks.wire import Line
from tests.fhir_server.known_there import MAUREEN, NHS, OF_MAUREEN

BLOCKS, CAPTURES, WARM_UP, GAP_S, MOST_RATIO = 24, 40, 25, 0.04, 1.05
"""With and without take turns, block by block, so that what else this machine does falls on both; the first captures of
a block are not counted: what was asked in the block before ends meanwhile."""
SHOWN, SHOWN_MS, LOOK_S, MOST_S = 30, 300.0, 0.15, 10.0
SERVERS = "FP_RECORD_SERVERS"


def measure(blocks: int = BLOCKS, captures: int = CAPTURES, shown: int = SHOWN) -> list[Figure]:
    hanging_ms, without_ms = _in_turn(blocks, captures)
    with Healthy.serving() as healthy, reads_from(healthy.url):
        shown_ms = _on_screen(healthy, shown)
    ratio = p50(hanging_ms) / p50(without_ms)
    return [
        Figure("capture_with_hanging_record_ratio", ratio, 1.0, MOST_RATIO),
        Figure("capture_with_hanging_record_p50_ms", p50(hanging_ms), p50(without_ms)),
        Figure("facts_on_screen_p95_ms", p95(shown_ms), p50(shown_ms), SHOWN_MS),
    ]


@contextmanager
def reads_from(url: str) -> Iterator[None]:
    """The hubs that are made within this read from there; from nowhere by an empty address."""
    before = os.environ.pop(SERVERS, None)
    with TemporaryDirectory(prefix="fp-bench-") as folder:
        if url:
            one = {"name": "there", "title": "There", "base_url": url, "reads": True}
            file = Path(folder) / "servers.json"
            file.write_text(json.dumps({"servers": [one]}))
            os.environ[SERVERS] = str(file)
        try:
            yield
        finally:
            os.environ.pop(SERVERS, None)
            if before is not None:
                os.environ[SERVERS] = before


@contextmanager
def hangs() -> Iterator[str]:
    """It takes every connection, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as bound:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/fhir"


def number(n: int) -> str:
    """The nth NHS number of those for tests whose check digit fits."""
    digits = f"999{n * 11 + 7:06d}"
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
    return number(n + 10_000) if check == 10 else f"{digits}{check % 11}"


def _typed(nhs_number: str) -> bytes:
    said = {
        "nhs_number": nhs_number,
        "person_name": "Maureen Doyle",
        "born": "3/7/1941",
        "address": "12 Oak Road",
        "read_back": "person_name, nhs_number",
    }
    entries = [{"id": str(uuid.uuid4()), "field": name, "value": value} for name, value in said.items()]
    return json.dumps({"entries": entries}).encode()


def _capture(line: Line, nhs_number: str) -> int:
    status, said = line.post("/api/calls/new", b"")
    assert status == 200, said
    call = int(json.loads(said)["call"])
    status, said = line.post(f"/api/calls/{call}/typed", _typed(nhs_number))
    assert status == 200, said
    return call


@contextmanager
def _a_house_that_reads() -> Iterator[House]:
    with a_house() as house, house.run(), house.beside("-m", "workers", "reader"):
        house.must_beat(len(PROCESSES))  # with the reader; else nothing is measured but its start
        yield house


def _in_turn(blocks: int, captures: int) -> tuple[list[float], list[float]]:
    """Of a hub whose record server hangs, and of one that reads from nowhere, both at work all the time."""
    with ExitStack() as stack:
        url = stack.enter_context(hangs())
        with reads_from(url):
            hanging = _Taken(stack.enter_context(_a_house_that_reads()))
        with reads_from(""):
            without = _Taken(stack.enter_context(_a_house_that_reads()))
        for nth in range(blocks):
            for one in (hanging, without) if nth % 2 else (without, hanging):
                one.block(captures)
        return hanging.took_ms, without.took_ms


class _Taken:
    def __init__(self, house: House) -> None:
        self.took_ms = list[float]()
        self._line, self._asked = house.line(), 0

    def block(self, captures: int) -> None:
        """One after the other, so that none waits for another; everybody whose call is captured is somebody new."""
        for nth in range(WARM_UP + captures):
            self._asked += 1
            began = time.monotonic()
            _capture(self._line, number(self._asked))
            if nth >= WARM_UP:
                self.took_ms.append((time.monotonic() - began) * 1000)
            time.sleep(GAP_S)


class Healthy:
    """Knows everybody by the name of Maureen Doyle, and when it gave its last answer about each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.last_at: dict[str, float] = {}

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator["Healthy"]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = json.dumps(mine.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/fhir+json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        mine = cls(f"http://127.0.0.1:{server.server_address[1]}/fhir")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield mine
        finally:
            server.shutdown()
            server.server_close()

    def answer(self, path: str) -> dict[str, Any]:
        asked = urlsplit(path)
        kind, query = asked.path.rsplit("/", 1)[-1], parse_qs(asked.query)
        if kind == "Patient":
            who = query["identifier"][0].split("|")[-1]
            found = [MAUREEN | {"id": who, "identifier": [{"system": NHS, "value": who}]}]
        else:
            who = query["patient"][0].split("/")[-1]
            whom = {"reference": f"Patient/{who}"}
            mine = [one for one in OF_MAUREEN if one["resourceType"] == kind]
            found = [
                {**one, "id": f"{one['id']}-{who}"}
                | ({"patient": whom} if "patient" in one else {"subject": whom})
                for one in mine
            ]
        self.last_at[who] = time.monotonic()
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]}


def _on_screen(healthy: Healthy, shown: int) -> list[float]:
    """From its last answer until a page that looks as often as ours does has the facts."""
    with _a_house_that_reads() as house:
        line = house.line()
        return [_until_shown(line, healthy, number(n)) for n in range(shown + 3)][3:]


def _until_shown(line: Line, healthy: Healthy, who: str) -> float:
    call = _capture(line, who)
    until = time.monotonic() + MOST_S
    while time.monotonic() < until:
        status, said = line.get(f"/calls/{call}/known")
        assert status == 200, said
        if b"Apixaban" in said:
            return (time.monotonic() - healthy.last_at[who]) * 1000
        threading.Event().wait(LOOK_S)
    raise RuntimeError("the facts never came")
