"""Who looked at what the hub holds of a person, in words for that person: first name, job, when and why.

A reason that somebody typed is not shown as typed: it may speak of others. Looks at sealed things are absent, and so is
any look that was made because of one (S18).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from dashboard.own.gate import DOWNLOADED, OPENED
from dispatch.model import Offer, Responder
from dispatch.telling import first_name
from hub.access import User
from hub.audit import Audit
from records import store
from records.own.kept_back import not_shown
from records.own.model import OwnAccess, OwnKind
from records.people import store as people
from records.people.model import Person
from records.sight import WHY

MOST = 100
WORD = re.compile(r"[\w-]+")
DID = {
    "case_opened": "case",
    "opened call": "case",
    "person_opened": "person",
    "details_opened": "visit",
    "details_read_out": "visit",
    "key_safe_looked": "key_safe",
    "consent_opened": "consent",
    "broke_glass": "glass",
    "own_page_agreed": "agreed",
    "own_page_looked_at": "who_can",
    OPENED: "own",
    DOWNLOADED: "download",
}
"""What is shown, and by which of our words; whatever else the audit keeps is no look at the person."""


@dataclass(frozen=True)
class Line:
    """`did` and `why` are the ends of keys of our words. `is_me`: the reader's own look; `machine`: a token's."""

    at: datetime
    first: str
    job: str
    did: str
    why: str
    is_me: bool = False
    machine: bool = False


def lines(session: Session, person: Person, me: OwnAccess) -> list[Line]:
    """The newest first."""
    not_theirs = not_shown(session, person)
    ids = [one.key for one in people.members(session, person)]
    cases = [case.key for case in people.cases_of(session, ids, not_theirs)]
    rows = _rows(session, person.place, ids, cases)
    refs = set(store.refs_of(session, not_theirs).values())
    shown = [row for row in rows if refs.isdisjoint(WORD.findall(row.why or ""))]
    return _named(session, shown[:MOST], me)


def _rows(session: Session, place: str, ids: Sequence[int], cases: Sequence[int]) -> list[Audit]:
    offers = session.exec(select(Offer.id).where(col(Offer.case_id).in_(cases)))
    kinds = (("person", ids), ("case", cases), ("offer", offers))
    subjects = [f"{kind}:{number}" for kind, numbers in kinds for number in numbers]
    # by what it is about first: in the order of time the audit of the whole place would be walked
    about = select(Audit.id).where(
        Audit.place == place, col(Audit.subject).in_(subjects), col(Audit.action).in_(DID)
    )
    found = select(Audit).where(col(Audit.id).in_(about))
    return list(session.exec(found.order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(MOST * 5)))


def _named(session: Session, rows: Sequence[Audit], me: OwnAccess) -> list[Line]:
    users = _by_ref(session, User, "user", rows)
    goers = _by_ref(session, Responder, "responder", rows)
    theirs = _by_ref(session, OwnAccess, "own", rows)
    made = []
    for row in rows:
        first, job = "", ""
        if row.actor in users:
            who = users[row.actor]
            first, job = first_name(who.name), str(next(iter(who.roles), ""))
        elif row.actor in goers:
            first, job = first_name(goers[row.actor].name), goers[row.actor].profession
        elif row.actor in theirs:
            first, job = theirs[row.actor].name, theirs[row.actor].relation
        own = theirs.get(row.actor)
        is_me = row.actor == me.actor.ref or (
            own is not None and own.kind is OwnKind.person and me.kind is OwnKind.person
        )
        machine = row.actor.startswith("token:")
        made.append(Line(row.at, first, job, DID[row.action], _why(row), is_me, machine))
    return made


def _by_ref(session: Session, table: Any, kind: str, rows: Iterable[Audit]) -> dict[str, Any]:
    parted = (row.actor.partition(":") for row in rows)
    ids = {int(number) for of, _, number in parted if of == kind and number.isdigit()}
    if not ids:
        return {}
    found = session.exec(select(table).where(table.id.in_(ids)))
    return {f"{kind}:{one.id}": one for one in found}


def _why(row: Audit) -> str:
    if row.relation in WHY:
        return str(row.relation)
    if row.action in (OPENED, DOWNLOADED, "own_page_agreed"):
        return "agreed"
    said = row.why or ""
    if said.startswith("on a call"):
        return "call"
    if said.startswith("open case"):
        return "open_case"
    return "own_reason" if said else ""
