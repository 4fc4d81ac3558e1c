"""Somebody must be rung: a dropped call, a clinician's word, a welfare call. A failed one goes on to the next way and
never closes (S6)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub import deadlines
from hub.actors import HUB, Actor
from hub.errors import Refused
from records import alarms
from records.model import CallBack, CallBackKind, Case
from records.service import Due, move, owe, redue, supersede, take, write_line
from records.store import rows_of

NEXT_WAY_IN = timedelta(minutes=2)
"""After a failed call-back: other numbers, the carer, a visit, 999 for a welfare concern, each so soon. [LOCAL]"""
AGAIN_IN = timedelta(minutes=5)
WAYS_AFTER_NUMBERS = (
    "the carer or next of kin",
    "a visit to see that they are safe",
    "999 for a welfare concern",
)


def open_call_back(
    session: Session,
    case: Case,
    who: str,
    why: str,
    due_at: datetime,
    now: datetime,
    actor: Actor,
    *,
    numbers: tuple[str, ...] = (),
    kind: CallBackKind = CallBackKind.call_back,
) -> CallBack:
    """`who` is the role that rings: handler or hub_clinician; `numbers` are tried in order, and then other ways."""
    row = CallBack(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        kind=kind,
        who=who,
        why=why[:300],
        ways=[*numbers, *WAYS_AFTER_NUMBERS],
    )
    return owe(session, row, now, actor, f"Call-back by a {_role(who)}: {why}", Due("call_back", due_at))


def ask_clinician(
    session: Session,
    case: Case,
    why: str,
    due_at: datetime,
    now: datetime,
    actor: Actor,
    *,
    numbers: tuple[str, ...] = (),
) -> CallBack:
    """A hub clinician rings once for everything that wants one (S11): a call-back that is still owed takes the reason
    and, where it is sooner, the time. One that has failed keeps the way it has come to."""
    live = rows_of(session, CallBack, case.key, live=True)
    row = next((row for row in live if row.who == "hub_clinician"), None)
    if row is None:
        return open_call_back(session, case, "hub_clinician", why, due_at, now, actor, numbers=numbers)
    if why not in row.why:
        row.why = f"{why}; {row.why}"[:300]
        session.add(row)
        write_line(
            session, case.key, now, actor, "call_back", f"Call-back by a clinician, for this too: {why}"
        )
    owed = deadlines.live_of_case(session, case.key)
    stands = [one.due_at for one in owed if (one.kind, one.subject) == ("call_back", row.key)]
    redue(session, row, Due("call_back", min([due_at, *stands])))
    return row


def reach(session: Session, row: CallBack, now: datetime, actor: Actor, words: str) -> None:
    """Somebody spoke with them. A call-back that gives no care does not stop the clock (S2)."""
    take(session, row.case_id, now)
    move(session, row, "reach", now, actor, f"Rung back: {words}")
    alarms.end(session, row.place, "call_back", row.key, now)


def reach_by_hand(session: Session, row: CallBack, words: str, now: datetime, actor: Actor) -> None:
    """Raises `Refused` without what they said, and of a welfare call, which asks the red flags again (S4)."""
    if not words:
        raise Refused("Say in a few words what they said.")
    if row.kind is CallBackKind.welfare:
        raise Refused("A welfare call: ask the red flags again, then say the same, better or worse.")
    reach(session, row, now, actor, words)


def fail(session: Session, row: CallBack, now: datetime, actor: Actor, words: str) -> str:
    """No answer: on to the next way, soon; when the ways have run out, the last one again with an alarm. Returns the
    way to try now."""
    case = take(session, row.case_id, now)
    due = Due("call_back", now + NEXT_WAY_IN)
    move(session, row, "fail", now, actor, f"Call-back failed: {words}", due)
    way = min(row.way + 1, len(row.ways) - 1)
    move(session, row, "try_next_way", now, HUB, f"Next way: {row.ways[way]}.", due, way=way)
    alarms.ring(session, row.place, "call_back", row.key, f"{case.ref}: now try {row.ways[way]}.", now, case)
    return row.ways[way]


def overdue(session: Session, row_id: int, now: datetime) -> None:
    row = session.get_one(CallBack, row_id)
    case = take(session, row.case_id, now)
    words = f"{case.ref}: the call-back by a {_role(row.who)} has not been made ({row.why})."
    alarms.ring(session, row.place, "call_back", row.key, words, now, case)
    write_line(session, case.key, now, HUB, "overdue", words)
    redue(session, row, Due("call_back", now + AGAIN_IN))


def supersede_all(session: Session, case: Case, who: str, now: datetime, actor: Actor, because: str) -> None:
    """Those that `who` owed are owed no more."""
    for row in rows_of(session, CallBack, case.key, live=True):
        if row.who == who:
            supersede(session, row, now, actor, because)
            alarms.end(session, row.place, "call_back", row.key, now)


def _role(who: str) -> str:
    return {"hub_clinician": "clinician", "handler": "call handler"}.get(who, who)
