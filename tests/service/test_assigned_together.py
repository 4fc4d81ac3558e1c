"""Several positions wait: who is left to whom, that nobody waits for ever, and what a coordinator reads of it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from dispatch.duty_model import ResponderRecord
from dispatch.model import Exclusion, Offer, OfferState, Responder, Shift
from dispatch.ranking import Ranked, RuledOut
from dispatch.who_could_go import who_could_go
from hub.outbox import Effect, EffectState
from records import store
from records.model import Case, Outcome, Position
from records.service import take
from tests.service.conftest import PLACE
from tests.service.test_case_rules import ANA, DESK, MIN, Hands, hands
from tests.story import START

__all__ = ["hands"]
NOW = START + 45 * MIN


class Two(Hands):
    """Two cases at LS8 that nobody has been asked for: the first has 75 minutes left, the second 35."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands.db)
        self.case(at=START)
        self.case(at=START - 40 * MIN)
        self.later, self.sooner = (position.key for position in self.all(Position))
        with self.db.write() as session:
            session.execute(Effect.__table__.delete())  # type: ignore[attr-defined]

    def on_shift(self, *names: str) -> None:
        with self.db.write() as session:
            for shift, who in session.exec(
                select(Shift, Responder).join(Responder, col(Responder.id) == Shift.responder_id)
            ):
                shift.starts_at = START if who.short_name in names else NOW + timedelta(hours=3)
                session.add(shift)

    def asked(self, position: int) -> list[str]:
        with self.db.read() as session:
            found = select(Responder.short_name).join(Offer, col(Offer.responder_id) == Responder.id)
            live = found.where(Offer.position_id == position, Offer.state == OfferState.sent)
            return list(session.exec(live))

    def sought(self) -> list[int]:
        """Which positions are to be looked at by transactions of their own."""
        with self.db.read() as session:
            waiting = select(Effect).where(Effect.kind == "seek", Effect.state == EffectState.waiting)
            return [int(effect.payload["position"]) for effect in session.exec(waiting)]

    def timeline(self, position: int) -> str:
        with self.db.read() as session:
            lines = store.timeline(session, session.get_one(Position, position).case_id)
            return "\n".join(line.words for line in lines)


@pytest.fixture
def two(hands: Hands) -> Two:
    return Two(hands)


def test_the_nearer_breach_gets_the_nearer_nurse_though_looked_at_last(two: Two) -> None:
    two.on_shift("Ana R.", "Dev P.")
    two.seek(two.later, NOW)
    assert two.asked(two.later) == ["Dev P."]
    assert two.sought() == [two.sooner], "what was left to it is offered at once, and not at its next minute"
    assert "Ana R. is left to" in two.timeline(two.later)
    two.seek(two.sooner, NOW)
    assert two.asked(two.sooner) == ["Ana R."]


def test_the_only_one_there_goes_to_the_nearer_breach(two: Two) -> None:
    two.on_shift("Ana R.")
    two.seek(two.later, NOW)
    assert (two.asked(two.later), two.sought()) == ([], [two.sooner])
    two.seek(two.sooner, NOW)
    assert (two.asked(two.sooner), two.asked(two.later)) == (["Ana R."], [])


def test_nobody_is_left_to_others_for_ever(two: Two) -> None:
    """Whatever became of the other's own look: at the second look the one who is there is taken."""
    two.on_shift("Ana R.")
    two.seek(two.later, NOW)
    two.seek(two.later, NOW + MIN)
    assert two.asked(two.later) == ["Ana R."]


def test_the_nearest_breach_leaves_nobody(two: Two) -> None:
    two.on_shift("Ana R.")
    two.seek(two.sooner, NOW)
    assert (two.asked(two.sooner), two.sought()) == (["Ana R."], [])


@pytest.mark.parametrize("cannot", ["no skill", "excluded", "said no", "held for 999", "has died"])
def test_only_what_somebody_can_be_asked_for_is_waited_for(two: Two, cannot: str) -> None:
    """S11, S22, S28: nobody is left to a position that they could not be asked for."""
    two.on_shift("Ana R.")
    with two.db.write() as session:
        other = session.get_one(Position, two.sooner)
        case = take(session, other.case_id, NOW)
        ana = session.exec(select(Responder).where(Responder.phone == ANA)).one()
        if cannot == "no skill":
            other.kind = "therapist"
        elif cannot == "excluded":
            case.nhs_number = "9990000018"
            why = Exclusion(place=PLACE, responder_id=ana.key, nhs_number="9990000018", why="her neighbour")
            session.add(why)
        elif cannot == "said no":
            session.add(_declined(other, ana.key))
        elif cannot == "held for 999":
            other.held_for_999 = True
        else:
            case.outcome = Outcome.died
        session.add(other)
    two.seek(two.later, NOW)
    assert (two.asked(two.later), two.sought()) == (["Ana R."], [])


def _declined(position: Position, who: int) -> Offer:
    return Offer(
        place=PLACE,
        case_id=position.case_id,
        position_id=position.key,
        responder_id=who,
        code="9Z9Z",
        state=OfferState.declined,
        sent_at=NOW - 9 * MIN,
        expires_at=NOW - 5 * MIN,
        ended_at=NOW - 6 * MIN,
        reasons=[],
    )


# --- who could go, and why -----------------------------------------------------------------------------------------


def read(two: Two, position: int, now: datetime = NOW) -> list[Ranked | RuledOut]:
    with two.db.read() as session:
        row = session.get_one(Position, position)
        return who_could_go(session, DESK, row, session.get_one(Case, row.case_id), now)


def said(rows: list[Ranked | RuledOut]) -> dict[str, str]:
    return {
        row.candidate.name: row.why if isinstance(row, RuledOut) else ", ".join(row.reasons) for row in rows
    }


def test_who_could_go_and_who_not_in_words(two: Two) -> None:
    """S22: that there is an exclusion is for managers, and its reason for nobody here."""
    two.on_shift("Ana R.", "Dev P.", "Niamh F.", "Tom B.")
    two.seek(two.sooner, NOW)
    with two.db.write() as session:
        case = take(session, session.get_one(Position, two.later).case_id, NOW)
        case.nhs_number = "9990000018"
        tom = _who(session, "Tom B.")
        session.add(Exclusion(place=PLACE, responder_id=tom, nhs_number="9990000018", why="his ex-wife"))
        niamh = session.exec(select(Shift).where(Shift.responder_id == _who(session, "Niamh F."))).one()
        niamh.ends_at = NOW + 30 * MIN
    rows = read(two, two.later)
    told = said(rows)
    assert next(iter(told)) == "Dev P."
    assert "min away, free" in told["Dev P."]
    assert told["Ana R."] == "asked for another visit just now"
    assert told["Niamh F."] == "off too soon"
    assert told["Tom B."] == "not for this person or address"
    assert "ex-wife" not in str(rows)
    managers = [row.candidate.name for row in rows if isinstance(row, RuledOut) and row.managers_only]
    assert managers == ["Tom B."]
    on_purpose = [
        row.candidate.name for row in rows if isinstance(row, RuledOut) and row.may_be_asked_on_purpose
    ]
    assert on_purpose == ["Niamh F."]


def test_who_is_with_somebody_says_until_when(two: Two) -> None:
    two.on_shift("Ana R.")
    with two.db.write() as session:
        _been(session, two.later, "Ana R.", state="with_person", care_began_at=NOW - 10 * MIN)
    assert said(read(two, two.sooner)) == {"Ana R.": "with somebody until about 15:20"}


def test_a_known_face_is_asked_first_and_the_timeline_says_why(two: Two) -> None:
    """Niamh saw the same person on Monday, another case and another hub's word for the same door."""
    two.on_shift("Tom B.", "Niamh F.")
    with two.db.write() as session:
        for position in (two.later, two.sooner):
            take(session, session.get_one(Position, position).case_id, NOW).nhs_number = "9990000018"
        _been(session, two.later, "Niamh F.", state="done", done_at=START - timedelta(days=2))
    two.seek(two.sooner, NOW)
    assert two.asked(two.sooner) == ["Niamh F."]
    assert "saw them on Monday 2 March" in two.timeline(two.sooner)
    assert "; second: Tom B., " in two.timeline(two.sooner)


def test_the_same_door_is_a_known_face_too_but_not_for_ever(two: Two) -> None:
    two.on_shift("Niamh F.")
    with two.db.write() as session:
        for position, address in ((two.later, "12 Oak Rd"), (two.sooner, "12 Oak Road")):
            take(session, session.get_one(Position, position).case_id, NOW).address = address
        _been(session, two.later, "Niamh F.", state="done", done_at=START - timedelta(days=2))
    assert "saw them on" in said(read(two, two.sooner))["Niamh F."]
    assert "saw them on" not in said(read(two, two.sooner, NOW + timedelta(days=15))).get("Niamh F.", "")


def test_what_a_going_leaves_behind_is_named_by_its_postcode(two: Two) -> None:
    two.on_shift("Niamh F.")
    two.seek(two.sooner, NOW)
    assert "nobody else free near LS17 then" in two.timeline(two.sooner)


def test_who_brings_what_is_wanted_is_asked_before_who_does_not(two: Two) -> None:
    """A lift wants a cushion. That nobody has written down what Callum has does not rule him out."""
    two.on_shift("Lea M.", "Callum D.")
    with two.db.write() as session:
        take(session, session.get_one(Position, two.sooner).case_id, NOW)
        session.get_one(Position, two.sooner).kind = "falls_responder"
        lea = _who(session, "Lea M.")
        session.add(ResponderRecord(responder_id=lea, place=PLACE, equipment=["slide sheet"]))
    told = said(read(two, two.sooner))
    assert "no lifting cushion" in told["Lea M."]
    assert "lifting cushion not known" in told["Callum D."]
    with two.db.write() as session:
        session.get_one(ResponderRecord, lea).equipment = ["Lifting cushion", "slide sheet"]
    assert "has the lifting cushion" in said(read(two, two.sooner))["Lea M."]
    two.seek(two.sooner, NOW)
    assert two.asked(two.sooner)[0] == "Lea M."
    assert "has the lifting cushion" in two.timeline(two.sooner)


def _who(session: Session, name: str) -> int:
    return session.exec(select(Responder).where(Responder.short_name == name)).one().key


def _been(session: Session, position: int, name: str, **values: object) -> None:
    row = session.get_one(Position, position)
    take(session, row.case_id, NOW)
    row.responder_id = _who(session, name)
    for field, value in values.items():
        setattr(row, field, value)
    session.add(row)
