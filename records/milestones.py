"""What the shared record is told of a case: at each milestone one effect for each record server that is written to,
in the transaction of the milestone itself. Without such a server nothing is written, and nothing is looked up."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session

from hub import in_turn
from hub.db import before_commit
from hub.outbox import RECORD_KIND, Effect, Queue
from records.lifecycles import Owed

KIND = RECORD_KIND


class Milestone(StrEnum):
    opened = "opened"
    disposition = "disposition"
    accepted = "accepted"
    attended = "attended"
    outcome = "outcome"
    closed = "closed"
    reopened = "reopened"
    corrected = "corrected"
    entered_in_error = "entered_in_error"


OF_LINE: dict[tuple[str | None, str], Milestone] = {
    (None, "opened"): Milestone.opened,
    (Owed.assessment, "finish"): Milestone.disposition,
    (Owed.position, "accept"): Milestone.accepted,
    (Owed.position, "begin_care"): Milestone.attended,
    (None, "clock_stopped"): Milestone.attended,  # remote care too is care (S2)
    (None, "outcome"): Milestone.outcome,
    (None, "closed"): Milestone.closed,
    (None, "reopened"): Milestone.reopened,
    (None, "clock_goes_on"): Milestone.corrected,
    (None, "open_again"): Milestone.corrected,
    (None, Milestone.entered_in_error): Milestone.entered_in_error,
}
"""By the owed row and the event of a line of the timeline; every step of a case writes one."""


class _Reached(NamedTuple):
    place: str
    at: datetime
    milestones: tuple[Milestone, ...] = ()


def look(session: Session, place: str, case_id: int, owed: str | None, event: str, at: datetime) -> None:
    """A line of the timeline is being written: if it is a milestone, the case's writes are owed as this ends."""
    if not session.info.get("record_servers") or (milestone := OF_LINE.get((owed, event))) is None:
        return
    reached: dict[int, _Reached] = session.info.setdefault("milestones", {})
    before = reached.get(case_id, _Reached(place, at))
    if milestone not in before.milestones:
        reached[case_id] = before._replace(milestones=(*before.milestones, milestone))
    before_commit(session, "milestones", _owe_writes)


def _owe_writes(session: Session) -> None:
    """All of a transaction's milestones of a case are one write, for each server; one statement for all."""
    reached: dict[int, _Reached] = session.info.pop("milestones", {})
    in_turn.append_all(
        session,
        [
            Effect(
                place=place,
                case_id=case_id,
                queue=Queue.records,
                kind="fhir_write",
                payload={
                    "server": server,
                    "milestones": [str(one) for one in milestones],
                    "at": at.isoformat(),
                },
                outlives_case=True,
                created_at=at,
            )
            for case_id, (place, at, milestones) in reached.items()
            for server in session.info["record_servers"]
        ],
    )
