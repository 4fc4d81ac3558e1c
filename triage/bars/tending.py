"""What people say about messages and their senders."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict, Refused
from hub.places import place_of
from records import alarms
from triage.bars import store
from triage.bars.model import Arrived, Referral, ReferralMessage, ReferralSender

NO_ADDRESS = "Nobody has said where this sender takes answers: ring them, or set it on the page of referrals."
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def see(session: Session, message: ReferralMessage, told: str, now: datetime, actor: Actor) -> None:
    """S32: it is not over before somebody has said who of theirs knows. Raises `Refused`, `Conflict`."""
    if not told:
        raise Refused("Say whom you told, or that the referral has come in another way.")
    if message.became is not Arrived.to_read:
        raise Conflict("This message was taken in: nothing has to be done about it here.")
    if message.seen_at is not None:
        raise Conflict(f"{message.seen_by} has read it already.")
    message.seen_at, message.seen_by, message.told = now, actor.name, told
    session.add(message)
    session.flush()
    if not store.waits_to_be_read(session, message.place, message.sender):
        alarms.end(session, message.place, "referral_unread", message.sender, now)


def answer_at(session: Session, referral: Referral, endpoint: str, now: datetime, actor: Actor) -> None:
    """Raises `Refused` for an address that answers may not be sent to."""
    if not may_be_sent_to(endpoint, is_training=place_of(session, referral.place).training):
        raise Refused("Answers go by https alone, to an address without a password in it.")
    row = store.sender(session, referral.place, referral.sender) or ReferralSender(
        place=referral.place, sender=referral.sender, endpoint=endpoint, set_by=actor.name, at=now
    )
    row.endpoint, row.set_by, row.at = endpoint, actor.name, now
    session.add(row)


def may_be_sent_to(url: str, *, is_training: bool) -> bool:
    """https; in training this very machine too. Pure."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    if host in LOOPBACK:
        return is_training and parts.scheme in ("http", "https")
    return parts.scheme == "https"
