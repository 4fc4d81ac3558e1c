"""What a person has agreed to, by purpose: by whom it was recorded, how it was said, taken back. The newest counts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from hub import audit
from hub.actors import Actor
from hub.errors import Refused
from records.consent_model import Consent, Purpose, Said
from records.model import Case
from records.person_key import person_key, person_keys
from records.sight import Agreed

WITH_SOMEBODY = frozenset({Purpose.sharing, Purpose.carer})
MOST = 100
MEANS = {
    Purpose.direct_care: "looking up what the hub knows of them from earlier",
    Purpose.carer: "telling somebody who cares for them",
    Purpose.research: "research",
    Purpose.sharing: "sharing with another service",
}
# Built once: it is asked wherever a past case of the same person is opened.
_SAID = (
    select(Consent)
    .where(
        Consent.place == bindparam("of_place"),
        col(Consent.person).in_(bindparam("of_person", expanding=True)),
        Consent.purpose == bindparam("for_purpose"),
        Consent.with_whom == bindparam("with_them"),
    )
    .order_by(col(Consent.id).desc())
    .limit(1)
)


def record(
    session: Session,
    case: Case,
    purpose: Purpose,
    said: Said,
    how: str,
    now: datetime,
    actor: Actor,
    with_whom: str = "",
) -> Consent:
    """Raises `Refused` without how it was said, or with whom, or where there is nothing to take back."""
    if not how.strip():
        raise Refused("Say how they said it: by phone, in writing, and in whose words.")
    if (purpose in WITH_SOMEBODY) != bool(with_whom.strip()):
        raise Refused(
            "Name the service or the carer it is about."
            if purpose in WITH_SOMEBODY
            else "This purpose is about nobody in particular: leave the name empty."
        )
    whom = with_whom.strip()
    before = newest(session, case, purpose, whom)
    if said is Said.taken_back and (before is None or before.said is Said.taken_back):
        raise Refused("Nothing of this was said before, so there is nothing to take back.")
    new = Consent(
        place=case.place,
        person=person_key(case),
        case_id=case.key,
        purpose=purpose,
        with_whom=whom,
        said=said,
        how=how.strip(),
        by=actor.ref,
        by_name=actor.name,
        at=now,
    )
    session.add(new)
    action = f"consent_{said.value}"
    audit.note(session, case.place, now, actor, action, f"case:{case.key}", MEANS[purpose])
    return new


def agreed(session: Session, case: Case, purpose: Purpose, with_whom: str = "") -> Agreed:
    """What counts now. What was taken back is as if nothing had been said: unknown, which is neither yes nor no."""
    return _counts(newest(session, case, purpose, with_whom))


def agreed_under(session: Session, place: str, people: Sequence[str], purpose: Purpose) -> Agreed:
    """The same of one whom no case names by their number: by keys of `records/person_key.py`."""
    return _counts(_newest(session, place, people, purpose, ""))


def objected_to(session: Session, place: str, people: Collection[str], carer: str) -> bool:
    """Whether the newest word on this carer is no, however their name was typed; `people` by keys of
    `records/person_key.py`."""
    found = select(Consent).where(
        Consent.place == place, col(Consent.person).in_(people), Consent.purpose == Purpose.carer
    )
    rows = session.exec(found.order_by(col(Consent.id).desc()).limit(MOST))
    newest = next((one for one in rows if _plain(one.with_whom) == _plain(carer)), None)
    return newest is not None and newest.said is Said.objected


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _counts(found: Consent | None) -> Agreed:
    if found is None or found.said is Said.taken_back:
        return Agreed.unknown
    return Agreed.yes if found.said is Said.agreed else Agreed.no


def newest(session: Session, case: Case, purpose: Purpose, with_whom: str = "") -> Consent | None:
    return _newest(session, case.place, person_keys(case), purpose, with_whom)


def _newest(
    session: Session, place: str, people: Sequence[str], purpose: Purpose, with_whom: str
) -> Consent | None:
    of = {
        "of_place": place,
        "of_person": list(people),
        "for_purpose": purpose,
        "with_them": with_whom,
    }
    return session.exec(_SAID, params=of).first()


def listed(session: Session, case: Case) -> list[Consent]:
    """All that they have said, the newest first."""
    found = select(Consent).where(Consent.place == case.place, col(Consent.person).in_(person_keys(case)))
    return list(session.exec(found.order_by(col(Consent.id).desc()).limit(MOST)))
