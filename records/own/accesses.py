"""Who may open a person's page: agreed by voice with somebody of the hub, with a phrase that only they know, and taken
back at any time."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from hub import audit
from hub.access import hasher
from hub.actors import Actor
from hub.errors import Conflict, NotFound, Refused
from records import consents, contact_points, read_back
from records.contact_points import Safe
from records.model import CaseState, Outcome
from records.own.model import LIVE, OwnAccess, OwnCode, OwnKind, OwnLogIn, Sees
from records.people import store
from records.people.died import died
from records.people.model import NHS_NUMBER, Person
from records.people.store import Record
from records.person_key import every_key

WRONG_LIMIT = 10
"""So many wrong tries since the last right one, and a new phrase must be agreed by voice. [LOCAL]"""
SHORTEST, FEWEST_WORDS = 10, 2
MOST = 10
_NOBODY = hasher.hash("nobody has this phrase")


@dataclass(frozen=True)
class Agreed:
    """What was agreed. `phrase_hash`: from `hash_phrase`, which is slow and so is done outside any write."""

    kind: OwnKind
    name: str
    number: str
    phrase_hash: str
    how: str
    relation: str = ""
    sees: Sees = Sees.all


def hash_phrase(phrase: str) -> str:
    """As it is said by voice: capitals, spaces and commas do not count. Raises `Refused` for one that is easily
    guessed."""
    plain = _plain(phrase)
    if len(plain) < SHORTEST or len(plain.split()) < FEWEST_WORDS:
        raise Refused(
            "Agree a phrase of two words or more, ten letters or more: “the blue gate at Mablethorpe”."
        )
    if not re.search(r"[^\W\d]{3}", plain):
        raise Refused("Agree a phrase of words: a number or a date can be found out.")
    return hasher.hash(plain)


def fits(access: OwnAccess | None, phrase: str) -> bool:
    """Takes as long where there is nobody."""
    try:
        return hasher.verify(access.phrase_hash if access else _NOBODY, _plain(phrase)) and access is not None
    except (VerificationError, InvalidHashError):
        return False


def _plain(phrase: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", phrase.casefold()).split())


def must_be_read_back(record: Record) -> None:
    """S14: before the first can open a page, and after a merge, the person is one who was read back in an open case.
    Raises `Refused`."""
    if not any(case.state is CaseState.open and read_back.is_read_back(case) for case in record.cases):
        raise Refused("Read two identifiers back to them in a call first: then this can be agreed (S14).")


def say_safe(session: Session, person: Person, number: str, now: datetime, actor: Actor) -> None:
    """Whoever else's number this is has said that it may be texted. Raises `Refused` where somebody has said that it
    may not: that is not taken back by a tick (S17)."""
    point = contact_points.of_number(session, person.place, number)
    if point is not None and point.text is Safe.no:
        raise Refused("This number is marked not safe to text. Only a call with them can change that (S17).")
    contact_points.say(session, person.place, number, "text", Safe.yes, actor.name, now)
    audit.note(
        session, person.place, now, actor, "number_said_safe", f"person:{person.key}", "for their page"
    )


def numbers_of(record: Record) -> list[str]:
    """The person's own, the newest first: none of which anybody has said that it is a caller's."""
    good = [one for one in record.numbers if not one.in_error]
    others = {one.number for one in good if one.whose}
    return [number for number in dict.fromkeys(one.number for one in good) if number not in others]


def open_for(session: Session, person: Person, agreed: Agreed, now: datetime, actor: Actor) -> OwnAccess:
    """`person`: locked by this transaction. For the person themselves it takes the place of what was agreed before.
    Raises `Refused`."""
    record = store.record(session, person)
    is_theirs = agreed.number in numbers_of(record)
    if agreed.kind is OwnKind.person and not is_theirs:
        raise Refused(
            "This number is not on their record as their own. It is kept in a call; then it can be used."
        )
    if agreed.kind is not OwnKind.person and is_theirs:
        raise Refused("This is the person's own number. Whoever they trust needs one of their own.")
    if not agreed.how.strip():
        raise Refused(
            "Say how it was agreed: by phone, with the person themselves; or which document you saw."
        )
    if not agreed.name.strip():
        raise Refused("Type their name.")
    if agreed.kind is OwnKind.carer and _objects(session, record, agreed.name):
        raise Refused("They have said no to telling this carer. Ask them, and keep what they say as consent.")
    if not contact_points.may_text(contact_points.of_number(session, person.place, agreed.number)):
        raise Refused("This number is not known to be safe to text. Ask them, and mark it so first (S17).")
    standing = of_person(session, person)
    if len(standing) >= MOST:
        raise Refused("So many people can open this page already. End one of them first.")
    if agreed.kind is OwnKind.person:
        for before in standing:
            if before.kind is OwnKind.person:
                end(session, before, now, actor)
        session.flush()
    made = OwnAccess(
        place=person.place,
        person_id=person.key,
        kind=agreed.kind,
        name=agreed.name.strip()[:80],
        relation=agreed.relation.strip()[:80],
        of_name=record.name,
        agreed_on=_ids(session, person),
        sees=agreed.sees,
        number=agreed.number,
        phrase_hash=agreed.phrase_hash,
        how=agreed.how.strip()[:300],
        key_word=secrets.token_urlsafe(9),
        by=actor.ref,
        by_name=actor.name,
        at=now,
    )
    session.add(made)
    session.flush()
    audit.note(
        session, person.place, now, actor, "own_page_agreed", f"person:{person.key}", f"own:{made.key}"
    )
    return made


def is_stopped(session: Session, access: OwnAccess, person: Person) -> bool:
    """S14: since then their record was put together with another, or parted from it. `person`: the head."""
    return access.agreed_on != _ids(session, person)


def confirm(session: Session, access: OwnAccess, person: Person, now: datetime, actor: Actor) -> None:
    """Somebody has asked the person again: it holds for the records that are theirs now. Whoever was logged in logs in
    anew. `person`: the head, locked."""
    access.agreed_on = _ids(session, person)
    session.add(access)
    log_out_everywhere(session, access)
    audit.note(
        session, person.place, now, actor, "own_page_agreed", f"person:{person.key}", f"own:{access.key}"
    )


def _ids(session: Session, person: Person) -> list[int]:
    return sorted(one.key for one in store.members(session, person))


def end(session: Session, access: OwnAccess, now: datetime, actor: Actor) -> None:
    """Whoever is logged in by it is so no more, and no code of it opens anything. Raises `Conflict` the second time."""
    if access.ended_at is not None:
        raise Conflict("This has ended already.")
    access.ended_at, access.ended_by_name = now, actor.name
    session.add(access)
    log_out_everywhere(session, access)
    session.execute(delete(OwnCode).where(col(OwnCode.access_id) == access.key))
    audit.note(
        session, access.place, now, actor, "own_page_ended", f"person:{access.person_id}", f"own:{access.key}"
    )


def log_out_everywhere(session: Session, access: OwnAccess) -> None:
    session.execute(delete(OwnLogIn).where(col(OwnLogIn.access_id) == access.key))


def of_person(session: Session, person: Person) -> list[OwnAccess]:
    """Those that stand, whichever of the merged records they were agreed on; the person first."""
    ids = [one.key for one in store.members(session, person)]
    found = select(OwnAccess).where(col(OwnAccess.person_id).in_(ids), text(LIVE))
    rows = session.exec(found.order_by(col(OwnAccess.id)).limit(MOST * 2))
    return sorted(rows, key=lambda one: one.kind is not OwnKind.person)


def by_word(session: Session, person: Person, key_word: str) -> OwnAccess:
    """Raises `NotFound`."""
    for one in of_person(session, person):
        if one.key_word == key_word:
            return one
    raise NotFound("Nobody of that name can open this page.")


def _objects(session: Session, record: Record, carer: str) -> bool:
    """Under any key that their cases go by, or would."""
    numbers = [one.value for one in record.identifiers if one.system == NHS_NUMBER]
    keys = every_key(record.cases, numbers)
    return consents.objected_to(session, record.person.place, keys, carer)


def is_usable(session: Session, access: OwnAccess, record: Record) -> bool:
    """Whether codes may be sent and log-ins hold: it stands, the number is known to be safe just now (S17), and where
    it is the person's, the hub still holds it for them. After a death it is over, and it waits after a merge (S14).
    `record`: as the hub reads it, so that nothing which is sealed ends a log-in (S18)."""
    if access.ended_at is not None or access.wrong >= WRONG_LIMIT:
        return False
    if is_stopped(session, access, record.person):
        return False
    if died(session, record.person) is not None or any(case.outcome is Outcome.died for case in record.cases):
        return False
    if access.kind is OwnKind.carer and _objects(session, record, access.name):
        return False
    if not contact_points.may_text(contact_points.of_number(session, access.place, access.number)):
        return False
    return access.kind is not OwnKind.person or access.number in numbers_of(record)
