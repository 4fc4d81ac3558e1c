"""Another service that takes referrals at its own `$process-message`, and does what it is told to do."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hub.assemble import Hub
from hub.services import Service
from tests.bars import resource

Bundle = dict[str, Any]
WHY = "Pain is not controlled; please see her today."


class Receiver:
    """`came`: each message that it has taken, once. `tries`: every attempt's `X-Request-Id`. What it does next is in
    `next`, first come first: a status, "garbage", "slow", or "dies" (takes it, and breaks off before it answers)."""

    def __init__(self) -> None:
        self.came: list[Bundle] = []
        self.tries: list[str] = []
        self.asked: list[str] = []
        self.heads: list[dict[str, Any]] = []
        self.next: list[int | str] = []
        self.encounter, self.why = "planned", ""
        receiver = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.take(self, json.loads(body))

            def do_GET(self) -> None:
                receiver.asked.append(self.path)
                known = [one for one in receiver.came if key_of(one) in self.path]
                self.say(200, {"resourceType": "Bundle", "entry": [{"resource": {}} for _ in known]})

            def say(self, status: int, said: Any) -> None:
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if status == 429:
                    self.send_header("retry-after", "21600")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, door: Any, bundle: Bundle) -> None:
        self.tries.append(door.headers["x-request-id"])
        self.heads.append(
            {
                name: json.loads(base64.b64decode(door.headers[name]))
                for name in door.headers
                if "nhsd" in name.lower()
            }
        )
        does = self.next.pop(0) if self.next else 200
        if isinstance(does, int) and does >= 400 and does != 409:
            issue = {"code": "processing", "diagnostics": "Not commissioned for this postcode."}
            door.say(does, {"resourceType": "OperationOutcome", "issue": [issue]})
            return
        if bundle["id"] not in [one["id"] for one in self.came]:
            self.came.append(bundle)
        if does == "dies":
            door.close_connection = True
        elif does == "slow":
            time.sleep(0.8)
        elif does == "garbage":
            door.say(200, b"<html>welcome</html>")
        else:
            door.say(int(does), self.answer(bundle))

    def answer(self, bundle: Bundle) -> Bundle:
        revoked = resource(bundle, "ServiceRequest")["status"] == "revoked"
        encounter: Bundle = {
            "resourceType": "Encounter",
            "status": "cancelled" if revoked else self.encounter,
            "identifier": [{"system": "https://them", "value": "P-7"}],
        }
        if self.why:
            encounter["reasonCode"] = [{"text": self.why}]
        header = {
            "resourceType": "MessageHeader",
            "eventCoding": {"code": "servicerequest-request"},
            "reason": {"coding": [{"code": "new"}]},
            "response": {"identifier": bundle["id"], "code": "ok"},
        }
        return {"resourceType": "Bundle", "entry": [{"resource": header}, {"resource": encounter}]}

    def word(self, status: str, why: str = "", to: int = -1) -> Bundle:
        """Their later answer to one that came, as a message of its own; to the newest, if nothing else is said."""
        self.why = why
        said = self.answer(self.came[to])
        header, encounter = (one["resource"] for one in said["entry"])
        header["eventCoding"] = {"code": "servicerequest-response"}
        encounter["status"] = status
        return {**said, "id": f"word-{status}-{len(self.came)}"}

    @property
    def reasons(self) -> list[str]:
        """What came, in order: new, update, revoked."""
        return [
            "revoked"
            if resource(one, "ServiceRequest")["status"] == "revoked"
            else resource(one, "MessageHeader")["reason"]["coding"][0]["code"]
            for one in self.came
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def key_of(bundle: Bundle) -> str:
    (identifier,) = resource(bundle, "ServiceRequest")["identifier"]
    return str(identifier["value"])


def reachable(url: str, *hubs: Hub, sender: str = "Willow", **more: Any) -> None:
    """From now on these hubs ask the palliative care team by a message."""
    told: dict[str, Any] = {"timeout_s": 0.5, "connect_timeout_s": 0.3, **more}
    service = Service(
        service="palliative_care",
        service_id="2000012345",
        organisation="RWW",
        ods="RFP",
        sender=sender,
        base_url=url,
        **told,
    )
    for hub in hubs:
        hub.services = (service,)
        hub.db.services = {service.service: service.sender}


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    try:
        yield made
    finally:
        made.close()
