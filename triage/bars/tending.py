"""What people say about messages and their senders."""

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlmodel import Session

from hub import in_turn, outbox
from hub.actors import Actor
from hub.errors import Conflict, Refused
from hub.places import place_of
from records import alarms
from triage.bars import store
from triage.bars.model import Arrived, Referral, ReferralMessage, ReferralSender

WITHIN_WALLS = "The address leads into the hub's own network: nothing is sent there."
MOST_WAITED = 1000
LOOPBACK = ("127.0.0.1", "::1", "localhost")
OWN_NAMES = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "localdomain"})


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
        raise Refused(
            "Answers go by https alone, to an address without a password in it, and never into the hub's own network."
        )
    row = store.sender(session, referral.place, referral.sender) or ReferralSender(
        place=referral.place, sender=referral.sender, endpoint=endpoint, set_by=actor.name, at=now
    )
    row.endpoint, row.set_by, row.at = endpoint, actor.name, now
    session.add(row)
    _send_what_waited(session, referral, now)


def _send_what_waited(session: Session, referral: Referral, now: datetime) -> None:
    """Answers that were given up because nobody had said where they go."""
    waited = {one.key: one for one in store.without_address(session, referral.place, referral.sender)}
    for effect in outbox.parked(session, referral.place, MOST_WAITED, of="bars_response"):
        response = waited.get(int(effect.payload["response"]))
        if response is not None:
            response.trouble = ""
            session.add(response)
            in_turn.send_again(session, effect, now)


def may_be_sent_to(url: str, *, is_training: bool) -> bool:
    """https, to a name of the wide world; in training this very machine too. Pure: what a name leads to is looked at by
    whoever sends."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    if host in LOOPBACK:
        return is_training and parts.scheme in ("http", "https")
    return parts.scheme == "https" and (is_training or _is_of_the_world(host))


def _is_of_the_world(host: str) -> bool:
    """No number of a machine within our walls, however it is written, and no name that only our own network knows."""
    last = host.rstrip(".").rsplit(".", 1)[-1].lower()
    if ":" in host or last[:1].isdigit():
        return is_public(host)
    return "." in host.rstrip(".") and last not in OWN_NAMES


def is_public(address: str) -> bool:
    """Whether an IP address is one of the wide world: not private, link-local, loopback, nor of a cloud's own metadata.
    Pure."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_global and not found.is_multicast
