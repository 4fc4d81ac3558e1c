"""What the tests of the training phones share: a real network, the real SDK, a small real hub. No tests here."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from phones.app import create_app
from phones.settings import DEFAULT_SID, PhonesSettings

TOKEN = "a-token-for-training"
HUB_NUMBER = "+441134960000"
ANA = "+447700900141"
TOM = "+447700900152"


def eventually(check: Callable[[], Any], within_s: float = 5.0) -> Any:
    """The first true answer of `check`; fails when there is none in time."""
    deadline = time.monotonic() + within_s
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.01)
    return found


@dataclass
class Post:
    path: str
    fields: dict[str, str]
    signed: bool
    idempotency: str


@dataclass
class Hub:
    """Receives webhooks. `answers` says per path what to reply: status and body, once each, then 204."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    always: dict[str, tuple[int, str]] = field(default_factory=dict)

    def at(self, path: str) -> list[Post]:
        return [post for post in self.posts if post.path == path]

    def statuses(self, sid: str, name: str = "MessageStatus") -> list[str]:
        return [post.fields[name] for post in self.at("/status") if sid in post.fields.values()]


@contextmanager
def running_hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = dict(parse_qsl(raw, keep_blank_values=True))
            signature = self.headers["X-Twilio-Signature"]
            signed = RequestValidator(TOKEN).validate(hub.url + self.path, fields, signature)
            waiting = hub.answers.get(self.path, [])
            status, body = waiting.pop(0) if waiting else hub.always.get(self.path, (200, "<Response/>"))
            hub.posts.append(Post(self.path, fields, signed, self.headers["I-Twilio-Idempotency-Token"]))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Line:
    """The network under test, by both of its doors."""

    url: str
    client: Client
    page: httpx.Client

    def text(self, to: str = ANA, body: str = "hello", callback: str | None = None) -> Any:
        extra = {"status_callback": callback} if callback else {}
        return self.client.messages.create(to=to, from_=HUB_NUMBER, body=body, **extra)

    def behave(self, number: str, behaviour: str, **more: Any) -> None:
        answer = self.page.put(f"/phones/{number}/behaviour", json={"behaviour": behaviour, **more})
        assert answer.status_code == 200, answer.text

    def phone(self, number: str = ANA) -> dict[str, Any]:
        phones = self.page.get("/phones/state").json()["phones"]
        found: dict[str, Any] = next((one for one in phones if one["number"] == number), {})
        return found

    def ringing(self, number: str = ANA) -> str:
        def sid() -> str:
            calls = self.phone(number).get("calls", [])
            return next((call["sid"] for call in calls if call["status"] == "ringing"), "")

        return str(eventually(sid))

    def press(self, path: str, **body: Any) -> httpx.Response:
        return self.page.post(path, json=body or None)


def quick_settings(folder: Path, hub: Hub, **more: Any) -> PhonesSettings:
    quick: dict[str, Any] = {
        "step_s": 0.02,
        "hang_s": 3.0,
        "slow_s": 0.3,
        "retry_delays_s": (0.05, 0.05, 0.1, 0.1, 0.1),
        "voice_retry_delays_s": (0.02,),
        **more,
    }
    return PhonesSettings(folder, TOKEN, HUB_NUMBER, hub.url, **quick)


@contextmanager
def running_line(settings: PhonesSettings) -> Iterator[Line]:
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 44 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(create_app(settings), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    client = Client(DEFAULT_SID, TOKEN, http_client=TwilioHttpClient(timeout=2))
    client.api.base_url = url
    page = httpx.Client(base_url=url, auth=(DEFAULT_SID, TOKEN), timeout=30)
    try:
        eventually(lambda: server.started)
        yield Line(url, client, page)
    finally:
        page.close()
        server.should_exit = True
        thread.join()
        listener.close()
