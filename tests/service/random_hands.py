"""Dispatch as a machine under random hands: calls, replies, silence, faults of the carrier and jumps of the clock in
any order. What must always be true is looked at after every step; `wider_hands` adds to it.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from pydantic import SecretStr
from sqlalchemy import func
from sqlmodel import Session, col, select

from dashboard import demo
from dispatch import by_voice, inbox, offering_by_hand, phone_store, service, taking_back, undone, visits
from dispatch import store as dispatch
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, OfferState, Responder
from hub import deadlines
from hub.actors import Actor
from hub.assemble import Hub, Post
from hub.db import Database
from hub.deadlines import Deadline, DeadlineState
from hub.errors import Conflict, Refused
from hub.events import Event, EventCounter
from hub.outbox import Effect, EffectState, Queue
from hub.places import place_of
from hub.sealing import Seal
from hub.settings import Settings
from protocols.house import WELFARE_CALLS
from protocols.shelf import Shelf
from records import call_backs, hand_overs, store, tasks
from records.case_word import case_word
from records.lifecycles import OWING, Owed
from records.model import (
    CallBack,
    Case,
    CaseState,
    HandOver,
    Outcome,
    Position,
    Task,
    TaskKind,
)
from records.positions import start_offering
from records.service import Due, open_case, owe, record_outcome, reopen, set_priority, take
from tests.service.conftest import PLACE
from tests.stage import StageClock
from tests.story import START
from workers import jobs
from workers.bench import Bench
from workers.carrier import CarrierError, Received, Rung, Sent
from workers.relay import Relay
from workers.ticker import ALONE, WITH_DESK

ROOT = Path(__file__).resolve().parents[2]
PRIYA = Actor("user:4", "Priya Nair")
PHONES = [who.phone for who in demo.RESPONDERS]
PRIVATE = ("Doyle", "Maureen", "Oak Road", "999 000 0018", "9990000018", "2AB", "key safe", "4711")
KINDS = (("nurse", True), ("falls_responder", False), ("paramedic", True))
WORDS = (
    "1", "2", "yes", "NO", "1 {code}", "2 {code}", "ENROUTE", "ARRIVED", "WITH", "DONE", "DONE {code}", "BACK",
    "NOACCESS", "DELAY 20", "RED", "999", "999 {code}", "no but I can in 2 hours", "STOP", "BACK {code}", "WITH {code}",
)  # fmt: skip
STEPS = ("ENROUTE", "ARRIVED", "WITH", "DONE", "DONE", "WITH", "NOACCESS", "BACK", "DELAY 20")
MINUTES = st.sampled_from([0.5, 2, 7])
MOST_CASES = 4
SHELF = Shelf(ROOT / "protocols", draft=True)
LIBRARY = SHELF.library


class HandCarrier:
    """A carrier by hand: keeps what it was given, and fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.fails_next = ""

    def send(self, to: str, from_: str, text: str, told_at: str) -> str:
        fault, self.fails_next = self.fails_next, ""
        if fault == "refused":
            raise CarrierError("the carrier answered 400", 21610, final=True)
        if fault == "away":
            raise CarrierError("ConnectTimeout")
        assert told_at not in [known for _, _, known in self.sent], "sent twice"
        self.sent.append((to, text, told_at))
        if fault == "answer lost":
            raise CarrierError("ReadTimeout")
        return f"SM{len(self.sent)}"

    def sent_to(self, to: str) -> list[Sent]:
        return [Sent(f"SM{n}", text) for n, (who, text, _) in enumerate(self.sent, start=1) if who == to]

    def status(self, sid: str) -> tuple[str, int | None]:
        return "delivered", None

    def received(self, to: str) -> list[Received]:
        return []

    def rung(self, to: str) -> list[Rung]:
        return []

    def ring(self, to: str, from_: str, words: str, key_to: str, told_at: str) -> str:
        self.sent.append((to, words, told_at))
        return f"CA{len(self.sent)}"


class NoPost:
    """No Redis at all: effects are taken straight from the outbox."""

    def keep_for_me(self, _queue: Queue) -> list[int]:
        return []

    def keep_no_longer(self) -> None:
        pass

    def carry(self, _effects: Sequence[tuple[Queue, int]]) -> None:
        pass


class LoudRelay(Relay):
    """A fault of our own is a fault of the test, not something to be tried again."""

    def _fault(self, effect_id: int, why: str, wait: timedelta) -> None:
        raise AssertionError(f"effect {effect_id}: {why}")


class DispatchMachine(RuleBasedStateMachine):
    def __init__(self, template: Path) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="fp-machine-"))
        file = self.folder / "machine.sqlite3"
        shutil.copy(template, file)
        self.db = self.database(f"sqlite:///{file}")
        self.clock = StageClock(START)
        self.carrier = HandCarrier()
        hub = Hub(
            Settings(data=self.folder, public_url="http://hub.test", secret_key=SecretStr("x" * 40)),
            self.db,
            self.clock,
            cast(Post, NoPost()),
        )
        self.bench = Bench(hub, SHELF, "machine", self.carrier, None)
        self.texts = 0
        self.by_phone: set[int] = set()

    def database(self, url: str) -> Database:
        return Database(url, seal=Seal("a secret for the codes of doors, long enough"))

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- hands ----------------------------------------------------------------------------------------------------

    def may(self, act: Callable[[Session, datetime], object]) -> None:
        """A person of the hub tries something; what is not possible now is refused and changes nothing."""
        try:
            with self.db.write() as session:
                act(session, self.clock.now())
        except (Conflict, Refused):
            pass

    def pick(self, kind: type[Any], nth: int) -> Any:
        with self.db.read() as session:
            rows = session.exec(select(kind).order_by(kind.id)).all()
        return rows[nth % len(rows)] if rows else None

    def count(self, kind: type[Any]) -> int:
        with self.db.read() as session:
            return int(session.execute(select(func.count()).select_from(kind)).scalar_one())

    @initialize(priority=st.sampled_from(["one_hour", "two_hours"]))
    def first_call(self, priority: str) -> None:
        self.call(priority, [KINDS[0]], "fall")
        self.workers_work("")

    @precondition(lambda self: self.count(Case) < MOST_CASES)
    @rule(
        priority=st.sampled_from(["one_hour", "two_hours", "same_day", "two_days"]),
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
        need=st.sampled_from(["fall", "catheter", None]),
    )
    def a_call(self, priority: str, kinds: list[tuple[str, bool]], need: str | None) -> None:
        self.call(priority, kinds, need)

    def call(
        self, priority: str, kinds: list[tuple[str, bool]], need: str | None, postcode: str = "LS8 2AB"
    ) -> None:
        now = self.clock.now()
        target = LIBRARY.house.priority(priority).target_min
        with self.db.write() as session:
            case = open_case(session, PLACE, now, now, PRIYA, "A call.")
            case.person_name, case.nhs_number, case.need = "Maureen Doyle", "9990000018", need
            case.address, case.postcode, case.access_words = "12 Oak Road", postcode, "key safe 4711"
            session.add(case)
            set_priority(session, case, priority, target, WELFARE_CALLS, now)
            for kind, stops_clock in kinds:
                row = Position(
                    place=PLACE,
                    opened_at=now,
                    case_id=case.key,
                    kind=kind,
                    title=LIBRARY.house.position(kind).title,
                    priority=priority,
                    due_at=now + timedelta(minutes=target or 0),
                    stops_clock=stops_clock,
                )
                owe(
                    session, row, now, PRIYA, "Wanted.", Due("seek", now + timedelta(seconds=30), human=False)
                )
                start_offering(session, row, now)

    @rule(fault=st.sampled_from(["", "", "", "away", "answer lost", "refused"]))
    def workers_work(self, fault: str) -> None:
        self.carrier.fails_next = fault
        for _ in range(30):
            worked = 0
            for queue in Queue:
                worked += LoudRelay(self.bench, queue, jobs.INSIDE, jobs.OUTSIDE).run_due()
            if not worked:
                return
        raise AssertionError("effects never come to an end")

    @rule(nth=st.integers(0, 7), words=st.sampled_from(WORDS), which=st.integers(0, 5), own=st.booleans())
    def reply(self, nth: int, words: str, which: int, own: bool) -> None:
        """Any responder texts anything, with a code of their own or somebody else's."""
        with self.db.read() as session:
            who = phone_store.owner(session, PLACE, PHONES[nth])
            assert who is not None
            offers = session.exec(select(Offer).order_by(col(Offer.id).desc())).all()
        mine = [offer for offer in offers if offer.responder_id == who.id] if own else list(offers)
        code = mine[which % len(mine)].code if mine else "4K7C"
        self.says(PHONES[nth], words.format(code=code))

    def says(self, phone: str, body: str) -> None:
        """A text comes in; the carrier may tell us twice."""
        self.texts += 1
        text = Incoming(f"SMin{self.texts}", phone, body)
        for _ in range(2):
            with self.db.write() as session:
                inbox.receive(session, self.bench.desk, place_of(session, PLACE), text, self.clock.now())

    def live_offers(self) -> list[tuple[str, str]]:
        """The phone and the code of every offer that waits for an answer."""
        with self.db.read() as session:
            return [
                (dispatch.responder(session, offer.responder_id).phone, offer.code)
                for offer in dispatch.live_offers(session, PLACE)
            ]

    def out(self) -> list[tuple[str, str]]:
        """The phone and the code of everybody who is on a visit."""
        with self.db.read() as session:
            held = [dispatch.accepted_offer(session, p.key) for p in dispatch.positions_out(session, PLACE)]
            return [
                (dispatch.responder(session, one.responder_id).phone, one.code)
                for one in held
                if one is not None
            ]

    @precondition(lambda self: self.live_offers())
    @rule(
        nth=st.integers(0, 9), word=st.sampled_from(["1", "yes", "1", "2"]), after=st.sampled_from([0, 0, 5])
    )
    def somebody_answers(self, nth: int, word: str, after: int) -> None:
        """What mostly happens, so that the search comes far: the one who is asked answers, in time or a little late."""
        offers = self.live_offers()
        phone, code = offers[nth % len(offers)]
        self.clock.at += timedelta(minutes=after)
        if after:
            self.ticker_wakes()
        self.says(phone, f"{word} {code}")

    @precondition(lambda self: self.out())
    @rule(
        nth=st.integers(0, 9), words=st.lists(st.sampled_from(STEPS), min_size=1, max_size=3), after=MINUTES
    )
    def a_visit_goes_on(self, nth: int, words: list[str], after: float) -> None:
        for word in words:
            if out := self.out():
                phone, code = out[nth % len(out)]
                self.clock.at += timedelta(minutes=after)
                self.says(phone, f"{word} {code}" if after > 2 else word)

    @rule(minutes=st.sampled_from([0.5, 2, 4, 11, 31, 125]))
    def time_passes_and_the_ticker_sleeps(self, minutes: float) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @rule()
    def next_deadline(self) -> None:
        """The clock steps to what is due next, and it fires."""
        with self.db.read() as session:
            due = deadlines.next_due(session)
        if due is not None:
            self.clock.at = max(self.clock.at, due)
            self.fire()

    def calls(self) -> list[int]:
        """Voice calls for offers that nobody has heard the end of, by their effects."""
        with self.db.read() as session:
            found = select(Message.effect_id).where(Message.voice, col(Message.offer_id).is_not(None))
            return [
                n for n in session.exec(found.where(~col(Message.status).in_(("delivered", "failed")))) if n
            ]

    @precondition(lambda self: self.calls())
    @rule(nth=st.integers(0, 9), key=st.sampled_from(["1", "1", "2", "7", ""]))
    def a_phone_that_rings(self, nth: int, key: str) -> None:
        """Answered with a key, or not at all; the carrier may tell of the end twice."""
        effect, now = self.calls()[nth % len(self.calls())], self.clock.now()
        with self.db.write() as session:
            if key:
                by_voice.key_pressed(session, self.bench.desk, effect, key, now)
        for _ in range(2):
            with self.db.write() as session:
                status = "completed" if key else "no-answer"
                by_voice.call_ended(session, self.bench.desk, effect, f"CA-{effect}", status, now)

    @rule()
    def ticker_wakes(self) -> None:
        for _ in range(60):
            if not self.fire():
                return
        raise AssertionError("deadlines never come to an end")

    def fire(self) -> bool:
        now = self.clock.now()
        with self.db.write() as session:
            due = deadlines.oldest_due(session, now)
            if due is None:
                return False
            if due.case_id is not None:
                take(session, due.case_id, now)
            assert deadlines.claim(session, due, now)
            if due.kind in ALONE:
                ALONE[due.kind](session, due.subject, now)
            else:
                WITH_DESK[due.kind](session, self.bench.desk, due.subject, now)
        return True

    @rule(
        nth=st.integers(0, 9),
        how=st.sampled_from(["stand down", "hand back", "delay", "find person", "undo", "ambulance"]),
    )
    def coordinator(self, nth: int, how: str) -> None:
        position = self.pick(Position, nth)
        if position is None:
            return

        def act(session: Session, now: datetime) -> None:
            row = session.get_one(Position, position.id)
            if how in ("delay", "find person"):
                visits.end_overdue_alarms(session, row, now)
            if how == "stand down":
                taking_back.stand_down(session, row, now, PRIYA, "not needed")
                visits.end_overdue_alarms(session, row, now)
            elif how == "hand back":
                visits.hand_back(session, row, now, PRIYA)
            elif how == "undo":
                undone.undo(session, row, "another house", WELFARE_CALLS, now, PRIYA)
                visits.end_overdue_alarms(session, row, now)
            elif how == "delay":
                visits.delay(session, row, 30, now, PRIYA)
            elif how == "find person":
                visits.step(session, row, "find_person", now, PRIYA)
            else:
                case = take(session, row.case_id, now)
                hand_overs.request(session, case, "999", "hub", "worse", now, PRIYA)

        self.may(act)

    @precondition(lambda self: self.out())
    @rule(nth=st.integers(0, 9), which=st.integers(0, 9), says=st.sampled_from(["1", "1", "2", ""]))
    def offered_as_next(self, nth: int, which: int, says: str) -> None:
        """A coordinator offers a visit to somebody who is on another; mostly they say yes."""
        out, position = self.out(), self.pick(Position, nth)
        if position is None:
            return
        phone = out[which % len(out)][0]

        def act(session: Session, now: datetime) -> None:
            who = phone_store.owner(session, PLACE, phone)
            row = session.get_one(Position, position.id)
            offering_by_hand.offer_to(
                session, self.bench.desk, row, who.key if who else 0, now, PRIYA, again=True, as_next=True
            )

        self.may(act)
        code = next((code for asked, code in self.live_offers() if asked == phone), None)
        if says and code:
            self.says(phone, f"{says} {code}")

    @rule(nth=st.integers(0, 9), accept=st.booleans())
    def answer_by_hand(self, nth: int, accept: bool) -> None:
        offer = self.pick(Offer, nth)
        if offer is not None:
            act = service.accept if accept else service.decline
            self.by_phone.add(offer.key)
            self.may(lambda s, now: act(s, self.bench.desk, s.get_one(Offer, offer.id), now, PRIYA))

    @rule(nth=st.integers(0, 9), no_care=st.booleans())
    def task_done(self, nth: int, no_care: bool) -> None:
        task = self.pick(Task, nth)
        if task is None or task.kind is TaskKind.finish:
            return

        def act(session: Session, now: datetime) -> None:
            row = session.get_one(Task, task.id)
            if row.kind is TaskKind.care_time:
                visits.say_when_care_began(session, row, None if no_care else now, now, PRIYA)
            else:
                tasks.do(session, row, now, PRIYA, "Done.")

        self.may(act)

    @rule(nth=st.integers(0, 5), how=st.sampled_from(["confirm", "refuse", "again", "reach", "fail"]))
    def other_services(self, nth: int, how: str) -> None:
        row = self.pick(HandOver if how in ("confirm", "refuse", "again") else CallBack, nth)
        if row is None:
            return

        def act(session: Session, now: datetime) -> None:
            here = session.get_one(type(row), row.id)
            if how == "confirm":
                hand_overs.confirm(session, here, "C123", now, PRIYA)
            elif how == "refuse":
                hand_overs.refuse(session, here, "no", now, PRIYA)
            elif how == "again":
                hand_overs.ask_again(session, here, now, PRIYA)
            elif how == "reach":
                call_backs.reach(session, here, now, PRIYA, "spoke")
            else:
                call_backs.fail(session, here, now, PRIYA, "no answer")

        self.may(act)

    @rule(nth=st.integers(0, 3), again=st.booleans())
    def outcome(self, nth: int, again: bool) -> None:
        case = self.pick(Case, nth)
        if case is None:
            return

        def act(session: Session, now: datetime) -> None:
            here = take(session, case.key, now)
            if again:
                reopen(session, here, WELFARE_CALLS, now, PRIYA, "closed in error")
            else:
                record_outcome(session, here, Outcome.visited, "", now, PRIYA)

        self.may(act)

    # --- what must always be true ---------------------------------------------------------------------------------

    @invariant()
    def what_must_always_be_true(self) -> None:
        with self.db.read() as session:
            cases = session.exec(select(Case)).all()
            waiting = session.exec(select(Deadline).where(Deadline.state == DeadlineState.waiting)).all()
            for case in cases:
                self.case_holds(session, case, [d for d in waiting if d.case_id == case.id])
            positions = session.exec(select(Position)).all()
            offers = session.exec(select(Offer)).all()
            for position in positions:
                self.position_holds(session, position, [o for o in offers if o.position_id == position.id])
            taken = [p for p in positions if p.state in dispatch.ASSIGNED]
            busy = [(p.responder_id, p.is_next) for p in taken]
            assert None not in [who for who, _ in busy]
            assert len(busy) == len(set(busy)), "somebody is on two visits, or has two next"
            self.nexts_hold(session, [p for p in taken if p.is_next], waiting)
            timed = {d.subject for d in waiting if d.kind == "offer_expires"}
            assert timed == {o.id for o in offers if o.state is OfferState.sent}
            self.texts_hold(session)
            self.look(session)
            numbers = list(session.exec(select(Event.n).where(Event.place == PLACE).order_by(col(Event.n))))
            assert numbers == list(range(1, len(numbers) + 1)), "a gap among the events"
            assert session.get_one(EventCounter, PLACE).n == len(numbers)

    def look(self, session: Session) -> None:
        """What wider hands look at besides."""

    def case_holds(self, session: Session, case: Case, waiting: list[Deadline]) -> None:
        owed = store.owed_of(session, case.key)
        assert case.word == case_word((row.owed, row.state) for row in owed), case.ref
        if case.state is CaseState.closed:
            assert not owed, f"{case.ref} is closed and owes {owed}"
            assert not waiting, f"{case.ref} is closed and waits for {[d.kind for d in waiting]}"
            assert case.outcome is not None
            live = select(Effect.id).where(
                Effect.case_id == case.id, Effect.state == EffectState.waiting, ~col(Effect.outlives_case)
            )
            assert session.exec(live).first() is None, "an effect of a case that is over"
            return
        assert owed, f"{case.ref} is open and owes nothing"
        timed = {(d.owner, d.subject) for d in waiting}
        for row in owed:
            assert (row.owed.value, row.id) in timed, f"{case.ref}: {row.owed} {row.state} has no deadline"
        if case.clock_stop is None and case.breach_at is not None and case.breach_at > self.clock.now():
            assert "breach" in {d.kind for d in waiting}, "nobody would hear of the breach"

    def position_holds(self, session: Session, position: Position, offers: list[Offer]) -> None:
        held = [o for o in offers if o.state is OfferState.accepted and not o.given_back]
        live = [o for o in offers if o.state is OfferState.sent]
        assert len(held) <= 1, "two owners"
        if position.state in dispatch.ASSIGNED:
            assert [o.responder_id for o in held] == [position.responder_id]
        elif position.state in OWING[Owed.position]:
            assert not held
            assert position.responder_id is None
        if live:
            assert position.state == "offered", f"a live offer for a position that is {position.state}"
        elif position.state == "offered":
            seeks = session.exec(
                select(Effect).where(Effect.kind == "seek", Effect.state == EffectState.waiting)
            )
            assert position.id in [effect.payload["position"] for effect in seeks], "offered to nobody"

    def nexts_hold(self, session: Session, nexts: list[Position], waiting: Sequence[Deadline]) -> None:
        """S25: what is next stands still until the visit before it is over, and then begins."""
        timed = {(d.subject, d.kind) for d in waiting if d.owner == "position"}
        begins = select(Effect).where(Effect.kind == "begin_next", Effect.state == EffectState.waiting)
        begun = [effect.payload["position"] for effect in session.exec(begins)]
        for position in nexts:
            assert position.state == "accepted"
            assert position.set_off_at is None
            assert (position.id, "next_leaves") in timed, "nobody would hear that it is too late"
            on = dispatch.assignment_of(session, position.responder_id or 0)
            assert on is not None or position.id in begun, "nothing is before it, and it does not begin"

    def texts_hold(self, session: Session) -> None:
        for effect in session.exec(
            select(Effect).where(col(Effect.kind).in_(("sms", "sms_to_person", "voice")))
        ):
            said = str(effect.payload.get("text", effect.payload.get("words")))
            assert not [word for word in PRIVATE if word in said], said
            assert effect.kind == "voice" or len(said) <= 160, said
            assert effect.state is not EffectState.parked
        silent = select(Message.body).where(
            Message.direction == "out", col(Message.responder_id).is_not(None)
        )
        assert all("RED" not in body for body in session.exec(silent)), "S26: silently"
        asked = select(Responder).where(~col(Responder.reachable))
        for who in session.exec(asked):
            aloud = [offer.call_effect_id for offer in dispatch.live_offers_of(session, who.key)]
            assert None not in aloud, "asked by text on a phone that is deaf"
