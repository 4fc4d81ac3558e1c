"""How long an alarm may ring on the board before somebody off the board hears of it too, kind by kind.

No alarm stays on the board alone for ever. A danger has a ladder of its own (S26), and so has whatever escalates by its
protocol or its check-in; all others reach the manager on call, bundled: one text says how many wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlmodel import Field, SQLModel

DANGER = "danger"


@dataclass(frozen=True)
class Climb:
    """`after` it has rung untaken for so long the manager on call is told; None: another ladder tells them."""

    after: timedelta | None
    because: str


def _minutes(minutes: int, because: str, *kinds: str) -> dict[str, Climb]:
    return {kind: Climb(timedelta(minutes=minutes), because) for kind in kinds}


def _other(because: str, *kinds: str) -> dict[str, Climb]:
    return {kind: Climb(None, because) for kind in kinds}


CLIMBS: dict[str, Climb] = dict(
    chain.from_iterable(
        part.items()
        for part in (
            _minutes(2, "S26: a person of ours is in danger; coordinator first, then the manager", DANGER),
            _other("its escalation protocol tells and rings on until somebody accepts", "nobody_accepted"),
            _other("the check-in rings coordinator and manager itself", "check_in"),
            _minutes(
                5,
                "a life may hang on it: an ambulance, a call that rings, a visit where nobody answers",
                "ambulance",
                "check_in_send",
                "hand_over",
                "unanswered",
            ),
            _minutes(
                10,
                "somebody waits for one decision of the room, and nothing goes on without it",
                "asks_on",
                "audit_broken",
                "audit_untold",
                "call_parked",
                "deadline_fault",
                "died",
                "forgotten",
                "held_for_999",
                "next_late",
                "no_access",
                "nobody_eligible",
                "nobody_responsible",
                "off_on_visit",
                "protocol_stopped",
                "referral_changed",
                "referral_unread",
                "referral_untold",
                "second_person",
            ),
            _minutes(
                15,
                "the person waits longer than they were told",
                "assessment",
                "breach",
                "call_back",
                "details_unopened",
                "hold",
                "inherited",
                "overdue_arrive",
                "overdue_scene_check",
                "overdue_set_off",
                "undelivered",
            ),
            _minutes(
                30,
                "it can be made good within the shift, and the board says it meanwhile",
                "access_late",
                "call_long",
                "correction_late",
                "glass_broken",
                "glass_unreviewed",
                "near",
                "no_capacity",
                "no_receipt",
                "nobody_on_call",
                "on_early",
                "parked",
                "protocol",
                "protocol_review",
                "record_refused",
                "shift_handover",
                "silent",
                "stuck",
                "task",
                "unreachable",
                "wrong_person",
            ),
        )
    )
)
"""[LOCAL]"""
ANY_OTHER = Climb(timedelta(minutes=15), "a kind that nobody has thought of is not left alone")
TOLD_AT_MOST_EVERY = timedelta(minutes=10)
"""A storm of alarms is one text to the manager, and the next no sooner than this. [LOCAL]"""
TOLD_AGAIN_AFTER = timedelta(minutes=30)
"""An alarm that is still untaken is told again; it never falls silent. [LOCAL]"""


class AlarmRound(SQLModel, table=True):
    """When the manager on call of a place was last told of alarms that nobody has taken."""

    __tablename__ = "alarm_round"
    place: str = Field(primary_key=True, max_length=40)
    told_at: datetime


def climb_of(kind: str) -> Climb:
    return CLIMBS.get(kind, ANY_OTHER)
