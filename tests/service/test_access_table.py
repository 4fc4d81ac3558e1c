"""S18: role × relationship, every cell of the one literal table, on every way that a case leaves the hub."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from websockets.sync.client import connect

from dispatch.model import Direction, Message
from hub.access import Role, User
from hub.events import cursor
from hub.tokens import Scope
from records import alarms, sealing
from records.lifecycles import CallState
from records.model import Call, Case, Task
from records.service import Due, owe, take
from records.sight import Relationship, may_see
from records.sight_drawing import table
from tests.desk import Desk, entry, types
from tests.machines import Machine
from tests.stage import Served, free_port
from triage.further_contact import look

ACCESS = Path(__file__).resolve().parents[2] / "docs" / "access.md"
PEOPLE = {
    Role.handler: "Mina Patel",
    Role.hub_clinician: "Femi Ade",
    Role.coordinator: "Priya Nair",
    Role.manager: "Dana Cole",
    Role.governance: "Ruth Adeyemi",
    Role.administrator: "Alex Shaw",
}
WORKERS = {Role.handler, Role.hub_clinician, Role.coordinator, Role.manager}
LETS_IN = {
    "page": WORKERS | {Role.governance},
    "panel": WORKERS | {Role.governance},
    "board": {*PEOPLE},
    "board as JSON": WORKERS,
    "websocket": {*PEOPLE},
    "find": WORKERS,
    "messages": WORKERS,
    "downtime": WORKERS,
    "note": WORKERS,
}
"""Which roles a way lets in at all, whatever is sealed."""
SHARED = {"board", "board as JSON", "websocket"}
"""Rendered once for each kind of viewer, so that a relationship to one case opens nothing there."""
RELATED = {
    Relationship.none: tuple(PEOPLE),
    Relationship.on_its_call: (Role.handler, Role.hub_clinician),
    Relationship.took_it: (Role.handler, Role.hub_clinician),
    Relationship.responsible: (Role.hub_clinician, Role.manager),
}
"""Who can come to stand so to a case; who is asked or assigned is a responder (`test_responder_page`)."""
KINDS = ("ordinary", "sealed", "elsewhere")


class Room:
    """Three cases that differ in nothing but that one is sealed and one belongs to another place."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.cases: dict[str, Case] = {}
        for kind in KINDS:
            call = desk.does("/api/calls/new")
            typed = (entry("person_name", f"Quilla {kind}"), entry("postcode", "LS8 2AB"))
            types(desk, call["call"], *typed)
            with desk.hub.db.write() as session:
                self.cases[kind] = take(session, call["case"], desk.clock.now())
                self._fill(session, self.cases[kind])
        self._seal("sealed")
        with desk.hub.db.write() as session:
            kinds: tuple[Any, ...] = (Case, Call, Task, Message, alarms.Alarm)
            for one in (one for kind in kinds for one in session.exec(select(kind))):
                if (one.id if isinstance(one, Case) else one.case_id) == self.cases["elsewhere"].key:
                    one.place = "york"
                    session.add(one)

    def _fill(self, session: Session, case: Case) -> None:
        now = self.desk.clock.now()
        task = Task(place=case.place, opened_at=now, case_id=case.key, words=f"Do it: {case.ref}")
        owe(session, task, now, self.actor(session), task.words, Due("task", now))
        alarms.ring(session, case.place, "task", case.key, f"Late: {case.ref}", now, case)
        session.add(
            Message(
                place=case.place,
                direction=Direction.out,
                phone="+447700900141",
                body=f"FP {case.ref}A",
                at=now,
                case_id=case.key,
            )
        )

    def _seal(self, kind: str) -> None:
        with self.desk.hub.db.write() as session:
            now, actor = self.desk.clock.now(), self.actor(session)
            sealing.seal(session, self.cases[kind].key, "a colleague's mother", now, actor)

    def actor(self, session: Session) -> Any:
        return session.exec(select(User).where(User.name == "Dana Cole")).one().actor

    def stand(self, who: str, relationship: Relationship) -> None:
        """That person, and nobody else, comes to stand so to every case."""
        with self.desk.hub.db.write() as session:
            me = session.exec(select(User).where(User.name == who)).one().id
            other = session.exec(select(User).where(User.name == "Amara Obi")).one().id
            for call in session.exec(select(Call)):
                on_line = relationship is Relationship.on_its_call
                took = on_line or relationship is Relationship.took_it
                call.handler_id = me if took else other
                call.state = CallState.on_line if on_line else CallState.ended
                session.add(call)
            for case in session.exec(select(Case)):
                case.responsible_id = me if relationship is Relationship.responsible else other
                session.add(case)

    def cursor(self) -> int:
        with self.desk.hub.db.read() as session:
            return cursor(session, self.desk.place)


class Feed:
    """The hub on a port of its own, while somebody asks."""

    def __init__(self, desk: Desk) -> None:
        bound = free_port()
        self.desk, self.served = desk, Served(desk.app, bound)
        self.url = f"ws://127.0.0.1:{bound.getsockname()[1]}/feed"

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.served.stop()

    def last(self) -> int:
        with self.desk.hub.db.read() as session:
            return cursor(session, self.desk.place)


def told(feed: Feed, client: TestClient, way: str, case: Case, since: int) -> tuple[int, str]:
    """What this person gets by this way: the status, and all that is said. `feed`: where the hub is served."""
    page = {"accept": "text/html"}
    if way == "websocket":
        said, upto = list[str](), feed.last()
        with connect(
            f"{feed.url}?since={since}", additional_headers=_cookie(client), compression=None
        ) as socket:
            while since < upto:
                text = str(socket.recv(timeout=5))
                since = json.loads(text).get("cursor", since)  # the crew has none
                said += [] if '"beat"' in text else [text]
        return 200, "\n".join(said)
    answer = {
        "page": lambda: client.get(f"/cases/{case.key}", headers=page),
        "panel": lambda: client.get(f"/cases/{case.key}/panel"),
        "board": lambda: client.get("/board/snapshot"),
        "board as JSON": lambda: client.get("/board/snapshot?as=json"),
        "find": lambda: client.post("/find", json={"typed": case.ref}),
        "messages": lambda: client.get("/messages", headers=page),
        "downtime": lambda: client.get("/downtime", headers=page),
        "note": lambda: client.post(f"/api/cases/{case.key}/note", json={"words": f"About {case.ref}."}),
    }[way]()
    return answer.status_code, answer.text


def _cookie(client: TestClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


ABSENT_IS_404 = {"page", "panel", "note"}


def check(
    room: Room, role: Role, relationship: Relationship, feed: Feed, client: TestClient, since: int
) -> None:
    for way, roles in LETS_IN.items():
        for kind, case in room.cases.items():
            cell = f"{role} {relationship} {kind} by {way}"
            status, said = told(feed, client, way, case, since)
            if role not in roles:
                assert status == 403, cell
                continue
            stands = Relationship.none if way in SHARED else relationship
            sees = kind != "elsewhere" and may_see({role}, stands, sealed=kind == "sealed")
            if way in ABSENT_IS_404:
                assert status == (200 if sees else 404), cell
                assert sees or case.ref not in said, cell
            else:
                assert status == 200, cell
                assert (case.ref in said) is sees, cell


def test_s18_every_cell_of_the_table(sqlite_desk: Desk) -> None:
    room = Room(sqlite_desk)
    people = {role: sqlite_desk.person(name) for role, name in PEOPLE.items()}
    since = room.cursor()
    with sqlite_desk.hub.db.write() as session:
        for kind in ("ordinary", "sealed"):
            take(session, room.cases[kind].key, sqlite_desk.clock.now())
    with Feed(sqlite_desk) as feed:
        for relationship, roles in RELATED.items():
            for role in roles:
                room.stand(PEOPLE[role], relationship)
                check(room, role, relationship, feed, people[role], since)


def test_s18_the_feed_says_gone_and_then_a_number_alone(sqlite_desk: Desk) -> None:
    room, now = Room(sqlite_desk), sqlite_desk.clock.now()
    case, since = room.cases["ordinary"], room.cursor()
    mina, priya = sqlite_desk.person("Mina Patel"), sqlite_desk.person("Priya Nair")
    room._seal("ordinary")
    with Feed(sqlite_desk) as feed:
        _, hands = told(feed, mina, "websocket", case, since)
        _, seniors = told(feed, priya, "websocket", case, since)
        gone = [m["id"] for m in map(json.loads, hands.splitlines()) if m.get("gone")]
        assert sorted(one.partition("-")[0] for one in gone) == ["alarm", "case", "task"]
        assert "html" not in hands
        assert case.ref in seniors
        assert "gone" not in seniors
        since = room.cursor()
        with sqlite_desk.hub.db.write() as session:
            alarms.end(session, case.place, "task", case.key, now)
            take(session, case.key, now)
        _, hands = told(feed, mina, "websocket", case, since)
        assert [sorted(json.loads(line)) for line in hands.splitlines()] == [["cursor"]] * 2
        since = room.cursor()
        dana = sqlite_desk.person("Dana Cole")
        assert dana.post(f"/api/cases/{case.key}/unseal", json={}).status_code == 200
        assert case.ref in told(feed, mina, "websocket", case, since)[1]
        assert case.ref in told(feed, mina, "board", case, since)[1]


@pytest.mark.parametrize("may", [True, False])
def test_s18_a_machine_sees_what_its_token_says(sqlite_desk: Desk, may: bool) -> None:
    room = Room(sqlite_desk)
    machine = Machine(sqlite_desk, [scope for scope in Scope if may or scope is not Scope.sealed_read])
    since = room.cursor()
    with sqlite_desk.hub.db.write() as session:
        for kind in ("ordinary", "sealed"):
            take(session, room.cases[kind].key, sqlite_desk.clock.now())
    for kind, case in room.cases.items():
        sees = kind != "elsewhere" and (may or kind == "ordinary")
        said = {
            "list": machine.gets("/cases"),
            "search": machine.does("/cases/search", {"ref": case.ref}),
            "alarms": machine.gets("/alarms"),
            "events": machine.gets("/events", after=0),
        }
        for way, answer in said.items():
            if kind != "elsewhere" or way != "events":  # it was here when that happened
                assert (case.ref in json.dumps(answer)) is sees, f"{kind} by {way}"
        machine.gets(f"/cases/{case.key}", 200 if sees else 404)
        assert machine.posts(f"/cases/{case.key}/outcome", {"outcome": "nonsense"}).status_code in (422, 404)
    numbers = [one["n"] for one in machine.gets("/events", after=since)["events"]]
    assert numbers == [since + 1, since + 2], "without a gap, whoever asks"


def test_s18_only_a_clinician_or_a_manager_seals_and_says_why(sqlite_desk: Desk) -> None:
    case = Room(sqlite_desk).cases["ordinary"]
    path = f"/api/cases/{case.key}"
    for name in ("Mina Patel", "Priya Nair", "Ruth Adeyemi"):
        assert sqlite_desk.person(name).post(f"{path}/seal", json={"why": "so"}).status_code == 403, name
    amara = sqlite_desk.person("Amara Obi")
    assert amara.post(f"{path}/seal", json={"why": " "}).status_code == 422
    assert amara.post(f"{path}/seal", json={"why": "his own sister works here"}).status_code == 200
    assert amara.post(f"{path}/seal", json={"why": "again"}).status_code == 409
    assert "his own sister" in amara.get(f"/cases/{case.key}/panel").text
    mine = sqlite_desk.jay.get(f"/cases/{case.key}/panel").text
    assert "sealed" in mine, "who is on its call sees it"
    assert "his own sister" not in mine, "and not why"
    assert amara.post(f"{path}/unseal", json={}).status_code == 200
    assert "his own sister" not in amara.get(f"/cases/{case.key}/panel").text


def test_s13_a_further_call_about_a_sealed_case_reaches_those_who_see_it(sqlite_desk: Desk) -> None:
    desk, number = sqlite_desk, "+441134960812"
    first = desk.does(f"/api/calls/{desk.rings(number)}/answer")
    desk.does(f"/api/calls/{first['call']}/end")
    amara, mina = desk.person("Amara Obi"), desk.person("Mina Patel")
    amara.post(f"/api/cases/{first['case']}/seal", json={"why": "his own sister works here"})
    ref = desk.rows(Case)[0].ref
    ringing = desk.rings(number)
    assert ref not in mina.get("/calls/state").text
    again = mina.post(f"/api/calls/{ringing}/answer", json={}).json()
    assert ref not in mina.get(f"/calls/{again['call']}/view").text
    assert mina.post(f"/api/calls/{again['call']}/join", json={"case": first["case"]}).status_code == 404
    for _ in range(2):  # when the call begins, and when it ends
        with desk.hub.db.write() as session:
            look(session, again["call"], desk.clock.now())
    own = next(case for case in desk.rows(Case) if case.key == again["case"])
    (task,) = [one for one in desk.rows(Task) if one.case_id == first["case"] and own.ref in one.words]
    assert task.words.startswith(f"A further call may be about this case: {own.ref} (same number).")
    joined = amara.post(f"/api/calls/{again['call']}/join", json={"case": first["case"]})
    assert joined.status_code == 200, joined.text
    assert next(case for case in desk.rows(Case) if case.key == own.key).sealed, "it names the sealed one"
    assert mina.get(f"/cases/{first['case']}/panel").status_code == 200, "it is their call now"


def test_the_document_is_drawn_from_the_table() -> None:
    assert table() in ACCESS.read_text(), "put what records.sight_drawing.table() says into docs/access.md"
