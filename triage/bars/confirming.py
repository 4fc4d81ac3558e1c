"""S32: a rejected referral stays open until its sender has said that they know, by a message or to somebody by
telephone."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import HUB, Actor
from records import hand_overs
from records.lifecycles import HandOverState
from records.model import HandOver
from records.service import take, write_line
from records.store import rows_of
from triage.bars import store
from triage.bars.model import Referral, ReferralResponse, Response
from triage.bars.reading import Read

WAITS = frozenset({HandOverState.requested, HandOverState.timed_out})
REJECTED = "Rejected: "


def answered(session: Session, found: Read, sender: str, now: datetime) -> Referral | None:
    """A message of theirs answers one of ours; None where it is none of ours."""
    response = store.response_by_uid(session, found.answers) if found.answers else None
    if response is None:
        return None
    referral = session.get_one(Referral, response.referral_id)
    if referral.sender != sender:
        return None
    take(session, referral.case_id, now)
    if found.answer_code in ("", "ok"):
        knows(session, referral, response, found.bundle_id, now, Actor("bars", sender))
    else:
        words = f"{referral.organisation} could not take in what we answered. Ring them."
        write_line(session, referral.case_id, now, HUB, "referral", words)
    return referral


def knows(
    session: Session,
    referral: Referral,
    response: ReferralResponse,
    reference: str,
    now: datetime,
    actor: Actor,
) -> None:
    """The sender has confirmed it. Of a rejection that is what the case has waited for."""
    response.confirmed_at = response.confirmed_at or now
    session.add(response)
    if response.kind is not Response.rejected:
        return
    for row in rows_of(session, HandOver, referral.case_id):
        if row.to == to_whom(referral) and row.why.startswith(REJECTED) and row.state in WAITS:
            hand_overs.confirm(session, row, reference or response.uid[:8], now, actor)


def to_whom(referral: Referral) -> str:
    return referral.organisation[:40]
