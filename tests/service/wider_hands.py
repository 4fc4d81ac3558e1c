"""More random hands: all that can be done by hand, texts of every kind, kills in mid-transaction, long silences."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import Session, col, select

from dispatch import (
    check_in,
    details,
    duty,
    ladder,
    offering_by_hand,
    pausing,
    phone_store,
    promise_answers,
    rota,
    stand_downs,
    visit_notes,
)
from dispatch.duty_model import ChangeKind, StaffSafety
from dispatch.model import Exclusion, Offer, Responder, Shift
from dispatch.visit_notes import Done
from hub import deadlines
from hub.db import Database
from hub.outbox import LEASE
from hub.places import place_of
from hub.sealing import Seal
from records import contact_points, deaths, tell_wishes
from records.contact_points import Safe
from records.model import Case, Position, Task, TaskKind
from records.service import take
from tests.service import always_true
from tests.service.conftest import PLACE
from tests.service.random_hands import KINDS, PHONES, PRIYA, DispatchMachine
from tests.story import START

JANET = "+447700900123"
KEPT_AWAY, TWO_GO = "LS8 2AC", "LS8 2AD"
"""Addresses: one that Ana is kept away from, one where two go together."""
TEXTS = (
    "1", "YES", "2", "no", "1 {code}", "2 {code}", "yes in 40", "yes in 40 {code}", "can do by 1500",
    "I can by 23:45 {code}", "yes 30", "yes in 2 hours {code}", "ENROUTE", "ENROUTE {code}", "arrived", "WITH {code}",
    "DONE", "BACK", "BACK {code}", "NOACCESS {code}", "DELAY 20", "DELAY 240 {code}", "DELAY 999", "OK", "ok {code}",
    "ON", "OFF", "BREAK 20", "BREAK 1", "BREAK", "red", "RED {code}", "999", "999 {code}", "STOP", "HELP", "START",
    "CANCEL", "1 2", "yes no", "on my way", "", "🚑 soon", "1 {code} {code}", "FP {code} 1",
    "4711 is the key safe", "²",
)  # fmt: skip
BY_HAND = (
    "offer", "offer again", "offer all", "withdraw", "reassign", "pause", "pause", "go on", "next step", "read out",
    "all well", "note", "note", "not found", "promise yes", "promise no", "sick", "taken off", "swap", "off",
    "break", "on", "death", "somebody else", "wants texts", "no texts",
)  # fmt: skip
JUMPS = st.one_of(
    st.integers(1, 90).map(lambda s: timedelta(seconds=s)),
    st.integers(1, 300).map(lambda m: timedelta(minutes=m)),
)


class Killed(BaseException):
    """The process is gone: nothing in it can catch this."""


class MortalDatabase(Database):
    """Dies before the commit of the transaction that `dies_in` counts down to."""

    dies_in: int | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        with super().write() as session:
            yield session
            session.flush()
            if self.dies_in is not None:
                self.dies_in -= 1
                if self.dies_in < 0:
                    raise Killed


class WiderHands(DispatchMachine):
    def __init__(self, template: Path) -> None:
        super().__init__(template)
        with self.db.write() as session:
            ana = phone_store.owner(session, PLACE, PHONES[0])
            assert ana is not None
            why = Exclusion(place=PLACE, responder_id=ana.key, postcode=KEPT_AWAY, why="her neighbour")
            two = StaffSafety(
                place=PLACE,
                postcode=TWO_GO,
                words="A dog.",
                two_people=True,
                not_alone_after_dark=False,
                starts_at=START - timedelta(days=1),
                added_by="Dana Cole",
            )
            session.add_all([why, two])

    def database(self, url: str) -> Database:
        return MortalDatabase(url, seal=Seal("a secret for the codes of doors, long enough"))

    def may_by_hand(self, kind: type[Any], nth: int, act: Callable[[Session, Any, datetime], object]) -> None:
        row = self.pick(kind, nth)
        if row is not None:
            self.may(lambda session, now: act(session, session.get_one(kind, row.id), now))

    # --- more that can happen -------------------------------------------------------------------------------------

    @precondition(lambda self: self.count(Case) < 4)
    @rule(priority=st.sampled_from(["one_hour", "two_hours"]), postcode=st.sampled_from([KEPT_AWAY, TWO_GO]))
    def a_call_from_where_not_everybody_goes(self, priority: str, postcode: str) -> None:
        self.call(priority, [KINDS[0]], "fall", postcode)

    @rule(
        nth=st.integers(0, 7),
        words=st.sampled_from(TEXTS),
        which=st.integers(0, 5),
        own=st.sampled_from([1, 1, 0]),
    )
    def anything_is_texted(self, nth: int, words: str, which: int, own: int) -> None:
        self.reply(nth, words, which, bool(own))

    @precondition(lambda self: self.live_offers())
    @rule(
        nth=st.integers(0, 9),
        words=st.sampled_from(["yes in 40", "can do by 1500", "OFF", "BREAK 10", "STOP"]),
    )
    def who_is_asked_says_something_else(self, nth: int, words: str) -> None:
        offers = self.live_offers()
        self.says(offers[nth % len(offers)][0], words)

    @rule(words=st.sampled_from(["She has fallen again", "STOP", "ok thank you", "1"]))
    def the_person_texts(self, words: str) -> None:
        self.says(JANET, words)

    @rule(by=JUMPS)
    def time_passes(self, by: timedelta) -> None:
        """Each thing fires at its own time, and what is caused by it is done at once."""
        target = self.clock.at + by
        for _ in range(40):
            with self.db.read() as session:
                due = deadlines.next_due(session)
            if due is None or due > target:
                break
            self.clock.at = max(self.clock.at, due)
            self.fire()
        self.clock.at = target

    @rule(by=JUMPS)
    def an_outage(self, by: timedelta) -> None:
        """Nothing runs meanwhile; then everything that was due is late."""
        self.clock.at += by

    @rule()
    def two_tickers(self) -> None:
        """The second has read the same row, and comes too late."""
        with self.db.read() as session:
            seen = deadlines.oldest_due(session, self.clock.now())
        if seen is None:
            return
        self.fire()
        with self.db.write() as session:
            assert not deadlines.claim(session, seen, self.clock.now()), f"{seen.kind} fired twice"

    @rule(
        after=st.integers(0, 4),
        what=st.sampled_from(["work", "work", "fire", "reply", "call", "by hand"]),
        nth=st.integers(0, 9),
        how=st.sampled_from(BY_HAND),
        lease_ends=st.booleans(),
    )
    def killed(self, after: int, what: str, nth: int, how: str, lease_ends: bool) -> None:
        """The process dies in the middle of one of the next transactions: before its commit, so that nothing of it is
        there, and perhaps after the carrier has been told. Its lease ends, or runs yet."""
        assert isinstance(self.db, MortalDatabase)
        self.db.dies_in = after
        try:
            if what == "work":
                self.workers_work("")
            elif what == "fire":
                self.ticker_wakes()
            elif what == "reply":
                self.reply(nth % len(PHONES), "1 {code}", nth, True)
            elif what == "call" and self.count(Case) < 4:
                self.call("two_hours", [KINDS[nth % 3]], "fall")
            else:
                self.by_hand(nth, nth % 8, how, 10)
        except Killed:
            pass
        finally:
            self.db.dies_in = None
        if lease_ends:
            self.clock.machine_ahead += LEASE * 2

    # --- people of the hub ----------------------------------------------------------------------------------------

    @rule(
        nth=st.integers(0, 9), to=st.integers(0, 7), how=st.sampled_from(BY_HAND), minutes=st.integers(1, 30)
    )
    def by_hand(self, nth: int, to: int, how: str, minutes: int) -> None:
        about: type[Any] = {
            "withdraw": Offer, "promise yes": Task, "promise no": Task, "sick": Shift, "taken off": Shift,
            "swap": Shift, "off": Responder, "break": Responder, "on": Responder, "death": Case, "somebody else": Case,
            "wants texts": Case, "no texts": Case,
        }.get(how, Position)  # fmt: skip
        if how.startswith("promise"):
            self.decide_about_a_promise(nth, how)
            return
        self.may_by_hand(about, nth, lambda session, row, now: self.do(session, how, row, to, minutes, now))

    def do(self, session: Session, how: str, row: Any, to: int, minutes: int, now: datetime) -> None:
        if isinstance(row, Position):
            self.about_a_visit(session, how, row, to + 1, minutes, now)
        elif isinstance(row, Offer):
            offering_by_hand.withdraw(session, self.bench.desk, row, "a mistake", now, PRIYA)
        elif isinstance(row, Shift):
            self.about_a_shift(session, how, row, to + 1, now)
        elif isinstance(row, Responder):
            duty.change(session, place_of(session, PLACE), row, how, minutes, now)
        else:
            self.about_a_case(session, how, row, now)

    def about_a_visit(
        self, session: Session, how: str, row: Position, to: int, minutes: int, now: datetime
    ) -> None:
        desk = self.bench.desk
        if how.startswith("offer"):
            if how == "offer all":
                offering_by_hand.offer_to_all(session, desk, row, now, PRIYA)
            else:
                offering_by_hand.offer_to(session, desk, row, to, now, PRIYA, again=how == "offer again")
        elif how == "reassign":
            offering_by_hand.reassign(session, desk, row, to, "nearer", now, PRIYA, again=True)
        elif how == "pause":
            pausing.begin(session, desk, row, minutes, "ringing round", now, PRIYA)
        elif how == "go on":
            pausing.go_on(session, desk, row, now, PRIYA)
        elif how == "next step":
            ladder.next_step_now(session, desk, row, now, PRIYA)
        elif how == "read out":
            details.read_out(session, row, now, PRIYA)
        elif how == "all well":
            check_in.all_well(session, row, now, now, PRIYA)
        else:
            visit_notes.write(
                session, row, Done.not_found if how == "not found" else Done.treated, "", now, PRIYA
            )

    def about_a_shift(self, session: Session, how: str, row: Shift, to: int, now: datetime) -> None:
        if how == "swap":
            other = session.get_one(Responder, to)
            rota.swap(session, place_of(session, PLACE), row, other, now, PRIYA, because="needed")
        else:
            kind = ChangeKind.sick if how == "sick" else ChangeKind.removed
            rota.end(session, row, kind, "the flu", now, PRIYA)

    def about_a_case(self, session: Session, how: str, row: Case, now: datetime) -> None:
        case = take(session, row.key, now)
        if how == "wants texts":
            contact_points.say(session, PLACE, JANET, "text", Safe.yes, "Jay", now)
            tell_wishes.say(session, case, Safe.yes, now, PRIYA, number=JANET)
        elif how == "no texts":
            contact_points.say(session, PLACE, JANET, "text", Safe.no, "Jay", now)
            tell_wishes.say(session, case, Safe.no, now, PRIYA)
        elif case.state != "open":
            return
        elif how == "somebody else":
            deaths.was_somebody_else(session, case, "her neighbour", now, PRIYA)
        else:
            stand_downs.all_of_case(session, case.key, now, PRIYA, "Not needed any more.")
            deaths.record(session, case, "Her daughter.", ["Ring the surgery."], now, PRIYA)
            deaths.warn_of_other_cases(session, case, now)

    def decide_about_a_promise(self, nth: int, how: str) -> None:
        with self.db.read() as session:
            found = select(Task.id).where(Task.kind == TaskKind.promise).order_by(col(Task.id).desc())
            ids = session.exec(found).all()
        if ids:
            act = promise_answers.accept if how == "promise yes" else promise_answers.refuse
            which = ids[nth % min(len(ids), 2)]
            self.may(
                lambda session, now: act(session, self.bench.desk, session.get_one(Task, which), now, PRIYA)
            )

    # --- what must always be true ---------------------------------------------------------------------------------

    def look(self, session: Session) -> None:
        super().look(session)
        left = {int(told_at.rsplit("=", 1)[1]) for _, _, told_at in self.carrier.sent}
        always_true.look(session, self.clock.now(), left, self.by_phone)
