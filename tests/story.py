"""Stories: the whole hub with real parts, phones in the hand, and time passed in.

A story fails on any SMS nobody expected, any effect not settled, any open case that owes nothing or has no deadline.
"""

import re
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlmodel import Session, col, func, select

from dashboard import demo
from dashboard.app import create_app
from demo_day.person import log_in
from dispatch.model import Message
from hub import deadlines, outbox
from hub.assemble import Hub, assemble
from hub.db import AtOnce
from hub.deadlines import Deadline, DeadlineState
from hub.outbox import Effect, EffectState, Queue
from hub.places import Place
from hub.settings import Settings
from phones.app import create_app as create_phones
from phones.settings import PhonesSettings
from records import store
from records.alarms import live as live_alarms
from records.model import Case, CaseState
from tests.stage import Served, StageClock, Valkey, free_port, until
from workers import jobs, watchdog
from workers.bench import Bench, set_up
from workers.relay import Relay
from workers.ticker import Ticker

_message: Any = Message
START = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
SECRET = "a secret for stories that nobody else knows"
TOKEN = "the training phones' token"
OF_UNTAKEN = re.compile(r"FP board: \d+ alarms? ha")
"""What the manager is told while nobody takes an alarm. Most stories are about something else and take none: they hear
of it only where they say so."""
FINAL = ("delivered", "undelivered", "failed", "refused")
BEST_ANSWERS = {
    "breathing": "yes",
    "rousable": "awake",
    "bleeding": "no",
    "stroke": "no",
    "chest_pain": "no",
    "self_harm": "no",
    "adult": "yes",
    "blackout": "no",
    "new_neck_back": "no",
    "leg": "no",
    "limb": "no",
    "hit_head": "no",
    "where": "up",
    "pain": "none",
    "mobility": "same",
}
VISIT = {"mobility": "worse"}
"""What makes a fall a visit within two hours."""
LIFT = {"where": "on_floor", "floor_time": 20}
"""What makes a fall a lift within the hour: a nurse and a falls responder."""


class Story:
    def __init__(self, folder: Path, database_url: str, valkey: Valkey, start: datetime = START) -> None:
        self.folder, self.valkey = folder, valkey
        self.clock = StageClock(start)
        self._web, self._wire = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self._web.getsockname()[1]}"
        self.settings = Settings(
            data=folder,
            database_url=database_url,
            redis_url=valkey.url,
            public_url=self.url,
            phones_url=f"http://127.0.0.1:{self._wire.getsockname()[1]}",
            secret_key=SecretStr(SECRET),
            key_safe_secret=SecretStr(SECRET),
            phones_token=SecretStr(TOKEN),
            carrier_timeout_s=0.6,
        )
        self.hub = self._hub()
        with self.hub.db.write() as session:
            demo.lay_out(session, self.settings.place, self.clock.now())
        self.hub.post.redis.flushall()
        self._phones = Served(create_phones(self._phones_settings()), self._wire)
        self._dashboard_hub = self._hub()
        self._dashboard = Served(create_app(self._dashboard_hub), self._web)
        self.bench: Bench = set_up(self.hub, "story")
        self.network = httpx.Client(
            base_url=self.settings.phones, auth=(self.settings.phones_sid, TOKEN), timeout=30
        )
        for entry in demo.phone_book():
            self._put_phone(entry)
        self._heard: set[str] = set()
        self.hears_of_untaken = False
        self._people: dict[str, httpx.Client] = {}

    def _hub(self) -> Hub:
        return assemble(self.settings, self.clock)

    def _phones_settings(self) -> PhonesSettings:
        return PhonesSettings(
            folder=self.folder,
            token=TOKEN,
            hub_number="+441134960000",
            public_url=self.url,
            step_s=0.002,
            hang_s=1.5,
            retry_delays_s=(0.05, 0.1, 0.2, 0.4, 0.8),
            voice_retry_delays_s=(0.05, 0.1),
        )

    def _put_phone(self, entry: dict[str, str]) -> None:
        body = {key: entry[key] for key in ("owner", "label", "kind")}
        self.network.put(f"/phones/{quote(entry['number'])}", json=body).raise_for_status()

    # --- people ---------------------------------------------------------------------------------------------------

    def person(self, first_name: str) -> httpx.Client:
        """Somebody of the hub, logged in by the log-in page, as a browser would be."""
        if first_name not in self._people:
            names = [who.name for who in (*demo.STAFF, *demo.RESPONDERS)]
            name = next(name for name in names if name.split(" ")[0].lower() == first_name)
            self._people[first_name] = log_in(self.url, demo.log_in_of(name), demo.PASSWORD)
        return self._people[first_name]

    def does(self, first_name: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        """Somebody of the hub presses a button."""
        answer = self.person(first_name).post(f"/api{path}", json=body or {})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def phone(self, first_name: str) -> "Phone":
        entry = next(e for e in demo.phone_book() if e["owner"].split(" ")[0].lower() == first_name)
        return Phone(self, entry["number"], first_name)

    # --- calls ----------------------------------------------------------------------------------------------------

    def takes_call(self, postcode: str = "LS8 2AB", **typed: str) -> "Told":
        """Jay takes a call by hand and types down who and where."""
        new = self.does("jay", "/calls/new")
        told = Told(self, new["call"], new["case"])
        told.types(
            number="07700 900123",
            postcode=postcode,
            address="12 Oak Road",
            person_name="Maureen Doyle",
            nhs_number="999 000 0018",
            need="fall",
            **({"dependants": "nobody"} | typed),
        )
        return told

    def fall(self, answers: dict[str, Any] | None = None, postcode: str = "LS8 2AB") -> "Told":
        """A whole call about a fall, up to the commit."""
        told = self.takes_call(postcode)
        told.answers(**(answers or VISIT))
        told.commits()
        self.quiet()
        return told

    # --- time -----------------------------------------------------------------------------------------------------

    def advance(self, **by: float) -> None:
        """Let time pass: step to each next thing that is due, and wait for quiet each time."""
        target = self.clock.at + timedelta(**by)
        self.quiet()
        while (due := self._next_due()) is not None and due <= target:
            self.clock.at = max(due, self.clock.at)
            self.quiet()
        self.clock.at = target
        self.quiet()

    def _next_due(self) -> datetime | None:
        with self.hub.db.read() as session:
            due = [deadlines.next_due(session), outbox.next_not_before(session)]
        return min((at for at in due if at is not None), default=None)

    def quiet(self) -> None:
        """Work until nothing is left to do: queues, sweep, what is due, and the telephones' own callbacks."""
        for _ in range(200):
            worked = self.work()
            fired = Ticker(self.bench).fire_due()
            if not worked and not fired and not self._claimable():
                if self._wire_is_quiet() and not self._claimable():
                    return
                until(self._wire_is_quiet, "the telephones to come to rest", 15)
        raise AssertionError("the hub does not come to rest")

    def work(self) -> bool:
        """Let one RQ worker for each queue take what is there, over the real Valkey."""
        Ticker(self.bench).sweep()
        worked = False
        for queue in Queue:
            relay = Relay(self.bench, queue, jobs.INSIDE, jobs.OUTSIDE)
            jobs.use(relay)
            if self.valkey_is_up:
                redis = self.hub.post.redis
                rq = RqQueue(queue.value, connection=redis, serializer=JSONSerializer)
                if rq.count:
                    worker = SimpleWorker([rq], connection=redis, serializer=JSONSerializer)
                    worked |= worker.work(burst=True, logging_level="ERROR")
            else:
                worked |= relay.run_due() > 0
        return worked

    valkey_is_up = True

    def _claimable(self) -> bool:
        now, machine = self.clock.now(), self.clock.machine()
        with self.hub.db.read() as session:
            return any(outbox.due_in(session, queue, now, machine, 1) for queue in Queue)

    def _wire_is_quiet(self) -> bool:
        """Every text has reached its end, and every callback about it has been taken in by the hub."""
        with self.hub.db.read() as session:
            ours = {m.sid: m.status for m in self._messages(session)}
        for card in self.cards():
            for entry in card["thread"]:
                if entry["way"] == "to_phone" and entry["kind"] == "text" and entry["status"] not in FINAL:
                    if card["behaviour"] not in ("no_receipt", "slow"):
                        return False
                elif entry["note"]:
                    continue  # the network gave up telling us; the hub has to ask
                elif ours.get(entry["sid"]) in ("accepted", "queued", "sent") and entry["status"] in FINAL:
                    return False
        return True

    def _messages(self, session: Session) -> list[Any]:
        return list(session.exec(select(_message)))

    def cards(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.network.get("/phones/state").json()["phones"]
        return found

    def watch(self) -> None:
        """One round of the watchdog, and what follows from it."""
        watchdog.watch(self.bench)
        self.quiet()

    def catch_up(self) -> None:
        """The minute's question to the carrier: what could you not tell us?"""
        Ticker(self.bench).catch_up()
        self.quiet()

    def settle(self, true: Callable[[], object]) -> None:
        """Wait for something that the telephones bring, and let the hub act on it."""
        until(true, "the telephones' word to arrive")
        self.quiet()

    @contextmanager
    def without_valkey(self) -> Iterator[None]:
        """Valkey is dead: workers take their work straight from the outbox."""
        self.valkey.kill()
        self.valkey_is_up = False
        try:
            yield
        finally:
            self.valkey.start()
            self.valkey_is_up = True

    @contextmanager
    def dashboard_away(self) -> Iterator[None]:
        self._dashboard.stop()
        try:
            yield
        finally:
            again = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", int(self.url.rsplit(":", 1)[1])))
            self._dashboard = Served(create_app(self._dashboard_hub), again)

    # --- what is true ---------------------------------------------------------------------------------------------

    def case(self, case_id: int) -> Case:
        with self.hub.db.read() as session:
            return session.get_one(Case, case_id)

    def timeline(self, case_id: int) -> str:
        with self.hub.db.read() as session:
            return "\n".join(line.words for line in store.timeline(session, case_id)[::-1])

    def alarms(self) -> list[str]:
        with self.hub.db.read() as session:
            return [alarm.words for alarm in live_alarms(session, self.settings.place)]

    def count(self, table: type[Any], *where: Any) -> int:
        with self.hub.db.read() as session:
            return int(session.exec(select(func.count()).select_from(table).where(*where)).one())

    def open_ids(self, kind: type[Any], case_id: int) -> list[int]:
        with self.hub.db.read() as session:
            return [row.key for row in store.rows_of(session, kind, case_id, live=True)]

    def seeking_fails(self) -> None:
        """From now on the dashboard's own ranking has a fault, whichever protocols it takes; the workers' has none."""
        self._dashboard_hub.db.at_once = AtFault()

    def end(self) -> None:
        """What must hold at the end of every story."""
        self.quiet()
        unheard = [
            f"{card['owner']}: {entry['text']}"
            for card in self.cards()
            for entry in card["thread"]
            if entry["way"] == "to_phone" and entry["kind"] == "text" and entry["sid"] not in self._heard
            if self.hears_of_untaken or not OF_UNTAKEN.match(entry["text"])
        ]
        assert not unheard, "texts that nobody expected:\n" + "\n".join(unheard)
        with self.hub.db.read() as session:
            left = session.exec(
                select(Effect).where(col(Effect.state).in_((EffectState.waiting, EffectState.running)))
            ).all()
            assert not left, f"effects not settled: {[(e.kind, e.state, e.error) for e in left]}"
            for case in session.exec(select(Case).where(Case.state == CaseState.open)):
                assert store.owed_of(session, case.key), f"{case.ref} is open and owes nothing"
                live = select(Deadline).where(
                    Deadline.case_id == case.id, Deadline.state == DeadlineState.waiting
                )
                assert session.exec(live).first(), f"{case.ref} is open and has no deadline"
            place = session.get_one(Place, self.settings.place)
            found = watchdog.find(session, place, self.clock.now(), self.clock.machine())
            assert [f for f in found if f.kind in ("forgotten", "stuck", "parked")] == []

    def close(self) -> None:
        for person in self._people.values():
            person.close()
        self.network.close()
        self._dashboard.stop()
        self._phones.stop()
        self.hub.db.close()
        self._dashboard_hub.db.close()


class Told:
    """One call as a handler tells it to the hub."""

    def __init__(self, story: Story, call_id: int, case_id: int) -> None:
        self.story, self.call_id, self.case_id = story, call_id, case_id
        self.assessment_id = 0

    @property
    def ref(self) -> str:
        return self.story.case(self.case_id).ref

    @property
    def word(self) -> str:
        return str(self.story.case(self.case_id).word)

    @property
    def timeline(self) -> str:
        return self.story.timeline(self.case_id)

    def types(self, **fields: str) -> dict[str, str]:
        entries = [{"id": str(uuid.uuid4()), "field": name, "value": value} for name, value in fields.items()]
        answer = self.story.does("jay", f"/calls/{self.call_id}/typed", {"entries": entries})
        again: dict[str, str] = answer["look_again"]
        return again

    def begins(self, protocol: str = "fall-at-home") -> None:
        begun = self.story.does("jay", f"/cases/{self.case_id}/assessments", {"protocol": protocol})
        self.assessment_id = int(begun["view"]["assessment"])

    def answers(self, **changed: Any) -> None:
        """Answer all that the protocol asks: the mildest, but for what is `changed`."""
        if not self.assessment_id:
            self.begins()
        for question, answer in (BEST_ANSWERS | changed).items():
            body = {"question": question, "answer": answer}
            self.story.does("jay", f"/assessments/{self.assessment_id}/answer", body)

    def commits(self, **body: str) -> None:
        self.story.does("jay", f"/assessments/{self.assessment_id}/finish", body)
        self.hangs_up()

    def hangs_up(self) -> None:
        self.story.does("jay", f"/calls/{self.call_id}/end")

    def ends(self, outcome: str, words: str = "") -> None:
        self.story.does("priya", f"/cases/{self.case_id}/outcome", {"outcome": outcome, "words": words})


class AtFault(dict[str, AtOnce]):
    """Whatever is to be done at once fails."""

    def get(self, *_: object) -> AtOnce:
        return self._fail

    @staticmethod
    def _fail(*_: object) -> None:
        raise ZeroDivisionError


class Phone:
    """A phone in somebody's hand."""

    def __init__(self, story: Story, number: str, name: str) -> None:
        self.story, self.number, self.name = story, number, name

    def card(self) -> dict[str, Any]:
        return next(card for card in self.story.cards() if card["number"] == self.number)

    def unread(self) -> list[dict[str, Any]]:
        """Texts from the hub that the story has not looked at yet, oldest first."""
        return [
            entry
            for entry in self.card()["thread"]
            if entry["way"] == "to_phone"
            and entry["kind"] == "text"
            and entry["sid"] not in self.story._heard
            and (self.story.hears_of_untaken or not OF_UNTAKEN.match(entry["text"]))
        ]

    def expects(self, pattern: str) -> "Phone":
        """The next text must hold the pattern (no case); it is then read."""
        unread = self.unread()
        assert unread, f"{self.name} got no text; expected {pattern!r}. The hub's timeline may say why."
        first = unread[0]
        assert re.search(pattern, first["text"], re.IGNORECASE), (
            f"{self.name} got {first['text']!r}, not {pattern!r}"
        )
        self.story._heard.add(first["sid"])
        self.text, self.sid = str(first["text"]), str(first["sid"])
        if code := re.match(r"FP ([0-9A-Z]+)", self.text):
            self.code = code[1]
        return self

    def expects_nothing(self) -> None:
        assert not self.unread(), f"{self.name} got {[entry['text'] for entry in self.unread()]}"

    def says(self, body: str) -> str:
        """Send a text to the hub, and let the hub act on it. Returns its number."""
        sid = self.sends(body)
        self.story.quiet()
        return sid

    def sends(self, body: str) -> str:
        """Send a text, and wait until the hub has it."""
        sent = self.story.network.post(f"/phones/{quote(self.number)}/text", json={"body": body})
        assert sent.status_code == 201, sent.text
        sid = str(sent.json()["message_sid"])
        until(lambda: self._taken(sid), f"the hub to take in {body!r}")
        return sid

    def _taken(self, sid: str) -> bool:
        with self.story.hub.db.read() as session:
            return session.exec(select(_message).where(_message.sid == sid)).first() is not None

    def replies(self, body: str) -> "Phone":
        self.says(body)
        return self

    def behaves(self, behaviour: str, **more: Any) -> None:
        body = {"behaviour": behaviour, **more}
        self.story.network.put(f"/phones/{quote(self.number)}/behaviour", json=body).raise_for_status()

    def rings_the_hub(self) -> str:
        rung = self.story.network.post(f"/phones/{quote(self.number)}/ring")
        assert rung.status_code == 201, rung.text
        return str(rung.json()["sid"])

    def call(self) -> dict[str, Any]:
        until(lambda: self.card()["calls"], f"{self.name}'s phone to ring")
        call: dict[str, Any] = self.card()["calls"][0]
        return call

    def answers_call(self, key: str | None = None) -> None:
        sid = self.call()["sid"]
        self.story.network.post(f"/phones/{quote(self.number)}/calls/{sid}/answer").raise_for_status()
        if key is not None:
            until(lambda: self.call()["wants_key"], "the voice to ask for a key")
            body = {"digit": key}
            self.story.network.post(
                f"/phones/{quote(self.number)}/calls/{sid}/key", json=body
            ).raise_for_status()
        until(lambda: not self.card()["calls"], "the call to end")

    def declines_call(self) -> None:
        sid = self.call()["sid"]
        self.story.network.post(f"/phones/{quote(self.number)}/calls/{sid}/decline").raise_for_status()

    def hangs_up(self) -> None:
        sid = self.call()["sid"]
        self.story.network.post(f"/phones/{quote(self.number)}/calls/{sid}/hang_up").raise_for_status()
