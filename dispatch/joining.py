"""Somebody joins the responders, is written down differently, leaves, comes back. What was changed, by whom and when is
kept in the audit; nothing that they hold is lost when they go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from dispatch import duty, people, phone_store, phones, reading_back, rota
from dispatch.duty_model import ChangeKind
from dispatch.model import Responder, Shift
from dispatch.phone_model import PhoneOfResponder
from hub import audit, trusted_phones
from hub.access import Role, User
from hub.actors import Actor
from hub.audit import Audit
from hub.errors import Conflict, Refused
from hub.places import Place
from hub.trusted_phones import Forgotten

ON_RESPONDER = ("name", "short_name", "profession")
SHOWN = 60


@dataclass(frozen=True)
class Newcomer:
    """`number` is E.164. `log_in`: what they log in with, with the hash of their first password; empty where they do
    without one for now."""

    name: str
    profession: str
    number: str
    log_in: str = ""
    password_hash: str = ""


def join(session: Session, place: Place, new: Newcomer, now: datetime, actor: Actor) -> Responder:
    """Somebody new, without skills and without a shift. They are asked nothing before they have read back the code that
    goes to their number. Raises `Refused` in words, `Conflict` where the number or the log-in is somebody's."""
    if not new.name or not new.profession:
        raise Refused("Say their name and their profession.")
    if reading_back.is_landline(new.number):
        raise Refused("Offers are texts: type a mobile number. A landline can be added beside it.")
    _must_be_nobodys(session, place.id, new.number)
    who = Responder(
        place=place.id,
        user_id=_log_in(session, place, new),
        name=new.name,
        short_name=_short_of(session, place.id, new.name),
        profession=new.profession,
        skills=[],
        phone=new.number,
        reachable=False,
    )
    session.add(who)
    session.flush()
    phone = PhoneOfResponder(place=place.id, responder_id=who.key, number=new.number, nth=1)
    session.add(phone)
    session.flush()
    reading_back.send_code(session, place, phone, now)
    note(session, who, "joined", new.profession, now, actor)
    return who


def change(session: Session, who: Responder, told: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """What is told is written down; each thing that differs is kept with what it was before. Raises `Refused` for an
    empty name and for a short one that is somebody else's."""
    for name in ON_RESPONDER:
        if name in told and not told[name]:
            raise Refused("Nobody goes without a name, a short name and a profession. Type all three.")
    if told.get("short_name", who.short_name) != who.short_name:
        _must_be_free(session, who.place, told["short_name"])
    about = people.record_of(session, who)
    for name, value in told.items():
        row = who if name in ON_RESPONDER else about
        was = getattr(row, name)
        if was != value:
            setattr(row, name, value)
            words = f"{name.replace('_', ' ')}: {_said(was)}, now {_said(value)}"
            note(session, who, "changed", words, now, actor)
    session.add(who)
    session.add(about)
    if who.user_id is not None and "name" in told:
        user = session.get_one(User, who.user_id)
        user.name = told["name"]
        session.add(user)


def leave(session: Session, who: Responder, why: str, now: datetime, machine: datetime, actor: Actor) -> str:
    """From now on they are asked nothing and log in no more. Their shifts end, what they were asked goes on to the
    next; a visit stays theirs, and rings until a coordinator has decided. Returns what must be done yet.

    `machine`: machine time, by which log-ins and remembered phones run.
    """
    if not why:
        raise Refused("Say why they leave; the reason is kept.")
    if not who.active:
        raise Conflict(f"{who.short_name} has left already.")
    to_come = select(Shift).where(Shift.responder_id == who.id, Shift.ends_at > now)
    for shift in session.exec(to_come.order_by(col(Shift.starts_at))).all():
        rota.end(session, shift, ChangeKind.removed, f"has left: {why}", now, actor)
    who.active = False
    session.add(who)
    duty.tell_boards(session, who, now)
    duty.pass_offers_on(session, who, "has left", now)
    left = duty.visit_needs_somebody(session, who, "has left", now)
    if who.user_id is not None:
        _may_go(session, who.user_id, yes=False)
        trusted_phones.forget_all(session, who.user_id, Forgotten.left, machine)
    note(session, who, "left", why, now, actor)
    return left


def come_back(session: Session, who: Responder, now: datetime, actor: Actor) -> None:
    """They may be planned and asked again, with what was known of them. Raises `Conflict` where they never left."""
    if who.active:
        raise Conflict(f"{who.short_name} has not left.")
    _must_be_free(session, who.place, who.short_name)
    who.active = True
    session.add(who)
    phones.send_texts_where_they_arrive(session, who)
    if who.user_id is not None:
        _may_go(session, who.user_id, yes=True)
    note(session, who, "came back", "", now, actor)


def note(session: Session, who: Responder, action: str, words: str, now: datetime, actor: Actor) -> None:
    audit.note(session, who.place, now, actor, action, f"responder:{who.key}", words[:300])


def history(session: Session, who: Responder) -> Sequence[tuple[Audit, str]]:
    """What was changed of them, the newest first, each with the name of whoever did it."""
    rows = select(Audit).where(Audit.place == who.place, Audit.subject == f"responder:{who.key}")
    found = session.exec(rows.order_by(col(Audit.id).desc()).limit(SHOWN)).all()
    ids = {int(row.actor.removeprefix("user:")) for row in found if row.actor.startswith("user:")}
    users = session.exec(select(User).where(col(User.id).in_(ids)))
    names = {user.actor.ref: user.name for user in users}
    return [(row, names.get(row.actor, "the hub")) for row in found]


def _must_be_nobodys(session: Session, place: str, number: str) -> None:
    held_by = phone_store.owner(session, place, number)
    if held_by is None and (row := phone_store.by_number(session, place, number)) is not None:
        held_by = session.get_one(Responder, row.responder_id)
    if held_by is not None:
        then = "" if held_by.active else ", who has left. Bring them back on their own page"
        raise Conflict(f"This number is {held_by.short_name}'s{then}.")


def _log_in(session: Session, place: Place, new: Newcomer) -> int | None:
    if not new.log_in:
        return None
    key = new.log_in.lower()
    if session.exec(select(User).where(User.name_key == key)).first() is not None:
        raise Conflict("Somebody logs in with that already. Type another, or leave it empty.")
    user = User(
        place=place.id, name=new.name, name_key=key, password_hash=new.password_hash, roles=[Role.responder]
    )
    session.add(user)
    session.flush()
    return user.id


def _may_go(session: Session, user_id: int, *, yes: bool) -> None:
    """A nurse of the desk who also goes keeps the desk; whoever only went cannot log in any more."""
    user = session.get_one(User, user_id)
    others = [role for role in user.roles if role != Role.responder]
    user.roles = [*others, Role.responder] if yes or not others else others
    user.active = yes or bool(others)
    session.add(user)


def _short_of(session: Session, place: str, name: str) -> str:
    """Ana R.; where there is one already, Ana Re.: a board that names two people alike sends the wrong one."""
    first, _, last = name.partition(" ")
    for letters in range(1, len(last)):
        short = f"{first} {last[:letters]}."[:40]
        if not _is_taken(session, place, short):
            return short
    _must_be_free(session, place, name[:40])
    return name[:40]


def _must_be_free(session: Session, place: str, short_name: str) -> None:
    if _is_taken(session, place, short_name):
        raise Conflict(f"There is another {short_name} here. Choose a short name that is theirs alone.")


def _is_taken(session: Session, place: str, short_name: str) -> bool:
    same = select(Responder.id).where(
        Responder.place == place, Responder.short_name == short_name, Responder.active
    )
    return session.exec(same).first() is not None


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "nothing"
    return str(value or "nothing")
