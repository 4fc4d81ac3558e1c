"""A visit, step by step: set off, arrive, begin care, done; no access, handed back, delayed.

Each step comes by text, from the responder's page, or as told by phone and recorded by a coordinator.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from dispatch import check_in, details, messages, nexts, store, texts, two_together, visit_notes
from dispatch.desk import Desk
from dispatch.model import Offer, OfferState, Responder
from dispatch.taking_back import give_back
from hub.actors import HUB, Actor
from hub.errors import Conflict, Refused
from hub.places import place_of
from records import alarms, hand_overs, tell_wishes, welfare
from records.model import Case, HandOver, Outcome, Position, Task, TaskKind
from records.positions import start_offering
from records.service import Due, move, owe, redue, stop_clock, take, write_line
from records.store import timeline

ARRIVE_LATE = timedelta(minutes=15)
"""S25: ARRIVED, after the forecast. [LOCAL]"""
NO_ACCESS_IN = timedelta(minutes=10)
"""S27: ringing, neighbours, key safe, welfare check by police: each so long. [LOCAL]"""
CARE_TIME_IN = timedelta(minutes=30)
DANGER_IN = timedelta(minutes=2)
UNKNOWN_TRAVEL = timedelta(minutes=25)
NO_ACCESS_STEPS = (
    "ring the person and the caller",
    "try the neighbours",
    "look for a key safe",
    "ask the police",
)
SAID = {
    "set_off": "set off",
    "arrive": "is at the door",
    "begin_care": "began care",
    "finish": "is done",
    "find_no_access": "found no access",
    "find_person": "whereabouts confirmed",
}


def is_theirs(offer: Offer, position: Position, who: Responder) -> bool:
    """Accepted, and still to be done by them: before that and afterwards they learn nothing of the person."""
    accepted = offer.state is OfferState.accepted and not offer.given_back
    return accepted and position.responder_id == who.id and position.state in store.ASSIGNED


def step(
    session: Session, position: Position, event: str, now: datetime, actor: Actor, at: datetime | None = None
) -> None:
    """One step of a visit, at `at` where it is recorded afterwards. Raises `Conflict` where it is not possible now."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    when = at or now
    if not case.clock_start <= when <= now:
        raise Refused("That time is not possible: it is before the call or in the future.")
    nexts.begins_with_a_step(session, case, position, now)
    name = position.responder_name or "the responder"
    told = "" if actor.ref.startswith("responder:") else " (recorded by hand)"
    words = f"{name} {SAID[event]}{told}."
    if event == "finish":
        _finish(session, case, position, when, now, actor, words)
        return
    values = {
        "set_off": {"set_off_at": when, "forecast_at": when + travel(position)},
        "arrive": {"arrived_at": when},
        "begin_care": {"care_began_at": when},
    }.get(event, {})
    if event == "find_person":
        nexts.one_is_over(session, position, now)
        move(session, position, event, now, actor, words, done_at=when)
        _details_known(session, position, now)
        return
    move(session, position, event, now, actor, words, _due(event, position, when, now), **values)
    two_together.after_step(session, case, position, event, now)
    if event == "set_off":
        tell_wishes.something_changed(session, case, now)
    if event == "begin_care" and position.stops_clock:
        stop_clock(session, case, when, now, actor, f"The clock stopped: {name} began care.")
    if event == "begin_care":
        welfare.no_longer(session, case, now, actor, f"{name} is with them.")
    if event == "find_no_access":
        next_no_access_step(session, case, position, 0, now)


def _due(event: str, position: Position, when: datetime, now: datetime) -> Due:
    """S25: accepted is not attended; each step has its deadline."""
    if event == "set_off":
        return Due("arrive", when + travel(position) + ARRIVE_LATE)
    if event == "find_no_access":
        return Due("no_access", when + NO_ACCESS_IN)
    return Due("scene_check", max(when + check_in.ASK_EVERY, now + check_in.RUNGS[0]))


def travel(position: Position) -> timedelta:
    return timedelta(minutes=position.travel_min) if position.travel_min is not None else UNKNOWN_TRAVEL


def _finish(
    session: Session, case: Case, position: Position, when: datetime, now: datetime, actor: Actor, words: str
) -> None:
    skipped_with = position.care_began_at is None
    nexts.one_is_over(session, position, now)
    move(session, position, "finish", now, actor, words, visit_notes.due(when), done_at=when)
    _details_known(session, position, now)
    welfare.no_longer(session, case, now, actor, f"{position.responder_name} was with them.")
    if skipped_with and case.outcome is not Outcome.died:
        # S2: forward jumps are legal, and a skipped WITH asks "when did care begin?"
        task = Task(
            place=case.place,
            opened_at=now,
            case_id=case.key,
            kind=TaskKind.care_time,
            position_id=position.id,
            words=f"When did {position.responder_name} begin care?",
        )
        owe(session, task, now, HUB, task.words, Due("task", now + CARE_TIME_IN))


def _details_known(session: Session, position: Position, now: datetime) -> None:
    if (held := store.accepted_offer(session, position.key)) is not None:
        details.ask_no_more(session, held, now)


def say_when_care_began(
    session: Session, task: Task, at: datetime | None, now: datetime, actor: Actor
) -> None:
    """Answer the question that a skipped WITH asks; None: no care was given, and the clock goes on (S2)."""
    case = take(session, task.case_id, now)
    position = session.get_one(Position, task.position_id or 0)
    if at is not None and not case.clock_start <= at <= now:
        raise Refused("That time is not possible: it is before the call or in the future.")
    answer = "No care was given." if at is None else "Said when care began."
    move(session, task, "do", now, actor, answer, done_by=actor.name)
    if at is not None:
        position.care_began_at = at
        session.add(position)
        if position.stops_clock:
            stop_clock(
                session, case, at, now, actor, f"The clock stopped: {position.responder_name} began care."
            )


def hand_back(
    session: Session, position: Position, now: datetime, actor: Actor, why: str = "", words: str = ""
) -> None:
    """The responder gives it up (or it is taken from them: `words`): it is open again on its old clock, and a new
    ladder begins."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    held = store.accepted_offer(session, position.key)
    if held is not None:
        give_back(session, held, now)
    nexts.one_is_over(session, position, now)
    name = position.responder_name
    move(
        session,
        position,
        "hand_back",
        now,
        actor,
        words or f"{name} handed it back. {why}".strip(),
        Due("seek", now + timedelta(minutes=1), human=False),
        responder_id=None,
        responder_name="",
        is_next=False,
        travel_min=None,
        forecast_at=None,
        accepted_at=None,
        set_off_at=None,
        arrived_at=None,
        ladder_began_at=None,
        ladder_done_at=None,
    )
    end_overdue_alarms(session, position, now)
    two_together.after_hand_back(session, case, position, name, now)
    write_line(session, case.key, now, HUB, "seeking", "Looking for somebody else.")
    start_offering(session, position, now)
    tell_wishes.something_changed(session, case, now)


def delay(session: Session, position: Position, minutes: int, now: datetime, actor: Actor) -> None:
    """They will be at the door so many minutes from now."""
    case = take(session, position.case_id, now)
    session.refresh(position)
    if position.state not in ("accepted", "en_route"):
        raise Conflict("A delay can be said before the door alone.")
    nexts.begins_with_a_step(session, case, position, now)
    position.forecast_at = now + timedelta(minutes=minutes)
    session.add(position)
    kind = "arrive" if position.state == "en_route" else "set_off"
    redue(session, position, Due(kind, position.forecast_at + ARRIVE_LATE))
    write_line(
        session, case.key, now, actor, "delayed", f"{position.responder_name} is delayed by {minutes} min."
    )
    tell_wishes.something_changed(session, case, now)


def next_no_access_step(session: Session, case: Case, position: Position, nth: int, now: datetime) -> None:
    """S27: one thing to try after the other, each with a time; the last of them again and again."""
    what = NO_ACCESS_STEPS[min(nth, len(NO_ACCESS_STEPS) - 1)]
    words = f"{case.ref}: nobody opens to {position.responder_name}. Now: {what}."
    alarms.ring(session, case.place, "no_access", position.key, words, now, case)
    write_line(session, case.key, now, HUB, "no_access", f"No access: {what}.")


def danger(session: Session, who: Responder, position: Position | None, case: Case, now: datetime) -> None:
    """S26: the danger word raises the alarm at once, silently: nothing is sent to that phone."""
    words = f"DANGER: {who.short_name} sent the danger word. Ring {who.phone} now; police 999."
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=TaskKind.danger,
        position_id=position.id if position else None,
        words=words,
    )
    said = f"{who.short_name} sent the danger word."
    owe(session, task, now, who.actor, said, Due("task", now + DANGER_IN))
    alarms.ring(session, case.place, "danger", task.key, words, now, case)


def ambulance(session: Session, who: Responder, position: Position, now: datetime) -> HandOver:
    """S26: `999 <code>` from the scene opens an ambulance hand-over; the responder dials."""
    case = take(session, position.case_id, now)
    why = f"{who.short_name} asks for an ambulance from the scene."
    alarms.ring(session, case.place, "ambulance", case.key, f"{case.ref}: {why}", now, case)
    return hand_overs.request(session, case, "999", "responder", why, now, who.actor)


def tell_worse(session: Session, desk: Desk, position_id: int, now: datetime) -> None:
    """S13: asked again, it has turned out more urgent; whoever has accepted is told at once."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    held = store.accepted_offer(session, position.key)
    if held is None or position.state not in ("accepted", "en_route", "at_door", "no_access"):
        return
    if position.is_next:
        redue(session, position, nexts.due(position, position.travel_min, now))
    place = place_of(session, case.place)
    who = store.responder(session, held.responder_id)
    by = texts.by_when(position.due_at, now, place.local())
    body = texts.worse(held.code, desk.label(position.priority), by, desk.link(f"o/{held.code}"))
    messages.text(session, place, who, body, now, case=case, offer=held)
    write_line(session, case.key, now, HUB, "told_worse", f"{who.short_name} told that it is more urgent.")


OVERDUE = {
    "set_off": ("has accepted and not set off", "have you set off? Reply ENROUTE or BACK."),
    "arrive": ("should be at the door by now", "are you there? Reply ARRIVED or DELAY 20."),
}
NUDGE_AGAIN_IN = timedelta(minutes=10)


def overdue(session: Session, position_id: int, now: datetime, kind: str) -> None:
    """S25: a step did not come. The board alarms, the responder is asked, and it is asked again."""
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    if kind == "set_off" and two_together.waits(session, case, position, now):
        return
    said, question = OVERDUE[kind]
    words = f"{position.responder_name} {said} ({case.ref}). Ring them."
    alarms.ring(session, case.place, f"overdue_{kind}", position.key, words, now, case)
    write_line(session, case.key, now, HUB, "overdue", words)
    place = place_of(session, case.place)
    held = store.accepted_offer(session, position.key)
    if held is not None:
        body = texts.nudge(held.code, question, texts.clock(now, place.local()))
        messages.text(
            session, place, store.responder(session, held.responder_id), body, now, case=case, offer=held
        )
    redue(session, position, Due(kind, now + NUDGE_AGAIN_IN))


def no_access_goes_on(session: Session, position_id: int, now: datetime) -> None:
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    session.refresh(position)
    tried = sum(line.event == "no_access" for line in timeline(session, case.key))
    next_no_access_step(session, case, position, tried, now)
    redue(session, position, Due("no_access", now + NO_ACCESS_IN))


def end_overdue_alarms(session: Session, position: Position, now: datetime) -> None:
    """A step has come: what was asked about is answered."""
    kinds = (*(f"overdue_{kind}" for kind in OVERDUE), "no_access", "off_on_visit", two_together.ALONE)
    alarms.end_kinds(session, position.place, kinds, position.key, now)
    check_in.heard(session, position, now)
