"""The audit as `AuditEvent`s. Of what is sealed to whoever asks there is no row, nor one that names it (S18)."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from dashboard.audit_search import names_of
from dispatch.model import Offer
from hub.audit import Audit
from hub.errors import NotFound
from hub.outbox import Effect
from records import seen
from records.fhir.audit_event import audit_event
from records.fhir.kinds import Face, Made, Narrow
from records.model import Assessment, Call, Case, Position
from records.people import store as people_store
from records.people.model import Person
from triage.bars.model import Referral, ReferralMessage

OF_CASE: dict[str, Any] = {
    "assessment": Assessment,
    "call": Call,
    "case": Case,
    "effect": Effect,
    "offer": Offer,
    "position": Position,
    "referral": Referral,
    **{str(kind.__tablename__): kind for kind in people_store.KINDS},
}
"""What a row may be about, by its word there, that is of one case."""
_NAMED = re.compile(r"\b([a-z_]+)[: ]([0-9]+)\b")


def page(session: Session, face: Face, narrow: Narrow, limit: int) -> Made:
    found = select(Audit).where(Audit.place == face.place.id, col(Audit.id) >= narrow.first)
    if narrow.only is not None:
        found = found.where(col(Audit.id).in_(narrow.only))
    if narrow.since is not None:
        found = found.where(col(Audit.id) >= _first_since(face.place.id, narrow.since))
    rows = session.exec(found.order_by(col(Audit.id)).limit(limit)).all()
    names = names_of(session, {row.actor for row in rows})
    said = [_words(row) for row in rows]
    hidden = _hidden(session, face, set().union(*said))
    return [
        (
            row.id or 0,
            [] if hidden & words else [audit_event(row, names.get(row.actor, row.actor), face.by)],
        )
        for row, words in zip(rows, said, strict=True)
    ]


def _first_since(place: str, since: datetime) -> Any:
    """Ids are not quite in the order of times, because looks are carried in a moment later: the lowest among the first
    thousand since then."""
    lately = select(Audit.id).where(Audit.place == place, col(Audit.at) >= since)
    first = lately.order_by(col(Audit.at)).limit(1000).subquery()
    return select(func.min(first.c.id)).scalar_subquery()


def _words(row: Audit) -> set[str]:
    """All that it may name: "case:12", and each word of the reason, where a reference may stand."""
    why = row.why or ""
    if row.action == "refused":
        return {row.subject}
    if row.action == "people_found":
        return {row.subject, *(f"person:{number}" for number in re.findall(r"[0-9]+", why))}
    named = (f"{kind}:{number}" for kind, number in _NAMED.findall(why))
    return {row.subject, *re.findall(r"\w+", why), *named}


def _hidden(session: Session, face: Face, words: Collection[str]) -> set[str]:
    """Those of `words` that name a case which whoever asks may not see, what is of it, or whoever is known by it
    alone."""
    cases = seen.hidden(session, face.place.id)
    if not cases:
        return set()
    hidden = set(session.exec(select(Case.ref).where(col(Case.id).in_(cases))))
    for kind, table in OF_CASE.items():
        if ids := _numbers(words, kind):
            of: Any = table.id if table is Case else table.case_id
            theirs = select(table.id).where(table.id.in_(ids), of.in_(cases))
            hidden |= {f"{kind}:{number}" for number in session.exec(theirs)}
    if ids := _numbers(words, "referral_message"):
        came = select(ReferralMessage.id).join(Referral, col(Referral.id) == ReferralMessage.referral_id)
        came = came.where(col(ReferralMessage.id).in_(ids), col(Referral.case_id).in_(cases))
        hidden |= {f"referral_message:{number}" for number in session.exec(came)}
    return hidden | {f"person:{one}" for one in _nobody(session, face, cases, _numbers(words, "person"))}


def _nobody(session: Session, face: Face, cases: Collection[int], ids: Collection[int]) -> Iterable[int]:
    """Of these persons, those of whom whoever asks is not told that they are there."""
    made_there = select(Person.id).where(col(Person.id).in_(ids), col(Person.case_id).in_(cases))
    for number in session.exec(made_there).all() if ids else ():
        try:
            people_store.visible(session, face.place.id, number or 0)
        except NotFound:
            yield number or 0


def _numbers(words: Iterable[str], kind: str) -> list[int]:
    parted = (word.partition(":") for word in words)
    numbers = (number for of, _, number in parted if of == kind and number.isascii() and number.isdigit())
    return [int(number) for number in numbers if len(number) < 10]
