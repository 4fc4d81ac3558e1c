"""Responders as a record: who they work for, what they bring, whom they are kept from; where staff are not safe."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from dispatch.duty_model import ResponderRecord, SkillEnds, StaffSafety
from dispatch.model import Exclusion, Responder, Shift
from dispatch.taking_back import SEEKING
from hub.errors import NotFound, Refused
from records.model import Case, CaseState, Position
from records.positions import start_offering

MOST = 300
RUNS_OUT_SOON = timedelta(days=30)


def responder(session: Session, place: str, responder_id: int) -> Responder:
    """Raises `NotFound`."""
    found = session.get(Responder, responder_id)
    if found is None or found.place != place:
        raise NotFound("There is no such responder here.")
    return found


def all_of(session: Session, place: str) -> list[tuple[Responder, ResponderRecord | None]]:
    """Whoever has left stands last."""
    found = (
        select(Responder, ResponderRecord)
        .join(ResponderRecord, col(ResponderRecord.responder_id) == Responder.id, isouter=True)
        .where(Responder.place == place)
        .order_by(col(Responder.active).desc(), col(Responder.short_name))
        .limit(MOST)
    )
    return [(who, about) for who, about in session.exec(found)]


def record_of(session: Session, who: Responder) -> ResponderRecord:
    found = session.get(ResponderRecord, who.key)
    return found or ResponderRecord(responder_id=who.key, place=who.place)


def set_skill(
    session: Session, who: Responder, skill: str, ends_at: datetime | None, now: datetime, *, held: bool
) -> None:
    """Held, until `ends_at` where that is known, or not held; their shifts to come follow at once."""
    session.execute(
        delete(SkillEnds).where(col(SkillEnds.responder_id) == who.id, col(SkillEnds.skill) == skill)
    )
    rest = [one for one in who.skills if one != skill]
    who.skills = [*rest, skill] if held else rest
    session.add(who)
    if held and ends_at is not None:
        session.add(SkillEnds(responder_id=who.key, skill=skill, place=who.place, ends_at=ends_at))
    for shift in session.exec(select(Shift).where(Shift.responder_id == who.id, Shift.ends_at > now)):
        shift.skills = f"|{'|'.join(who.skills)}|"
        session.add(shift)


def skills_that_end(session: Session, place: str, before: datetime | None = None) -> list[SkillEnds]:
    """The soonest first; those that have ended stand first of all."""
    found = select(SkillEnds).where(SkillEnds.place == place)
    if before is not None:
        found = found.where(SkillEnds.ends_at <= before)
    return list(session.exec(found.order_by(col(SkillEnds.ends_at)).limit(MOST)))


def keep_away(
    session: Session, who: Responder, nhs_number: str | None, postcode: str | None, why: str
) -> None:
    """S22: never offered this person or this address."""
    _must_name_one(nhs_number, postcode)
    if not why:
        raise Refused("Say why; managers alone read it.")
    session.add(
        Exclusion(place=who.place, responder_id=who.key, nhs_number=nhs_number, postcode=postcode, why=why)
    )


def exclusions_of(session: Session, who: Responder) -> Sequence[Exclusion]:
    found = select(Exclusion).where(Exclusion.place == who.place, Exclusion.responder_id == who.id)
    return session.exec(found.order_by(col(Exclusion.id)).limit(MOST)).all()


def end_exclusion(session: Session, place: str, exclusion_id: int) -> Responder:
    """Returns who was kept away."""
    found = session.get(Exclusion, exclusion_id)
    if found is None or found.place != place:
        raise NotFound("That exclusion is not kept any more. Load the page again.")
    session.delete(found)
    return session.get_one(Responder, found.responder_id)


def warn(session: Session, rule: StaffSafety, now: datetime) -> None:
    """S22: from now on two go, where the rule says so; also on cases that look for somebody just now."""
    _must_name_one(rule.nhs_number, rule.postcode)
    if not rule.words:
        raise Refused("Say what staff must know before they go.")
    session.add(rule)
    same = or_(col(Case.nhs_number) == (rule.nhs_number or "-"), col(Case.postcode) == (rule.postcode or "-"))
    found = (
        select(Position)
        .join(Case, col(Case.id) == Position.case_id)
        .where(Case.place == rule.place, Case.state == CaseState.open, same)
        .where(col(Position.state).in_(SEEKING))
    )
    for position in session.exec(found.limit(MOST)):
        start_offering(session, position, now)


def warnings_of(session: Session, place: str, now: datetime) -> Sequence[StaffSafety]:
    found = select(StaffSafety).where(
        StaffSafety.place == place, or_(col(StaffSafety.ends_at).is_(None), col(StaffSafety.ends_at) > now)
    )
    return session.exec(found.order_by(col(StaffSafety.id).desc()).limit(MOST)).all()


def end_warning(session: Session, place: str, rule_id: int, now: datetime, by: str) -> None:
    found = session.get(StaffSafety, rule_id)
    if found is None or found.place != place or (found.ends_at is not None and found.ends_at <= now):
        raise NotFound("That warning is over already. Load the page again.")
    found.ends_at, found.ended_by = now, by
    session.add(found)


def _must_name_one(nhs_number: str | None, postcode: str | None) -> None:
    if not nhs_number and not postcode:
        raise Refused("Say for whom: an NHS number, or a whole postcode such as LS8 2AB.")
    if postcode and " " not in postcode:
        raise Refused("A whole postcode is needed, such as LS8 2AB: half of one would be a whole district.")
