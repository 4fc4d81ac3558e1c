"""Every query about what other services were sent."""

from collections.abc import Sequence

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from records import seen
from records.model import Case, HandOver
from triage.bars_out.model import Reason, ReferralSent

LISTED = 100
_WITHOUT_BODY = defer(ReferralSent.sealed)  # type: ignore[arg-type]


def of_hand_over(session: Session, hand_over_id: int) -> list[ReferralSent]:
    """The oldest first."""
    found = select(ReferralSent).where(ReferralSent.hand_over_id == hand_over_id)
    return list(session.exec(found.options(_WITHOUT_BODY).order_by(col(ReferralSent.id))))


def is_called_off(session: Session, hand_over_id: int) -> bool:
    """They were told, or are about to be, that they are not needed any more; and were not asked again since."""
    asked = [one for one in of_hand_over(session, hand_over_id) if one.reason is not Reason.update]
    return bool(asked) and asked[-1].reason is Reason.revoked


def of_case(session: Session, case_id: int) -> list[ReferralSent]:
    """Of all its hand-overs, the oldest first."""
    found = select(ReferralSent).where(ReferralSent.case_id == case_id)
    return list(session.exec(found.options(_WITHOUT_BODY).order_by(col(ReferralSent.id))))


def answered_by(session: Session, uid: str, request_key: str) -> ReferralSent | None:
    """The message that an answer names, else the newest of the referral that it names."""
    if uid and (named := session.exec(select(ReferralSent).where(ReferralSent.uid == uid)).first()):
        return named
    if not request_key:
        return None
    found = select(ReferralSent).where(ReferralSent.request_key == request_key)
    return session.exec(found.order_by(col(ReferralSent.id).desc()).limit(1)).first()


def newest(session: Session, place: str) -> Sequence[tuple[ReferralSent, HandOver, Case]]:
    found = select(ReferralSent, HandOver, Case)
    found = found.join(HandOver, col(HandOver.id) == col(ReferralSent.hand_over_id))
    found = found.join(Case, col(Case.id) == col(ReferralSent.case_id))
    found = found.where(ReferralSent.place == place)
    found = found.where(col(ReferralSent.case_id).not_in(seen.hidden(session, place)))
    return session.exec(
        found.options(_WITHOUT_BODY).order_by(col(ReferralSent.id).desc()).limit(LISTED)
    ).all()
