"""Subscriptions: told in order, signed, by number alone; a receiver that is down, slow or gone holds up nobody."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlmodel import select

from hub.actors import HUB
from hub.outbox import Effect, EffectState, Queue
from hub.tokens import Scope
from records.fhir import endpoints, following
from records.fhir.subscription_model import Notice, Subscription
from records.model import Case
from records.people import merging
from records.sealing import seal, unseal
from records.service import take
from tests.desk import Desk
from tests.fhir_clients import Client
from tests.fhir_published import judged
from tests.people import person
from workers import jobs, outward, subscriptions
from workers.bench import Bench, set_up
from workers.outward import NotThere, way_to
from workers.relay import Relay
from workers.ticker import Ticker

BOTH = (Scope.cases_read, Scope.subscriptions_write)


class Receiver:
    """Another system's address: keeps what it is told, and answers as it is set to. `silent`: never."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.silent = threading.Event()
        self.let_go = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if outer.silent.is_set():
                    outer.let_go.wait(20)
                    return
                outer.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("location", "http://169.254.169.254/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def foci(self) -> list[str]:
        """What each was about; the handshake is empty."""
        return [_part(json.loads(body), "focus") for _, body in self.told]

    def close(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


def _part(bundle: dict[str, Any], name: str) -> str:
    said = bundle["entry"][0]["resource"]["parameter"]
    parts = [part for one in said for part in one.get("part", [one])]
    found: dict[str, Any] = next((one for one in parts if one["name"] == name), {})
    return str(found.get("valueReference", {}).get("reference") or found.get("valueString") or "").rpartition(
        "/fhir/"
    )[2]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class Subscriber(Client):
    """A machine that has itself told, with the worker and the ticker that do it."""

    def __init__(self, desk: Desk, name: str = "Record North", scopes: Any = BOTH) -> None:
        super().__init__(desk, scopes, name)
        self.bench: Bench = set_up(desk.hub, "reports")
        self.comes_in()

    def subscribes(self, endpoint: str, criteria: str = "Encounter", status: int = 201) -> Any:
        body = {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "to read it anew",
            "criteria": criteria,
            "channel": {"type": "rest-hook", "endpoint": endpoint, "payload": "application/fhir+json"},
        }
        answer = self.http.post("/fhir/Subscription", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def works(self, **by: float) -> None:
        """Time passes; the ticker looks, and the worker tells what is due."""
        self.desk.clock.at += timedelta(**by)
        Ticker(self.bench).look_for_others()
        Relay(self.bench, Queue.reports, {}, jobs.OUTSIDE).run_due()


def changes(desk: Desk, case: int, need: str) -> None:
    with desk.hub.db.write() as session:
        take(session, case, desk.clock.now()).need = need


def test_told_in_order_signed_and_by_number_alone(sqlite_desk: Desk, receiver: Receiver) -> None:
    """S18: of what they may not see they are told nothing, also when it was sealed a moment before it is told."""
    before = sqlite_desk.does("/api/calls/new")["case"]
    one = Subscriber(sqlite_desk)
    made = one.subscribes(receiver.url)
    secret = made["channel"]["extension"][0]["valueString"]
    assert secret not in str(one.gets(f"Subscription/{made['id']}")), "told once"
    assert one.gets(f"Subscription/{made['id']}")["status"] == "requested"
    one.works()
    assert receiver.foci() == [""], "a handshake first"
    assert one.gets(f"Subscription/{made['id']}")["status"] == "active"
    cases = [sqlite_desk.does("/api/calls/new")["case"] for _ in range(3)]
    one.works()
    everybody = [before, *cases]
    assert receiver.foci()[1:] == [f"Encounter/{number}" for number in everybody], "the call before has ended"
    sqlite_desk.does(
        f"/api/cases/{cases[0]}/note", {"words": "Nothing of the encounter is another for this."}
    )
    one.works()
    assert len(receiver.told) == 5
    with sqlite_desk.hub.db.write() as session:
        seal(session, cases[1], "a colleague", sqlite_desk.clock.now(), HUB)
    receiver.status = 503
    for number in (cases[2], before):
        changes(sqlite_desk, number, "fall")
    one.works()
    with sqlite_desk.hub.db.write() as session:
        seal(session, before, "a colleague", sqlite_desk.clock.now(), HUB)
    receiver.status = 200
    one.works(seconds=6)
    assert receiver.foci()[-1] == f"Encounter/{cases[2]}"
    assert receiver.foci().count(f"Encounter/{before}") == 1
    headers, body = receiver.told[-1]
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["fp-signature"] == f"sha256={signed}"
    assert "fall" not in body.decode()
    assert [_part(json.loads(said), "event-number") for _, said in receiver.told] == [
        "",
        "1",
        "2",
        "3",
        "4",
        "5",
        "5",
    ]
    assert [issues for issues in judged([json.loads(body), made])[0] if issues] == []
    assert one.http.delete(f"/fhir/Subscription/{made['id']}").status_code == 204
    sqlite_desk.does("/api/calls/new")
    one.works(hours=1)
    assert len(receiver.told) == 7


def test_down_slow_and_gone(sqlite_desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits by itself; nothing is lost, nothing overtakes; after three days, or at once with 410, it ends."""
    monkeypatch.setattr(outward, "TIME_OUT_S", 0.2)
    well, ill = Receiver(), receiver
    one, other = Subscriber(sqlite_desk), Subscriber(sqlite_desk, "Another")
    first = one.subscribes(ill.url)
    other.subscribes(well.url)
    one.works()
    ill.silent.set()
    cases = [sqlite_desk.does("/api/calls/new")["case"] for _ in range(2)]
    one.works()
    assert well.foci()[1:] == [f"Encounter/{number}" for number in cases]
    assert len(ill.told) == 1
    ill.silent.clear()
    for status in (500, 302, 404):
        ill.status = status
        one.works(hours=1)
        assert ill.foci()[-1] == f"Encounter/{cases[0]}", (
            "the second waits for the first; no redirect is followed"
        )
        assert one.gets(f"Subscription/{first['id']}")["error"] == f"it answered {status}"
    ill.status = 200
    one.works(hours=1)
    assert ill.foci()[-2:] == [f"Encounter/{number}" for number in cases]
    assert "error" not in one.gets(f"Subscription/{first['id']}")
    ill.status = 500
    sqlite_desk.does("/api/calls/new")
    one.works()
    one.works(days=3)
    assert one.gets(f"Subscription/{first['id']}")["status"] == "error"
    assert [notice.focus for notice in notices(sqlite_desk) if notice.waits], "shown, not lost"
    well.status = 410
    sqlite_desk.does("/api/calls/new")
    one.works()
    assert {row.stage for row in sqlite_desk.rows(Subscription)} == {"error"}
    well.close()
    assert all(
        one.state is EffectState.settled for one in sqlite_desk.rows(Effect) if one.kind == "fhir_notify"
    )


class Wavers(Receiver):
    """Takes every other notification."""

    @property
    def status(self) -> int:
        return 500 if len(self.told) % 2 else 200

    @status.setter
    def status(self, _: int) -> None:
        return


def test_who_takes_some_of_it_is_not_given_up_and_nothing_sent_is_not_well(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wavers = Wavers()
    one = Subscriber(sqlite_desk)
    made = one.subscribes(wavers.url)["id"]
    monkeypatch.setattr(subscriptions, "BUDGET_S", -1.0)
    one.works()
    said = one.gets(f"Subscription/{made}")
    assert (said["status"], said["error"]) == ("requested", "it took too long to find it")
    monkeypatch.undo()
    wavers.told.append(({}, b""))
    one.works(minutes=1)
    assert one.gets(f"Subscription/{made}")["status"] == "active"
    for _ in range(12):
        sqlite_desk.does("/api/calls/new")
    for _ in range(5):
        one.works(days=1)
    assert one.gets(f"Subscription/{made}")["status"] == "active"
    assert [notice for notice in notices(sqlite_desk) if notice.waits]
    with sqlite_desk.hub.db.write() as session:
        session.merge(one.row).revoked_at = sqlite_desk.clock.machine()
    sqlite_desk.clock.at += timedelta(days=1)
    Relay(one.bench, Queue.reports, {}, jobs.OUTSIDE).run_due()
    with sqlite_desk.hub.db.read() as session:
        owed = session.exec(select(Effect.state).where(Effect.kind == "fhir_notify")).all()
    assert set(owed) == {EffectState.settled}, "whose token is over is told nothing, and not again and again"
    one.works()
    assert [row.stage for row in sqlite_desk.rows(Subscription)] == ["off"]
    sqlite_desk.clock.at += timedelta(days=31)
    Ticker(one.bench).forget_exports()
    assert sqlite_desk.rows(Subscription) == []
    wavers.close()


def test_a_fault_with_one_is_said_there_and_holds_up_nobody(
    sqlite_desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what came while somebody else was first is noted once."""
    one, other = Subscriber(sqlite_desk), Subscriber(sqlite_desk, "Another")
    broken, sound = one.subscribes(receiver.url + "/x")["id"], other.subscribes(receiver.url)["id"]
    real = following.look

    def fails(session: Any, row: Subscription, *rest: Any) -> Any:
        if row.uid == broken:
            raise KeyError("unknown")
        return real(session, row, *rest)

    monkeypatch.setattr(following, "look", fails)
    case = sqlite_desk.does("/api/calls/new")["case"]
    other.works()
    other.works()
    assert receiver.foci() == ["", "", f"Encounter/{case}"]
    assert one.gets(f"Subscription/{broken}")["error"] == "the hub cannot look at it: KeyError"
    monkeypatch.setattr(following, "look", real)
    Ticker(one.bench).look_for_others()
    assert "error" not in one.gets(f"Subscription/{broken}")
    with sqlite_desk.hub.db.write() as session:
        row = session.exec(select(Subscription).where(Subscription.uid == sound)).one()
        following.note(session, row, following.News(row.cursor - 1, row.cursor + 9), sqlite_desk.clock.now())
        assert (
            session.exec(select(Subscription.cursor).where(Subscription.uid == sound)).one() < row.cursor + 9
        )


def test_a_merge_and_a_sealing_that_is_lifted_lose_no_change(sqlite_desk: Desk, receiver: Receiver) -> None:
    """S18."""
    first = person(sqlite_desk)
    other = person(sqlite_desk, person_name="Mo Doyle", nhs_number="943 476 5919")
    case = next(one for one in sqlite_desk.rows(Case) if one.person_id == first)
    one = Subscriber(sqlite_desk)
    one.subscribes(receiver.url, f"Encounter?patient={first}")
    one.works()
    with sqlite_desk.hub.db.write() as session:
        merging.merge(session, case.place, first, other, "the same number", sqlite_desk.clock.now(), HUB)
    found = one.gets(f"Encounter?patient=Patient/{first}")
    assert found["total"] == 2, "asked for by a number that was merged"
    receiver.status = 500
    changes(sqlite_desk, case.key, "fall")
    one.works()
    with sqlite_desk.hub.db.write() as session:
        seal(session, case.key, "a colleague", sqlite_desk.clock.now(), HUB)
    receiver.status = 200
    one.works(minutes=1)
    assert f"Encounter/{case.key}" not in receiver.foci()[2:]
    with sqlite_desk.hub.db.write() as session:
        unseal(session, case.key, sqlite_desk.clock.now(), HUB)
    one.works(minutes=1)
    assert receiver.foci()[-1] == f"Encounter/{case.key}"


def notices(desk: Desk) -> list[Notice]:
    with desk.hub.db.read() as session:
        return list(session.exec(select(Notice)))


def test_what_cannot_be_subscribed_to(sqlite_desk: Desk, receiver: Receiver) -> None:
    one = Subscriber(sqlite_desk)
    for endpoint in (
        "ftp://example.org/x",
        "https://",
        "https://a:b@example.org/",
        "nowhere",
        "https://x.org/#y",
    ):
        one.subscribes(endpoint, status=422)
    for criteria in (
        "Patient",
        "Encounter?date=2026",
        "Encounter?status:not=x",
        "AuditEvent",
        "Task?_count=5",
    ):
        answer = one.http.post(
            "/fhir/Subscription",
            json={
                "resourceType": "Subscription",
                "criteria": criteria,
                "channel": {"type": "rest-hook", "endpoint": receiver.url},
            },
        )
        assert answer.status_code in (400, 422), criteria
    for body in (b"[]", b"{", b'{"resourceType":"Subscription","criteria":1}', b"x" * 70_000):
        assert one.http.post("/fhir/Subscription", content=body).status_code in (413, 422)
    narrow = Subscriber(sqlite_desk, "Narrow", (Scope.subscriptions_write, Scope.export_named))
    narrow.subscribes(receiver.url, status=403)
    made = one.subscribes(receiver.url, "Task?status=requested")
    assert Subscriber(sqlite_desk, "Another").http.get(f"/fhir/Subscription/{made['id']}").status_code == 404
    assert one.gets("Subscription")["total"] == 1


def test_in_a_live_place_nothing_is_sent_within_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """SSRF: not by a number, not by a name that leads there, not by one of several; and the number that was looked at
    is the one that is spoken to."""
    inside = (
        "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1",
    )  # fmt: skip
    for number in inside:
        assert not endpoints.is_outside(number), number
        host = f"[{number.partition('%')[0]}]" if ":" in number else number
        assert endpoints.problem(f"https://{host}/x", is_training=False), number
    for name in ("http://example.org/", "https://localhost/", "https://metadata.google.internal/x"):
        assert endpoints.problem(name, is_training=False), name
    assert endpoints.problem("https://hooks.example.org/x?y=1", is_training=False) == ""
    answers = [["10.0.0.8"], ["93.184.216.34", "127.0.0.1"], ["93.184.216.34"]]

    def looked_up(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    for _ in range(2):
        with pytest.raises(NotThere):
            way_to("https://hooks.example.org/x?y=1", is_training=False)
    way = way_to("https://hooks.example.org/x?y=1", is_training=False)
    assert (way.url, way.host, way.name) == (
        "https://93.184.216.34:443/x?y=1",
        "hooks.example.org",
        "hooks.example.org",
    )
