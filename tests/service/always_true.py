"""What must always be true of dispatch, whatever has happened; besides what `random_hands` looks at."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from dispatch import pauses, promises
from dispatch import store as dispatch
from dispatch.check_in import ON_SCENE, CheckIn
from dispatch.duty_model import Pause
from dispatch.model import Direction, Exclusion, Message, Offer, OfferState, Shift
from dispatch.pauses import MOST
from dispatch.pauses import Pause as LadderPause
from dispatch.taking_back import SEEKING
from hub.deadlines import Deadline, DeadlineState
from records.alarms import Alarm, AlarmState
from records.model import Case, CaseState, Outcome, Position, Task, TaskKind
from tests.service.conftest import PLACE

ENDS = ("stood down", "already taken", "withdrawn, as", "not needed at that time")
"""Words of the texts that say that an offer is over."""
NEEDED_WHILE = {
    "nobody_accepted": SEEKING,
    "nobody_eligible": SEEKING,
    "overdue_set_off": ("accepted",),
    "overdue_arrive": ("en_route",),
    "no_access": ("no_access",),
    "check_in": ON_SCENE,
    "check_in_send": ON_SCENE,
    "second_person": dispatch.ASSIGNED,
    "off_on_visit": dispatch.ASSIGNED,
}
"""Alarms about a position, and the states in which somebody still has to do something about it."""


def look(session: Session, now: datetime, left: Collection[int], spoke: Collection[int]) -> None:
    """`left`: the effects that have truly left, by the carrier's own list; `spoke`: offers answered by phone."""
    waiting = session.exec(select(Deadline).where(Deadline.state == DeadlineState.waiting)).all()
    timed = {(due.kind, due.subject) for due in waiting}
    offers = session.exec(select(Offer)).all()
    nobody_is_asked_who_must_not_be(session, offers, now)
    who_was_told_and_nobody_else_is_told_of_the_end(session, offers, left, spoke)
    ladders_go_on(session, timed)
    no_alarm_outlives_its_need(session)
    somebody_hears_of_silence(session, timed)
    only_care_stops_the_clock(session)
    for case in session.exec(select(Case).where(Case.outcome == Outcome.died)):
        assert not [o for o in offers if o.case_id == case.id and o.state is OfferState.sent], case.ref


def nobody_is_asked_who_must_not_be(session: Session, offers: Collection[Offer], now: datetime) -> None:
    """S22, S24: kept away, off, on a break."""
    homes = {case.id: (case.nhs_number, case.postcode) for case in session.exec(select(Case))}
    kept_away = session.exec(select(Exclusion)).all()
    pausing = session.exec(select(Pause).where(Pause.starts_at <= now, Pause.ends_at > now)).all()
    shifts = session.exec(select(Shift)).all()
    for offer in offers:
        nhs_number, postcode = homes[offer.case_id]
        away = [row for row in kept_away if row.responder_id == offer.responder_id]
        by_name = any(row.nhs_number == nhs_number for row in away if row.nhs_number)
        by_address = any(row.postcode == postcode for row in away if row.postcode)
        assert not by_name, f"{offer.code}: asked, and kept away"
        assert not by_address, f"{offer.code}: asked, and kept away"
        if offer.state is OfferState.sent:
            who, at = offer.responder_id, offer.sent_at
            assert who not in {row.responder_id for row in pausing}, f"{offer.code}: asked on a break, or off"
            on = [s for s in shifts if s.responder_id == who and s.starts_at <= at < s.ends_at]
            assert on, f"{offer.code}: asked, and on no shift"


def who_was_told_and_nobody_else_is_told_of_the_end(
    session: Session, offers: Collection[Offer], left: Collection[int], by_phone: Collection[int]
) -> None:
    """Stand-down to exactly those who were told: by what has truly left."""
    by_offer: dict[int, list[Message]] = {}
    for message in session.exec(
        select(Message).where(col(Message.offer_id).is_not(None)).order_by(col(Message.id))
    ):
        by_offer.setdefault(message.offer_id or 0, []).append(message)
    theirs = {(o.position_id, o.responder_id) for o in offers if o.state is OfferState.accepted}
    for offer in offers:
        about = by_offer.get(offer.key, [])
        asked = [m for m in about if m.effect_id == offer.effect_id or m.voice]
        heard = bool({m.effect_id for m in asked} & set(left))
        spoke = offer.id in by_phone or any(m.direction is Direction.in_ or m.read_as for m in about)
        ends = [m for m in about if m.direction is Direction.out and any(w in m.body for w in ENDS)]
        if ends and not heard and not spoke and offer.state is not OfferState.accepted:
            tried = [m for m in asked if m.status != "waiting"]
            assert tried, f"{offer.code}: told of the end of what they never heard of"
        is_over = offer.state in (OfferState.lost, OfferState.withdrawn)
        if is_over and heard and (offer.position_id, offer.responder_id) not in theirs:
            assert ends, f"{offer.code}: {offer.state}, and they were not told"


def ladders_go_on(session: Session, timed: Collection[tuple[str, int]]) -> None:
    """A paused ladder has an end, and all pauses of one run together are short."""
    for pause in session.exec(select(LadderPause).where(col(LadderPause.ended_at).is_(None))):
        position = session.get_one(Position, pause.position_id)
        holds = pauses.of(session, position)
        if holds is None or position.state not in SEEKING:
            continue
        assert ("ladder_pause", pause.key) in timed, "a ladder paused for ever"
        assert pause.until - pause.began_at <= MOST
        assert pause.ladder_began_at - pause.waits_since <= MOST


def no_alarm_outlives_its_need(session: Session) -> None:
    for alarm in session.exec(select(Alarm).where(Alarm.place == PLACE, Alarm.state != AlarmState.over)):
        if (states := NEEDED_WHILE.get(alarm.kind)) is not None:
            position = session.get_one(Position, int(alarm.subject))
            assert position.state in states, f"{alarm.kind} rings on; the visit is {position.state}"
        elif alarm.kind == "task":
            task = session.get_one(Task, int(alarm.subject))
            assert task.state == "open", f"an alarm about a task ({task.kind}) that is {task.state}"
        elif alarm.kind == "details_unopened":
            offer = session.get_one(Offer, int(alarm.subject))
            position = session.get_one(Position, offer.position_id)
            assert offer.state is OfferState.accepted
            assert not offer.given_back
            assert position.state in dispatch.ASSIGNED, f"details of a visit that is {position.state}"
        if alarm.case_id is not None:
            case = session.get_one(Case, alarm.case_id)
            assert case.state is CaseState.open, f"{alarm.kind} rings for a closed case"
    for task in session.exec(select(Task).where(Task.kind == TaskKind.promise, Task.state == "open")):
        position = session.get_one(Position, task.position_id)
        assert position.state in SEEKING, f"a promise to decide about; the visit is {position.state}"
        assert promises.of_task(session, task).position_id == position.id


def somebody_hears_of_silence(session: Session, timed: Collection[tuple[str, int]]) -> None:
    """S25: whoever is at the scene is asked, and whoever was asked and is silent is missed."""
    asked = {row.position_id for row in session.exec(select(CheckIn).where(col(CheckIn.ended_at).is_(None)))}
    for position in session.exec(select(Position)):
        if position.state in ON_SCENE:
            kind = "check_unanswered" if position.id in asked else "scene_check"
            found = {which for which in ("check_unanswered", "scene_check") if (which, position.id) in timed}
            assert found, f"nobody would miss {position.responder_name}: {kind}"
        else:
            assert position.id not in asked, f"asked for all well; the visit is {position.state}"


def only_care_stops_the_clock(session: Session) -> None:
    """S2."""
    for case in session.exec(select(Case)):
        rows = session.exec(select(Position).where(Position.case_id == case.id)).all()
        cared = [row for row in rows if row.stops_clock and row.care_began_at is not None]
        assert case.clock_stop is None or cared, f"{case.ref}: the clock stopped without care"
        with_them = [row for row in cared if row.state == "with_person"]
        assert case.clock_stop is not None or not with_them, f"{case.ref}: the clock runs on beside care"
