"""Three cases that differ in whether they may be seen, people who stand to them in every way, and every way that a case
leaves the hub: for the table of who may see a sealed case (S18)."""

import json
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select
from starlette.testclient import TestClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dashboard.viewer import NOT_ALLOWED
from dispatch.model import Direction, Message, Offer, OfferState, Responder
from hub.access import Role, User
from hub.deadlines import Deadline
from hub.events import cursor
from records import alarms, sealing
from records.break_glass_model import BrokenGlass
from records.lifecycles import CallState, PositionState
from records.model import Call, Case, CaseState, Outcome, Position, Task
from records.service import Due, owe, take
from records.sight import Relationship
from tests.desk import Desk, entry, types
from tests.stage import Served, free_port

PEOPLE = {
    Role.handler: "Mina Patel",
    Role.hub_clinician: "Femi Ade",
    Role.coordinator: "Priya Nair",
    Role.manager: "Dana Cole",
    Role.governance: "Ruth Adeyemi",
    Role.administrator: "Alex Shaw",
    Role.privacy: "Nora Quinn",
    Role.responder: "Ana Reid",
}
GOES = {Relationship.asked, Relationship.assigned}
KINDS = ("ordinary", "sealed", "elsewhere", "past")
OF_THEM_ALL = "9434765919"


class Room:
    """Three cases that differ in nothing but that one is sealed and one belongs to another place; and one that was
    closed ten days ago."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.cases: dict[str, Case] = {}
        for kind in KINDS:
            call = desk.does("/api/calls/new")
            typed = (entry("person_name", f"Quilla {kind}"), entry("postcode", "LS8 2AB"))
            types(desk, call["call"], *typed)
            with desk.hub.db.write() as session:
                self.cases[kind] = take(session, call["case"], desk.clock.now())
                if kind == "past":
                    self._close(session, self.cases[kind])
                else:
                    self._fill(session, self.cases[kind])
        self.seal("sealed")
        with desk.hub.db.write() as session:
            kinds: tuple[Any, ...] = (Case, Call, Task, Message, Position, alarms.Alarm)
            for one in (one for kind in kinds for one in session.exec(select(kind))):
                if (one.id if isinstance(one, Case) else one.case_id) == self.cases["elsewhere"].key:
                    one.place = "york"
                    session.add(one)

    def _fill(self, session: Session, case: Case) -> None:
        now = self.desk.clock.now()
        task = Task(place=case.place, opened_at=now, case_id=case.key, words=f"Do it: {case.ref}")
        owe(session, task, now, self.actor(session), task.words, Due("task", now))
        session.add(
            Position(
                place=case.place,
                opened_at=now,
                case_id=case.key,
                kind="nurse",
                title="nurse",
                priority="two_hours",
                due_at=now,
                stops_clock=True,
            )
        )
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

    def _close(self, session: Session, case: Case) -> None:
        case.state, case.closed_at = CaseState.closed, self.desk.clock.now() - timedelta(days=10)
        case.outcome, case.nhs_number = Outcome.advice, OF_THEM_ALL
        for kind in (Task, Deadline):
            for row in session.exec(select(kind).where(kind.case_id == case.key)):
                session.delete(row)
        session.add(case)

    def seal(self, kind: str) -> None:
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
                if case.ref == self.cases["ordinary"].ref:
                    case.nhs_number = OF_THEM_ALL if relationship is Relationship.same_person else None
                session.add(case)
            for glass in session.exec(select(BrokenGlass)):
                session.delete(glass)
            if relationship is Relationship.broke_glass:
                session.add(self._glass(who, me or 0))
            for offer in session.exec(select(Offer)):
                session.delete(offer)
            session.flush()
            if relationship in GOES:
                self._send(session, who, me, relationship)

    def _glass(self, who: str, me: int) -> BrokenGlass:
        now, case = self.desk.clock.now(), self.cases["past"]
        return BrokenGlass(
            place=case.place,
            case_id=case.key,
            user_id=me,
            by_name=who,
            at=now,
            until=now + timedelta(minutes=30),
            why="she rang and cannot speak",
        )

    def _send(self, session: Session, name: str, user_id: int | None, relationship: Relationship) -> None:
        """They are asked for a visit of every case, or have said yes to it; whoever is no responder becomes one."""
        found = session.exec(select(Responder).where(Responder.user_id == user_id)).first()
        who = found or Responder(
            place=self.desk.place,
            user_id=user_id,
            name=name,
            short_name=name,
            profession="nurse",
            skills=["nursing"],
            phone=f"+4477009008{user_id:02}",
        )
        session.add(who)
        session.flush()
        assigned, now = relationship is Relationship.assigned, self.desk.clock.now()
        for position in session.exec(select(Position).where(Position.place == self.desk.place)):
            case = session.get_one(Case, position.case_id)
            offer = Offer(
                place=position.place,
                case_id=case.key,
                position_id=position.key,
                responder_id=who.key,
                code=f"{case.ref}A",
                state=OfferState.accepted if assigned else OfferState.sent,
                sent_at=now,
                expires_at=now + timedelta(minutes=4),
            )
            on_it = assigned and case.key == self.cases["sealed"].key  # one live visit each
            position.responder_id = who.key if on_it else None
            position.state = PositionState.accepted if on_it else PositionState.offered
            session.add_all([offer, position])

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
    if way.startswith("websocket"):
        return _followed(feed, client, since, "&as=json" if way.endswith("JSON") else "")
    answer = {
        "page": lambda: client.get(f"/cases/{case.key}", headers=page),
        "panel": lambda: client.get(f"/cases/{case.key}/panel"),
        "board": lambda: client.get("/board/snapshot"),
        "board as JSON": lambda: client.get("/board/snapshot?as=json"),
        "find": lambda: client.post("/find", json={"typed": case.ref}),
        "messages": lambda: client.get("/messages", headers=page),
        "downtime": lambda: client.get("/downtime", headers=page),
        "note": lambda: client.post(f"/api/cases/{case.key}/note", json={"words": f"About {case.ref}."}),
        "own page": lambda: client.get(f"/o/{case.ref}A", headers=page),
        "own visits": lambda: client.get("/mine", headers=page),
    }[way]()
    return answer.status_code, answer.text


def _followed(feed: Feed, client: TestClient, since: int, wanted: str) -> tuple[int, str]:
    said, upto = list[str](), feed.last()
    address = f"{feed.url}?since={since}{wanted}"
    with connect(address, additional_headers=_cookie(client), compression=None) as socket:
        try:
            while since < upto:
                text = str(socket.recv(timeout=5))
                since = json.loads(text).get("cursor", since)  # the crew has none
                said += [] if '"beat"' in text else [text]
        except ConnectionClosed as closed:
            return (403 if closed.rcvd and closed.rcvd.code == NOT_ALLOWED else 500), ""
    return 200, "\n".join(said)


def _cookie(client: TestClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
