"""Every query about versions of protocols."""

from collections.abc import Collection

from sqlalchemy import bindparam, func
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from records.lifecycles import AssessmentState
from records.model import Assessment, Case, CaseState
from triage.governance.model import Act, Proof, Version
from triage.model import ProtocolText

MOST = 5000
"""Versions of a place, and what was done about them: years of work."""

# Built once: every process asks every two seconds. A count too, as PostgreSQL may commit numbers out of their order.
_MARKS = select(
    select(func.count(col(Act.id))).where(Act.place == bindparam("of_place")).scalar_subquery(),
    select(func.max(Act.id)).where(Act.place == bindparam("of_place")).scalar_subquery(),
    select(func.count(col(Version.id))).where(Version.place == bindparam("of_place")).scalar_subquery(),
)


def marks(session: Session, place: str) -> tuple[int, int | None, int]:
    """Changes whenever anything is proposed or done."""
    acts, last, versions = session.execute(_MARKS, {"of_place": place}).one()
    return acts, last, versions


def versions(session: Session, place: str) -> list[Version]:
    return list(
        session.exec(select(Version).where(Version.place == place).order_by(col(Version.id)).limit(MOST))
    )


def acts(session: Session, place: str) -> list[Act]:
    """In the order in which they were done."""
    return list(session.exec(select(Act).where(Act.place == place).order_by(col(Act.id)).limit(MOST)))


def version_of(session: Session, place: str, sha256: str) -> Version | None:
    return session.exec(select(Version).where(Version.place == place, Version.sha256 == sha256)).first()


def known(session: Session, place: str) -> set[str]:
    """The texts that are registered, by sha256."""
    return set(session.exec(select(Version.sha256).where(Version.place == place).limit(MOST)))


def texts(session: Session, sha256s: Collection[str]) -> dict[str, str]:
    found = select(ProtocolText.sha256, ProtocolText.text).where(col(ProtocolText.sha256).in_(sha256s))
    return dict(session.exec(found).all()) if sha256s else {}


def add_version(session: Session, version: Version) -> None:
    """Two dashboards that read the same folder at once write it once."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = version.model_dump(exclude={"id"})
    session.execute(
        insert(Version).values(**values).on_conflict_do_nothing(index_elements=["place", "sha256"])
    )


def proofs(session: Session, place: str) -> dict[int, Proof]:
    """By version."""
    found = select(Proof).join(Version, col(Version.id) == Proof.version_id).where(Version.place == place)
    return {one.version_id: one for one in session.exec(found.limit(MOST))}


def proof_of(session: Session, version: Version) -> Proof | None:
    return session.exec(select(Proof).where(Proof.version_id == version.key)).first()


def open_cases_of(
    session: Session, place: str, protocol: str, but: Collection[int], limit: int
) -> list[tuple[Case, Assessment]]:
    """Open cases that this protocol has decided, or is being asked about, with the newest time; what is due next stands
    first. `but`: not these (S18)."""
    one = aliased(Assessment)
    newest = select(func.max(one.id)).where(one.case_id == Case.id, one.protocol == protocol)
    newest = newest.where(one.state != AssessmentState.broken_off).correlate(Case)
    found = select(Case, Assessment).join(Assessment, col(Assessment.id) == newest.scalar_subquery())
    found = found.where(Case.place == place, Case.state == CaseState.open)
    found = found.where(col(Case.id).not_in(but)) if but else found
    return list(session.exec(found.order_by(col(Case.next_due_at), col(Case.id)).limit(limit)))
