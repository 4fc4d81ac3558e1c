"""Every query about referrals."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, or_, text, union_all
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from hub.errors import NotFound
from records import seen
from records.model import Case, CaseState
from triage.bars.model import (
    NO_ADDRESS,
    TO_READ,
    Arrived,
    Referral,
    ReferralMessage,
    ReferralResponse,
    ReferralSender,
    Response,
)
from triage.bars_out.model import ReferralSent

LISTED = 100
_WITHOUT_BODIES = (defer(ReferralMessage.sealed), defer(ReferralMessage.answer))  # type: ignore[arg-type]
_WITHOUT_FACTS = defer(Referral.facts)  # type: ignore[arg-type]
NO_REFERRAL = "There is no such referral here."
TAKEN = (Arrived.case, Arrived.version, Arrived.answered)


# Built once: every message comes by here, and building a statement costs several times what running it does.
_SAME_WORDS = (
    select(ReferralMessage)
    .where(
        ReferralMessage.sender == bindparam("of_sender"),
        ReferralMessage.body_sha256 == bindparam("of_body"),
        ReferralMessage.place == bindparam("of_place"),
    )
    .order_by(col(ReferralMessage.id))
    .limit(LISTED)
)
# Each name by its own index: with an OR the whole place was walked for every referral that is new.
_UNDER: Any = union_all(
    select(Referral.id).where(
        Referral.sender == bindparam("of_sender"),
        col(Referral.request_key) == bindparam("of_request"),
        col(Referral.request_key) != "",
    ),
    select(Referral.id).where(
        Referral.sender == bindparam("of_sender"),
        col(Referral.encounter_key) == bindparam("of_encounter"),
        col(Referral.encounter_key) != "",
    ),
    select(Referral.id).where(Referral.uid == bindparam("of_uid")),
)
_NAMED = (
    select(Referral)
    .where(
        col(Referral.id).in_(_UNDER),
        Referral.sender == bindparam("of_sender"),
        Referral.place == bindparam("of_place"),
    )
    .order_by(col(Referral.id).desc())
    .limit(20)
)


def same_words(session: Session, place: str, sender: str, sha256: str) -> list[ReferralMessage]:
    """What this sender has sent before, word for word; the first first."""
    of = {"of_sender": sender, "of_body": sha256, "of_place": place}
    return list(session.exec(_SAME_WORDS, params=of))


def by_keys(
    session: Session, place: str, sender: str, request: str, encounter: str, uid: str
) -> list[Referral]:
    """What this sender has sent under either name of its own, or under the number that we gave; the newest first."""
    of = {
        "of_sender": sender,
        "of_place": place,
        "of_request": request,
        "of_encounter": encounter,
        "of_uid": uid,
    }
    return list(session.exec(_NAMED, params=of))


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
    return list(
        session.exec(found.options(*_WITHOUT_BODIES).order_by(col(ReferralMessage.id).desc()).limit(LISTED))
    )


def message(session: Session, place: str, message_id: int) -> ReferralMessage:
    """Raises `NotFound`."""
    found = session.get(ReferralMessage, message_id)
    if found is None or found.place != place:
        raise NotFound("There is no such message here.")
    if found.referral_id is not None:
        one(session, place, found.referral_id)
    if found.sent_id is not None:
        sent = session.get_one(ReferralSent, found.sent_id)
        seen.must_see(session, session.get(Case, sent.case_id), "There is no such message here.")
    return found


def responses_of(session: Session, referral: Referral) -> list[ReferralResponse]:
    found = select(ReferralResponse).where(ReferralResponse.referral_id == referral.key)
    return list(session.exec(found.order_by(col(ReferralResponse.id))))


def response_of(session: Session, referral: Referral, kind: Response) -> ReferralResponse | None:
    return next((one for one in responses_of(session, referral) if one.kind is kind), None)


def response_by_uid(session: Session, uid: str) -> ReferralResponse | None:
    return session.exec(select(ReferralResponse).where(ReferralResponse.uid == uid)).first()


def without_address(session: Session, place: str, sender: str) -> list[ReferralResponse]:
    """Answers to this sender that have not gone, given up or not."""
    found = select(ReferralResponse).join(Referral, col(Referral.id) == col(ReferralResponse.referral_id))
    found = found.where(Referral.place == place, Referral.sender == sender)
    found = found.where(col(ReferralResponse.sent_at).is_(None))
    found = found.where(col(ReferralResponse.trouble).endswith(NO_ADDRESS))
    return list(session.exec(found.order_by(col(ReferralResponse.id))))


def to_read(session: Session, place: str) -> list[ReferralMessage]:
    """Messages that made no case and that nobody has looked at; the oldest first."""
    found = select(ReferralMessage).where(ReferralMessage.place == place, text(TO_READ))
    return list(session.exec(found.options(*_WITHOUT_BODIES).order_by(col(ReferralMessage.id)).limit(LISTED)))


def waits_to_be_read(session: Session, place: str, sender: str) -> bool:
    """Whether anything of this sender's does."""
    found = select(ReferralMessage.id).where(ReferralMessage.place == place, text(TO_READ))
    return session.exec(found.where(ReferralMessage.sender == sender).limit(1)).first() is not None


def newest(session: Session, place: str) -> Sequence[tuple[Referral, Case]]:
    found = select(Referral, Case).join(Case, col(Case.id) == col(Referral.case_id))
    found = found.where(Referral.place == place)
    found = found.where(col(Referral.case_id).not_in(seen.hidden(session, place)))
    return session.exec(found.options(_WITHOUT_FACTS).order_by(col(Referral.id).desc()).limit(LISTED)).all()


def sender(session: Session, place: str, name: str) -> ReferralSender | None:
    return session.get(ReferralSender, (place, name))


def is_open(session: Session, referral: Referral) -> bool:
    return referral.case_id in are_open(session, [referral])


def are_open(session: Session, referrals: Sequence[Referral]) -> set[int]:
    """The numbers of those cases of theirs that are open."""
    numbers = [one.case_id for one in referrals]
    found = select(Case.id).where(col(Case.id).in_(numbers), Case.state == CaseState.open)
    return {number for number in session.exec(found) if number is not None}
