"""Every query about referrals."""

from collections.abc import Sequence

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from hub.errors import NotFound
from records import seen
from records.model import Case, CaseState
from triage.bars.model import (
    TO_READ,
    Arrived,
    Referral,
    ReferralMessage,
    ReferralResponse,
    ReferralSender,
    Response,
)

LISTED = 100
NO_REFERRAL = "There is no such referral here."
MADE_A_CASE = (Arrived.case, Arrived.version)


def answered_before(
    session: Session, place: str, sender: str, request_id: str, sha256: str
) -> ReferralMessage | None:
    """The very same request, word for word."""
    found = select(ReferralMessage).where(
        ReferralMessage.sender == sender,
        ReferralMessage.request_id == request_id,
        ReferralMessage.place == place,
        ReferralMessage.body_sha256 == sha256,
    )
    return session.exec(found.order_by(col(ReferralMessage.id)).limit(1)).first()


def sent_before(session: Session, place: str, sender: str, sha256: str) -> ReferralMessage | None:
    """The same message under another request, where it was taken."""
    found = select(ReferralMessage).where(
        ReferralMessage.sender == sender,
        ReferralMessage.body_sha256 == sha256,
        ReferralMessage.place == place,
        col(ReferralMessage.became).in_((*MADE_A_CASE, Arrived.answered)),
    )
    return session.exec(found.order_by(col(ReferralMessage.id)).limit(1)).first()


def by_keys(session: Session, place: str, sender: str, request: str, encounter: str) -> list[Referral]:
    """What this sender has sent under either name, the newest first."""
    names = [col(Referral.request_key) == request] if request else []
    names += [col(Referral.encounter_key) == encounter] if encounter else []
    if not names:
        return []
    found = select(Referral).where(Referral.sender == sender, Referral.place == place, or_(*names))
    return list(session.exec(found.order_by(col(Referral.id).desc()).limit(20)))


def of_sender(
    session: Session, place: str, sender: str, identifier: str, nhs_number: str, limit: int
) -> list[Referral]:
    """Its own referrals alone, by what it calls them or by whom they are about; the newest first."""
    found = select(Referral).where(Referral.place == place, Referral.sender == sender)
    if identifier:
        found = found.where(
            or_(col(Referral.request_key) == identifier, col(Referral.encounter_key) == identifier)
        )
    if nhs_number:
        about = select(Case.id).where(Case.place == place, Case.nhs_number == nhs_number)
        found = found.where(col(Referral.case_id).in_(about))
    found = found.where(col(Referral.case_id).not_in(seen.hidden(session, place)))
    return list(session.exec(found.order_by(col(Referral.id).desc()).limit(limit)))


def by_uid(session: Session, place: str, sender: str, uid: str) -> Referral:
    """Raises `NotFound`, of another's referral as of none."""
    found = session.exec(select(Referral).where(Referral.uid == uid)).first()
    if found is None or (found.place, found.sender) != (place, sender):
        raise NotFound(NO_REFERRAL)
    seen.must_see(session, session.get(Case, found.case_id), NO_REFERRAL)
    return found


def one(session: Session, place: str, referral_id: int) -> Referral:
    """Raises `NotFound`."""
    found = session.get(Referral, referral_id)
    if found is None or found.place != place:
        raise NotFound(NO_REFERRAL)
    seen.must_see(session, session.get(Case, found.case_id), NO_REFERRAL)
    return found


def of_case(session: Session, case_id: int) -> Referral | None:
    found = select(Referral).where(Referral.case_id == case_id).order_by(col(Referral.id)).limit(1)
    return session.exec(found).first()


def messages_of(session: Session, referral: Referral) -> list[ReferralMessage]:
    """Every version, as it came; the newest first."""
    found = select(ReferralMessage).where(ReferralMessage.referral_id == referral.key)
    return list(session.exec(found.order_by(col(ReferralMessage.id).desc()).limit(LISTED)))


def message(session: Session, place: str, message_id: int) -> ReferralMessage:
    """Raises `NotFound`."""
    found = session.get(ReferralMessage, message_id)
    if found is None or found.place != place:
        raise NotFound("There is no such message here.")
    if found.referral_id is not None:
        one(session, place, found.referral_id)
    return found


def responses_of(session: Session, referral: Referral) -> list[ReferralResponse]:
    found = select(ReferralResponse).where(ReferralResponse.referral_id == referral.key)
    return list(session.exec(found.order_by(col(ReferralResponse.id))))


def response_of(session: Session, referral: Referral, kind: Response) -> ReferralResponse | None:
    return next((one for one in responses_of(session, referral) if one.kind is kind), None)


def response_by_uid(session: Session, uid: str) -> ReferralResponse | None:
    return session.exec(select(ReferralResponse).where(ReferralResponse.uid == uid)).first()


def to_read(session: Session, place: str) -> list[ReferralMessage]:
    """Messages that made no case and that nobody has looked at; the oldest first."""
    found = select(ReferralMessage).where(ReferralMessage.place == place, text(TO_READ))
    return list(session.exec(found.order_by(col(ReferralMessage.id)).limit(LISTED)))


def waits_already(session: Session, place: str, sender: str, sha256: str, status: int) -> bool:
    """Whether the very same waits to be read, so that a machine which tries again and again is one row."""
    found = select(ReferralMessage.id).where(
        ReferralMessage.sender == sender,
        ReferralMessage.body_sha256 == sha256,
        ReferralMessage.place == place,
        ReferralMessage.status == status,
        text(TO_READ),
    )
    return session.exec(found.limit(1)).first() is not None


def newest(session: Session, place: str) -> Sequence[tuple[Referral, Case]]:
    found = select(Referral, Case).join(Case, col(Case.id) == col(Referral.case_id))
    found = found.where(Referral.place == place)
    found = found.where(col(Referral.case_id).not_in(seen.hidden(session, place)))
    return session.exec(found.order_by(col(Referral.id).desc()).limit(LISTED)).all()


def sender(session: Session, place: str, name: str) -> ReferralSender | None:
    return session.get(ReferralSender, (place, name))


def is_open(session: Session, referral: Referral) -> bool:
    return session.get_one(Case, referral.case_id).state is CaseState.open
