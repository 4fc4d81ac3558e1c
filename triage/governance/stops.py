"""The emergency stop: any protocol, by one person, with one reason, everywhere within seconds. Governance alone lets it
go on."""

from datetime import datetime

from sqlmodel import Session

from hub import audit
from hub.access import Role, User, require
from hub.errors import Conflict, NotFound, Refused
from protocols.loader import Library
from protocols.stopped import Key, Stopped
from records import alarms
from triage.governance import standing, store
from triage.governance.model import Act, Did

MAY_STOP = (Role.governance, Role.hub_clinician, Role.manager, Role.coordinator)
MAY_RELEASE = (Role.governance,)
ALARM = "protocol_stopped"


def stop(session: Session, library: Library, key: Key, because: str, now: datetime, user: User) -> Stopped:
    """From the next look of each process on nobody begins it, and whoever is in the middle of it is told what to do."""
    require(user, *MAY_STOP)
    kind, protocol = key
    if kind not in ("triage", "escalation"):
        raise Refused(
            "Only a triage or an escalation protocol can be stopped. Withdraw the house file's version."
        )
    if not because.strip():
        raise Refused("Say in one sentence why it is stopped. Whoever is in the middle of it reads this.")
    if (before := stopped_now(session, user.place).get(key)) is not None:
        raise Conflict(f"{before.by} has stopped it already: {before.because}")
    title = _title(session, library, key, user.place)
    act = _act(session, key, Did.stopped, because.strip(), now, user)
    words = f"{title} is stopped by {user.name}: {act.words} Nobody begins it; governance lets it go on."
    alarms.ring(session, user.place, ALARM, _subject(key), words[:300], now)
    return Stopped(protocol, title, user.name, now, act.words)


def release(session: Session, key: Key, because: str, now: datetime, user: User) -> None:
    """It may be begun again."""
    require(user, *MAY_RELEASE)
    if not because.strip():
        raise Refused("Say why it may go on. The reason is kept.")
    if key not in stopped_now(session, user.place):
        raise Conflict("It is not stopped.")
    _act(session, key, Did.released, because.strip(), now, user)
    alarms.end(session, user.place, ALARM, _subject(key), now)


def stopped_now(session: Session, place: str) -> dict[Key, Stopped]:
    """By what is in the database this moment, whatever this process has read."""
    titles = {(one.kind, one.protocol): one.title for one in store.versions(session, place)}
    return standing.stopped(store.acts(session, place), titles)


def _act(session: Session, key: Key, did: Did, words: str, now: datetime, user: User) -> Act:
    kind, protocol = key
    act = Act(
        place=user.place,
        kind=kind,
        protocol=protocol,
        did=did,
        by_id=user.id,
        by=user.name,
        at=now,
        words=words[:300],
    )
    session.add(act)
    audit.note(session, user.place, now, user.actor, f"protocol {did.value}", _subject(key)[:60], words[:300])
    return act


def _title(session: Session, library: Library, key: Key, place: str) -> str:
    """Of what runs, or was ever registered; so a stop works on the first day, before anything is."""
    kind, protocol = key
    if kind == "triage" and protocol in library.triage:
        return library.triage[protocol].title
    ladders = {one.escalation: one.title for one in library.escalation.values()}
    if kind == "escalation" and protocol in ladders:
        return ladders[protocol]
    for one in reversed(store.versions(session, place)):
        if (one.kind, one.protocol) == key:
            return one.title
    raise NotFound("There is no such protocol in this place.")


def _subject(key: Key) -> str:
    return f"{key[0]}:{key[1]}"
