"""A dashboard on a hub without workers, and hands that make cases happen: for the feed, the board and the panel."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import Session, select

from dashboard import demo
from dashboard.app import create_app
from dispatch import inbox, seeking, service, store, visits
from dispatch.inbox import Incoming
from hub.access import User, start_log_in
from hub.actors import Actor
from hub.assemble import Hub, assemble
from hub.gate import COOKIE
from hub.places import place_of
from hub.settings import Settings
from protocols.house import WELFARE_CALLS
from records import alarms, hand_overs, sealing, tasks
from records.model import Assessment, Call, Case, Position
from records.service import Due, move, open_case, owe, set_priority, take
from tests.stage import Served, StageClock, free_port
from triage import calls

NOBODY = "unix:///nowhere/valkey.sock"
TARGETS = {"one_hour": 60, "two_hours": 120, "same_day": 480, "two_days": 2880}


class RunningClock(StageClock):
    """Business time that runs on from where it was put."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._since = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at + (datetime.now(UTC) - self._since)


class ControlRoom:
    def __init__(
        self, folder: Path, database_url: str, redis_url: str = NOBODY, start: datetime | None = None
    ) -> None:
        self.clock = RunningClock(start or datetime.now(UTC))
        self._folder, self._database, self._redis = folder, database_url, redis_url
        self._serve(free_port())
        with self.hub.db.write() as session:
            demo.lay_out(session, self.place, self.clock.now() - timedelta(hours=3))

    def _serve(self, bound: socket.socket) -> None:
        self.port = bound.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        settings = Settings(
            data=self._folder,
            database_url=self._database,
            redis_url=self._redis,
            public_url=self.url,
            secret_key=SecretStr("a secret for the control room's tests"),
            key_safe_secret=SecretStr("a secret for the control room's key safes"),
            phones_token=SecretStr("token"),
        )
        self.place = settings.place
        self.hub: Hub = assemble(settings, self.clock)
        self.app = create_app(self.hub)
        self.served = Served(self.app, bound)

    def stop(self, *, at_once: bool = False) -> None:
        self.served.stop(at_once=at_once)

    def start_again(self) -> None:
        """On the same port, as after a restart."""
        self.hub.db.close()
        self._serve(_bound_to(self.port))

    def close(self) -> None:
        self.stop()
        self.hub.db.close()

    # people
    def cookie(self, name: str = "Priya Nair") -> str:
        with self.hub.db.write() as session:
            user = session.exec(select(User).where(User.name == name)).one()
            return start_log_in(session, user, self.clock.machine())

    def headers(self, name: str = "Priya Nair") -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie(name)}"}

    def user(self, name: str) -> User:
        with self.hub.db.read() as session:
            return session.exec(select(User).where(User.name == name)).one()

    # what happens
    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.hub.db.write() as session:
            yield session

    def case(
        self,
        need: str = "fall",
        postcode: str = "LS8 2AB",
        ago_min: float = 10,
        priority: str = "two_hours",
        kind: str = "nurse",
    ) -> int:
        """A case that is triaged and wants one responder; nobody has been asked."""
        now = self.clock.now()
        start = now - timedelta(minutes=ago_min)
        with self.write() as session:
            actor = self._actor(session)
            case = open_case(session, self.place, start, now, actor, "Call answered.")
            case.need, case.postcode = need, postcode
            case.need_words = "On the kitchen floor since one, talking, cannot get up"
            case.person_name, case.address = "Maureen Doyle", "12 Oak Road"
            case.nhs_number, case.access_words = "9990000018", "key safe (ask)"
            case.born = datetime(1941, 7, 3, tzinfo=UTC).date()
            session.add(case)
            set_priority(session, case, priority, TARGETS[priority], WELFARE_CALLS, now)
            assessment = Assessment(
                place=self.place,
                opened_at=start,
                case_id=case.key,
                protocol="fall-at-home",
                protocol_version="1",
                protocol_sha256="0" * 64,
                house_sha256="0" * 64,
                taken_by=actor.name,
                because=[{"ask": "floor", "answer": "yes", "words": "on the floor for more than an hour"}],
            )
            owe(session, assessment, now, actor, "Began.", Due("assessment", now + timedelta(minutes=10)))
            move(
                session,
                assessment,
                "finish",
                now,
                actor,
                "Fall at home: a nurse within two hours.",
                finished_at=now,
                disposition="visit",
                disposition_title="A nurse within two hours",
                priority=priority,
            )
            row = Position(
                place=self.place,
                opened_at=now,
                case_id=case.key,
                kind=kind,
                title=kind,
                priority=priority,
                due_at=start + timedelta(minutes=TARGETS[priority]),
                stops_clock=True,
            )
            owe(
                session,
                row,
                now,
                actor,
                "Nurse wanted.",
                Due("seek", now + timedelta(minutes=1), human=False),
            )
            return case.key

    def _actor(self, session: Session) -> Actor:
        return session.exec(select(User).where(User.name == "Priya Nair")).one().actor

    def position(self, case_id: int) -> int:
        with self.hub.db.read() as session:
            return session.exec(select(Position.id).where(Position.case_id == case_id)).one() or 0

    def offer(self, case_id: int) -> None:
        with self.write() as session:
            seeking.seek(session, self.app.state.desk, self.position(case_id), self.clock.now())

    def accept(self, case_id: int) -> None:
        """Somebody who has been asked says yes."""
        with self.write() as session:
            offers = store.offers_of_position(session, self.position(case_id))
            who = store.responder(session, offers[-1].responder_id)
            service.accept(session, self.app.state.desk, offers[-1], self.clock.now(), who.actor)

    def step(self, case_id: int, event: str) -> None:
        with self.write() as session:
            position = session.get_one(Position, self.position(case_id))
            visits.step(session, position, event, self.clock.now(), self._actor(session))

    def alarm(self, case_id: int, words: str = "nobody has answered for 9 min") -> int:
        now = self.clock.now()
        with self.write() as session:
            case = take(session, case_id, now)
            subject = f"case:{case_id}:{words}"[:80]
            rung = alarms.ring(session, self.place, "test", subject, f"{case.ref}: {words}", now, case)
            return rung.id or 0

    def breach(self, case_id: int) -> None:
        with self.write() as session:
            tasks.breach(session, case_id, self.clock.now())

    def text(self, case_id: int, body: str, nth: int = -1) -> None:
        """Whoever was asked last texts something."""
        with self.write() as session:
            offer = store.offers_of_position(session, self.position(case_id))[nth]
            phone = store.responder(session, offer.responder_id).phone
            place, now = place_of(session, self.place), self.clock.now()
            text = Incoming(f"SM{now.timestamp()}", phone, body)
            inbox.receive(session, self.app.state.desk, place, text, now)

    def ring(self, number: str = "+447700900123") -> int:
        with self.write() as session:
            return calls.ring(
                session, self.place, number, f"CA{self.clock.now().timestamp()}", self.clock.now()
            ).key

    def hand_over(self, case_id: int) -> None:
        with self.write() as session:
            case = take(session, case_id, self.clock.now())
            hand_overs.request(
                session, case, "999", "hub", "chest pain", self.clock.now(), self._actor(session)
            )

    def touch(self, case_id: int) -> None:
        """An event about the case, and nothing else."""
        with self.write() as session:
            take(session, case_id, self.clock.now())

    def seal_or_unseal(self, case_id: int) -> None:
        with self.write() as session:
            now, actor = self.clock.now(), self._actor(session)
            if session.get_one(Case, case_id).sealed:
                sealing.unseal(session, case_id, now, actor)
            else:
                sealing.seal(session, case_id, "a colleague's mother", now, actor)

    def get(self, case_id: int) -> Case:
        with self.hub.db.read() as session:
            return session.get_one(Case, case_id)

    def live_calls(self) -> int:
        with self.hub.db.read() as session:
            return len(list(session.exec(select(Call).where(Call.state == "ringing"))))


def _bound_to(port: int) -> socket.socket:
    again = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    again.bind(("127.0.0.1", port))
    return again
