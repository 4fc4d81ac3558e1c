"""What a case keeps to whatever happens: its clock, its urgency, its end, and who may still change it."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from dispatch import inbox, phone_store, seeking, service, taking_back
from dispatch.desk import Desk
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, OfferState, Responder
from hub import deadlines
from hub.access import User
from hub.actors import HUB, Actor
from hub.db import Database
from hub.errors import Conflict, Refused
from hub.places import place_of
from protocols.house import WELFARE_CALLS
from protocols.loader import load_library
from records import alarms, call_backs, dependants, hand_overs, store, tasks
from records.dependants import Answer
from records.model import Assessment, CallBack, Case, CaseState, HandOver, Outcome, Position, Task, TaskKind
from records.positions import start_offering
from records.service import Due, open_case, owe, record_outcome, reopen, set_priority, take
from tests.service.conftest import PLACE
from tests.story import BEST_ANSWERS, START, VISIT
from triage import calls
from triage import service as triage
from triage.model import CaptureField
from triage.typed import Typed, type_down

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = load_library(ROOT / "protocols", draft=True)
DESK = Desk(LIBRARY, "http://hub.test")
JAY, AMARA = Actor("user:1", "Jay Osei"), Actor("user:3", "Amara Obi")
ANA = "+447700900141"
MIN = timedelta(minutes=1)


class Hands:
    """One transaction after the other on one case, without a queue or a carrier."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.texts = 0

    def case(self, priority: str = "two_hours", at: Any = START) -> int:
        with self.db.write() as session:
            case = open_case(session, PLACE, at, at, JAY, "A call.")
            case.postcode = "LS8 2AB"
            target = LIBRARY.house.priority(priority).target_min
            set_priority(session, case, priority, target, WELFARE_CALLS, at)
            self.position(session, case, priority, at)
        return case.key

    def position(self, session: Session, case: Case, priority: str, at: Any) -> None:
        row = Position(
            place=PLACE,
            opened_at=at,
            case_id=case.key,
            kind="nurse",
            title="Nurse",
            priority=priority,
            due_at=at + 120 * MIN,
            stops_clock=True,
        )
        owe(session, row, at, JAY, "Wanted.", Due("seek", at + MIN, human=False))
        start_offering(session, row, at)

    def seek(self, position_id: int, at: Any) -> None:
        with self.db.write() as session:
            seeking.seek(session, DESK, position_id, at)

    def text(self, phone: str, body: str, at: Any) -> None:
        self.texts += 1
        with self.db.write() as session:
            text = Incoming(f"SM{self.texts}", phone, body)
            inbox.receive(session, DESK, place_of(session, PLACE), text, at)

    def offer_to(self, phone: str, position_id: int) -> Offer:
        with self.db.read() as session:
            who = phone_store.owner(session, PLACE, phone)
            assert who is not None
            (offer,) = session.exec(
                select(Offer).where(Offer.responder_id == who.id, Offer.position_id == position_id)
            ).all()
            return offer

    def last_text(self, phone: str) -> str:
        with self.db.read() as session:
            found = select(Message).where(Message.phone == phone, Message.direction == "out")
            return session.exec(found.order_by(Message.id.desc())).first().body  # type: ignore[union-attr]

    def get(self, kind: type[Any], row_id: int) -> Any:
        with self.db.read() as session:
            return session.get_one(kind, row_id)

    def all(self, kind: type[Any]) -> list[Any]:
        with self.db.read() as session:
            return list(session.exec(select(kind).order_by(kind.id)))

    def close(self, case_id: int, at: Any) -> None:
        with self.db.write() as session:
            case = take(session, case_id, at)
            for row in store.rows_of(session, Position, case_id, live=True):
                taking_back.stand_down(session, row, at, AMARA, "not needed")
            record_outcome(session, case, Outcome.advice, "", at, AMARA)


@pytest.fixture
def hands(laid_out: Path, tmp_path: Path) -> Iterator[Hands]:
    file = tmp_path / "hands.sqlite3"
    shutil.copy(laid_out, file)
    db = Database(f"sqlite:///{file}")
    yield Hands(db)
    db.close()


# --- the clock and the end -----------------------------------------------------------------------------------------


def test_reopened_on_its_old_clock(hands: Hands) -> None:
    """S1: closed in error it opens again where it stood; the breach comes when it would have come."""
    case_id = hands.case()
    hands.close(case_id, START + 10 * MIN)
    assert hands.get(Case, case_id).state is CaseState.closed
    with hands.db.write() as session:
        at = START + 30 * MIN
        reopen(session, take(session, case_id, at), WELFARE_CALLS, at, AMARA, "wrong case")
    case = hands.get(Case, case_id)
    assert (case.state, case.clock_start, case.breach_at) == (CaseState.open, START, START + 120 * MIN)
    assert case.outcome is None
    with hands.db.read() as session:
        due = {d.kind: d.due_at for d in deadlines.live_of_case(session, case_id)}
    assert due["breach"] == START + 120 * MIN
    assert due["near_50"] == START + 60 * MIN
    assert "task" in due, "it owes at least how it ended"


@pytest.mark.parametrize("why", ["", "  "])
def test_reopening_needs_a_reason(hands: Hands, why: str) -> None:
    case_id = hands.case()
    hands.close(case_id, START + MIN)
    with pytest.raises(Refused), hands.db.write() as session:
        reopen(session, take(session, case_id, START), WELFARE_CALLS, START, AMARA, why)


def test_a_closed_case_takes_on_nothing_new(hands: Hands) -> None:
    """Else it would be closed and owe something, and no board would show it."""
    case_id = hands.case()
    with hands.db.write() as session:
        case = take(session, case_id, START)
        asked = hand_overs.request(session, case, "999", "hub", "worse", START, JAY)
        hand_overs.refuse(session, asked, "no", START, JAY)
        (ring,) = store.rows_of(session, CallBack, case_id, live=True)
        call_backs.reach(session, ring, START, AMARA, "spoke with her")
        dependants.answer(session, case_id, Answer.nobody, "", START, AMARA)
    hands.close(case_id, START)
    assert hands.get(Case, case_id).state is CaseState.closed
    with pytest.raises(Conflict, match="This case is closed"), hands.db.write() as session:
        hand_overs.ask_again(session, session.get_one(HandOver, asked.key), START, JAY)
    task = Task(place=PLACE, opened_at=START, case_id=case_id, words="x")
    with pytest.raises(Conflict, match="This case is closed"), hands.db.write() as session:
        owe(session, task, START, JAY, "x", Due("task", START + MIN))


def test_999_with_the_code_of_a_closed_case_still_reaches_a_human(hands: Hands) -> None:
    """S26: never turned away. It rings on the board, and a new case owes the reading of it."""
    case_id = hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    code = hands.offer_to(ANA, position.id).code
    hands.close(case_id, START + MIN)
    hands.text(ANA, f"999 {code}", START + 2 * MIN)
    with hands.db.read() as session:
        assert any("asks for an ambulance" in alarm.words for alarm in alarms.live(session, PLACE))
        assert store.owed_of(session, case_id) == []
    (task,) = [task for task in hands.all(Task) if task.kind is TaskKind.unread_reply]
    assert task.case_id != case_id


# --- urgency -------------------------------------------------------------------------------------------------------


def assess(hands: Hands, case_id: int, at: Any, **answers: Any) -> str:
    with hands.db.write() as session:
        assessment = triage.begin(session, LIBRARY, case_id, "fall-at-home", at, JAY)
        for question, answer in (BEST_ANSWERS | answers).items():
            triage.answer(session, LIBRARY, assessment, question, answer, at, JAY)
            session.flush()
        triage.dispose(session, LIBRARY, assessment, at, JAY)
        return str(session.get_one(Assessment, assessment.key).priority)


def test_a_second_assessment_can_only_raise(hands: Hands) -> None:
    """S10, S13: and always on the old clock."""
    with hands.db.write() as session:
        case = open_case(session, PLACE, START, START, JAY, "A call.")
        owe(
            session,
            Task(place=PLACE, opened_at=START, case_id=case.key, words="x"),
            START,
            HUB,
            "x",
            Due("task", START + 60 * MIN),
        )
    found = [
        (assess(hands, case.key, START, **VISIT), hands.get(Case, case.key).priority),
        (assess(hands, case.key, START + 5 * MIN), hands.get(Case, case.key).priority),
        (
            assess(hands, case.key, START + 9 * MIN, where="on_floor", floor_time=20),
            hands.get(Case, case.key).priority,
        ),
    ]
    assert found[0][1] == "two_hours"
    assert found[1][0] != "two_hours"
    assert found[1][1] == "two_hours", "milder answers lower nothing"
    assert found[2][1] == "one_hour"
    assert hands.get(Case, case.key).breach_at == START + 60 * MIN
    kinds = [p.kind for p in hands.all(Position)]
    assert kinds.count("nurse") == 1, "S11: the highest count of each kind, not the sum"


# --- who has it ----------------------------------------------------------------------------------------------------


def test_a_no_to_a_visit_that_is_theirs_is_no_hand_back(hands: Hands) -> None:
    """She would believe that she is rid of it, and the hub that she is on her way."""
    hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    code = hands.offer_to(ANA, position.id).code
    hands.text(ANA, "1", START + MIN)
    for body in (f"2 {code}", "no"):
        hands.text(ANA, body, START + 2 * MIN)
        assert "BACK" in hands.last_text(ANA), body
    assert hands.get(Position, position.id).state == "accepted"
    assert len([t for t in hands.all(Task) if t.kind is TaskKind.unread_reply]) == 2
    offer = hands.offer_to(ANA, position.id)
    with pytest.raises(Conflict, match="handed back"), hands.db.write() as session:
        service.decline(session, DESK, session.get_one(Offer, offer.id), START + 2 * MIN, AMARA)


def test_a_yes_said_twice_is_answered_once(hands: Hands) -> None:
    hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    hands.text(ANA, "1", START + MIN)
    texts = len(hands.all(Message))
    hands.text(ANA, "yes", START + 2 * MIN)
    assert len(hands.all(Message)) == texts + 1, "the one that came in"
    assert hands.get(Position, position.id).state == "accepted"


def test_a_yes_takes_back_even_an_offer_of_an_hour_ago(hands: Hands) -> None:
    """Two days' visits are offered for two hours each: that offer is still live, and must go to somebody else."""
    urgent = hands.case("two_hours")
    (first,) = hands.all(Position)
    hands.seek(first.id, START)
    with hands.db.write() as session:
        service.expire(session, DESK, hands.offer_to(ANA, first.id).key, START + 4 * MIN)
    with hands.db.write() as session:
        for who in session.exec(select(Responder).where(Responder.phone != ANA)):
            who.reachable = False  # so that Ana is asked
            session.add(who)
    hands.case("two_days", START + 5 * MIN)
    second = hands.all(Position)[1]
    hands.seek(second.id, START + 5 * MIN)
    assert hands.offer_to(ANA, second.id).state is OfferState.sent
    code = hands.offer_to(ANA, first.id).code
    hands.text(ANA, f"1 {code}", START + 65 * MIN)
    assert hands.get(Position, first.id).responder_id is not None
    assert hands.offer_to(ANA, second.id).state is OfferState.withdrawn
    assert hands.get(Case, urgent).word == "accepted"
    hands.text(ANA, "BACK", START + 66 * MIN)
    hands.seek(second.id, START + 67 * MIN)
    again = hands.all(Offer)[-1]
    assert (again.position_id, again.state) == (second.id, OfferState.sent), "she never said no to that one"
    assert "did not answer before" not in again.reasons


def test_no_access_rings_an_alarm_that_stays(hands: Hands) -> None:
    """S27: the very text that told of it must not end its alarm."""
    hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    hands.text(ANA, "1", START + MIN)
    hands.text(ANA, "NOACCESS", START + 20 * MIN)
    with hands.db.read() as session:
        assert alarms.is_live(session, PLACE, "no_access", position.id)
    hands.text(ANA, "WITH", START + 22 * MIN)
    with hands.db.read() as session:
        assert not alarms.is_live(session, PLACE, "no_access", position.id)


@pytest.mark.parametrize("found_by", ["nobody", "the next nurse"])
def test_no_access_stood_down_cannot_close_unseen(hands: Hands, found_by: str) -> None:
    """S27: handed back from the door and stood down, the case still asks where the person is."""
    case_id = hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    hands.text(ANA, "1", START + MIN)
    hands.text(ANA, "NOACCESS", START + 20 * MIN)
    if found_by == "the next nurse":
        hands.text(ANA, "WITH", START + 25 * MIN)
        hands.text(ANA, "DONE", START + 40 * MIN)
        with hands.db.write() as session:
            case = take(session, case_id, START + 50 * MIN)
            record_outcome(session, case, Outcome.visited, "", START + 50 * MIN, AMARA)
        assert hands.get(Case, case_id).state is CaseState.closed
        return
    hands.text(ANA, "BACK", START + 25 * MIN)
    hands.close(case_id, START + 30 * MIN)
    assert hands.get(Case, case_id).state is CaseState.open
    (task,) = (task for task in hands.all(Task) if task.kind is TaskKind.no_access)
    assert task.state == "open"
    with hands.db.write() as session:
        tasks.do(
            session, session.get_one(Task, task.id), START + 40 * MIN, AMARA, "Her son has her with him."
        )
    assert hands.get(Case, case_id).state is CaseState.closed


@pytest.mark.parametrize(
    "body", ["DELAY ²", "DELAY " + "9" * 1590, "\x00", "1\x00", "RED " + "x " * 700, "🚑" * 400]
)
def test_no_text_of_a_responder_is_a_fault(hands: Hands, body: str) -> None:
    """A fault would be answered with an error, and the carrier would tell it again, and again in vain."""
    hands.case()
    (position,) = hands.all(Position)
    hands.seek(position.id, START)
    hands.text(ANA, body, START + MIN)
    (message,) = [m for m in hands.all(Message) if m.direction == "in"]
    assert message.read_as
    assert "\x00" not in message.body


# --- where and how -------------------------------------------------------------------------------------------------


def test_where_they_are_and_how_to_talk_with_them_are_kept_apart(hands: Hands) -> None:
    """S15, S16: the place where they are now, how to get in, and how to talk are three things; each as typed."""
    typed = {
        CaptureField.address: "Oakwood Care Home, room 12",
        CaptureField.access_words: "side door",
        CaptureField.talk_words: "hard of hearing; speak slowly",
        CaptureField.postcode: "ls82ab",
        CaptureField.nhs_number: "999 000 0019",
    }
    with hands.db.write() as session:
        who = session.exec(select(User).where(User.name == "Jay Osei")).one()
        call = calls.new_call(session, who, START)
        entries = [Typed(str(uuid.uuid4()), field, value) for field, value in typed.items()]
        again = type_down(session, call, entries, LIBRARY, START, JAY)
    case = hands.get(Case, call.case_id or 0)
    assert (case.address, case.access_words, case.talk_words, case.postcode) == (
        "Oakwood Care Home, room 12",
        "side door",
        "hard of hearing; speak slowly",
        "LS8 2AB",
    )
    assert list(again) == [CaptureField.nhs_number], "kept as typed, and said"
    assert case.nhs_number is None
