"""Somebody's words are to be taken away: why the law lets us, or does not; two people's yes; and what other services
have to be told."""

from datetime import datetime

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from hub import audit, outbox
from hub.access import Role, User
from hub.errors import Conflict, NotAllowed, NotFound, Refused
from hub.outbox import LIVE, RECORD_KIND, Effect, EffectState, Queue
from records import retention
from records.keeping import holds, requests, subject
from records.keeping.model import AccessRequest, Erasure, ErasureState, Ground
from records.keeping.subject import Subject
from records.model import Case, CaseState, Position
from records.people.model import Person

MOST, SHORTEST = 100, 5
GROUNDS = {
    Ground.period_over: "it has been kept as long as it has to be",
    Ground.no_care: "no care was asked for or given: a wrong number, a test, a hoax",
    Ground.unlawful: "it should never have been recorded here",
    Ground.consent: "the person asks for it, or takes their consent back",
}
DUTY = (
    "A record of care is kept because the law says so (UK GDPR, article 17(3)(b) and (c): a task in the public "
    "interest, and health care under a duty of secrecy), not because the person agreed to it; so it cannot be taken "
    "away because they ask, before {until:%d/%m/%Y}. They may have what is wrong in it corrected, and a note of "
    "theirs put beside it."
)
"""[LOCAL]: for a lawyer to check."""


def ask(
    session: Session,
    place: str,
    now: datetime,
    user: User,
    ground: Ground,
    why: str,
    *,
    person: int | None = None,
    ref: str = "",
) -> Erasure:
    """A record with all of its cases, or one case. Refused at once, in words, where the law has us keep it. Raises
    `Refused`, `NotFound`, `Conflict`."""
    if len(why.strip()) < SHORTEST:
        raise Refused("Say why, without naming anybody; it is kept when the rest is gone.")
    if (person is None) == (not ref):
        raise Refused("Give the number of a record, or the reference of a case.")
    case = None if person is not None else _case(session, place, ref)
    whose, near = subject.to_erase(session, place, person, case)
    erasure = Erasure(
        place=place,
        person_id=subject.head_of(session, person or 0) if case is None else None,
        case_id=case.id if case else None,
        ground=ground,
        why=why.strip(),
        asked_by=user.id or 0,
        asked_by_name=user.name,
        asked_at=now,
        scope=subject.scope_of(session, whose, near),
    )
    if stands := in_the_way(session, whose, near, ground, now):
        erasure.state, erasure.refused_why, erasure.answered_at, erasure.scope = (
            ErasureState.refused,
            stands,
            now,
            {},
        )
    session.add(erasure)
    session.flush()
    _note(session, erasure, user, "erasure_refused" if stands else "erasure_asked", now)
    return erasure


def in_the_way(session: Session, whose: Subject, near: Subject, ground: Ground, now: datetime) -> str:
    """Why their words may not be taken away, by all that is known of whoever is near; empty where they may."""
    if ground is Ground.no_care:
        cared = select(Position.id).where(
            col(Position.case_id).in_(whose.cases), col(Position.care_began_at).is_not(None)
        )
        if session.exec(cared.limit(1)).first() is not None:
            return "Somebody of ours was with them: that was care, and is kept like any other."
    return holds.stands(session, near) or not_over(session, near, ground, now)


def not_over(session: Session, near: Subject, ground: Ground, now: datetime) -> str:
    """Why it is too soon, holds aside; empty where it is not."""
    if is_open(session, near):
        return "A case of theirs is open. Nothing is taken away of what is worked on."
    on_its_way = select(Effect.id).where(text(LIVE), col(Effect.case_id).in_(near.cases))
    if session.exec(on_its_way.limit(1)).first() is not None:
        return "Something about them is still on its way: a text, or a write to a record server. Ask again later."
    if ground in (Ground.no_care, Ground.unlawful):
        return ""
    until = kept_until(session, near)
    return DUTY.format(until=until) if until > now else ""


def is_open(session: Session, near: Subject) -> bool:
    """Also of a case that nobody has linked yet, where their NHS number was said."""
    opened = select(Case.id).where(
        Case.place == near.place,
        Case.state == CaseState.open,
        or_(
            col(Case.id).in_(near.cases),
            col(Case.person_id).in_(near.people),
            col(Case.nhs_number).in_(near.nhs_numbers),
        ),
    )
    return session.exec(opened.limit(1)).first() is not None


def kept_until(session: Session, near: Subject) -> datetime:
    """By the last contact, and by the latest day on which anybody says that they were born."""
    people = list(session.exec(select(Person).where(col(Person.id).in_(near.people))))
    cases = list(session.exec(select(Case).where(col(Case.id).in_(near.cases))))
    last = max([case.closed_at or case.moved_at for case in cases] + [one.made_at for one in people])
    born = [at for at in (*(one.born for one in people), *(case.born for case in cases)) if at]
    died = [one.died for one in people if one.died]
    return retention.keep_until(last, max(born, default=None), max(died, default=None))


def answer(
    session: Session, place: str, number: int, now: datetime, user: User, words: str = "", *, agreed: bool
) -> Erasure:
    """The second person's word: a manager's, who is not the one who asked. Raises `NotFound`, `Conflict`, `NotAllowed`,
    `Refused`."""
    erasure = session.get(Erasure, number, with_for_update=True)
    if erasure is None or erasure.place != place:
        raise NotFound("There is no such request here.")
    if erasure.state is not ErasureState.asked:
        raise Conflict(f"This was answered already: {erasure.state}.")
    if not user.has(Role.manager):
        raise NotAllowed("A manager says yes or no to this.")
    if user.id == erasure.asked_by:
        raise Refused("You asked for this yourself: somebody else must say yes.")
    if not agreed and len(words.strip()) < SHORTEST:
        raise Refused("Say why not; the person is told.")
    erasure.answered_by_name, erasure.answered_at = user.name, now
    if agreed:
        if stands := begin(session, erasure, now):
            raise Refused(stands)
    else:
        erasure.state, erasure.refused_why, erasure.scope = ErasureState.refused, words.strip(), {}
    session.add(erasure)
    _note(session, erasure, user, "erasure_agreed" if agreed else "erasure_refused", now)
    return erasure


def begin(session: Session, erasure: Erasure, now: datetime) -> str:
    """A worker takes it from here; until the words are gone the letter can still be written. Whose words they are is
    found afresh, since a case may have come since it was asked for. Where something is in the way: what, and nothing
    is begun."""
    case = session.get_one(Case, erasure.case_id) if erasure.case_id else None
    whose, near = subject.to_erase(session, erasure.place, erasure.person_id, case)
    if stands := in_the_way(session, whose, near, erasure.ground, now):
        return stands
    erasure.scope = subject.scope_of(session, whose, near)
    erasure.state, erasure.letter = ErasureState.agreed, _letter(session, whose)
    session.add(erasure)
    session.flush()
    effect = Effect(
        place=erasure.place,
        queue=Queue.reports,
        kind="erase",
        payload={"erasure": erasure.key},
        created_at=now,
    )
    outbox.append(session, effect)
    for request in session.exec(select(AccessRequest).where(requests.about(near))):
        requests.owe_removal(session, request, now)  # what was found of them is in its file
    return ""


def listed(session: Session, place: str) -> list[Erasure]:
    """The newest first."""
    found = select(Erasure).where(Erasure.place == place).order_by(col(Erasure.id).desc())
    return list(session.exec(found.limit(MOST)))


def _letter(session: Session, whose: Subject) -> list[dict[str, object]]:
    """What was written to record servers stays there, since it was right when it was written: they are told."""
    written = select(Effect).where(
        col(Effect.case_id).in_(whose.cases), Effect.kind == RECORD_KIND, Effect.state == EffectState.settled
    )
    by_server: dict[str, list[Effect]] = {}
    for effect in session.exec(written.order_by(col(Effect.id))):
        by_server.setdefault(str(effect.payload["server"]), []).append(effect)
    return [
        {"server": server, "writes": len(effects), "last": effects[-1].created_at.isoformat()}
        for server, effects in by_server.items()
    ]


def _case(session: Session, place: str, ref: str) -> Case:
    case = session.exec(select(Case).where(Case.place == place, Case.ref == ref.strip().upper())).first()
    if case is None:
        raise NotFound("There is no case with this reference here.")
    return case


def _note(session: Session, erasure: Erasure, user: User, did: str, now: datetime) -> None:
    about = f"person:{erasure.person_id}" if erasure.person_id else f"case:{erasure.case_id}"
    audit.note(session, erasure.place, now, user.actor, did, about, f"erasure {erasure.key}")
