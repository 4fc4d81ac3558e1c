"""Who says it, as a form or a machine sends it beside what is said of a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field
from sqlmodel import Session

from hub import audit
from hub.access import Role
from hub.actors import Actor
from hub.bodies import Body, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from records import store as cases
from records.people import service, store
from records.people.model import OfPerson, Person, SourceKind
from records.people.service import Source
from records.people.store import Record
from records.service import take

Teller = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
LAST_YEAR = 2199
Day = date | Literal[""]
"""As an empty field of a form sends it."""
CaseId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class FromWhom(Body):
    """`case`: said in that case, which must be about this person."""

    source_kind: SourceKind = SourceKind.hub
    source: Text = Field(default="", max_length=120)
    until: Day = ""
    case: CaseId | None = None


@dataclass(frozen=True)
class Telling:
    """One write in which something is said of a person, who is locked: who says it, and who puts it down."""

    session: Session
    person: Person
    source: Source
    now: datetime
    by: Actor

    def known(self) -> Record:
        return store.record(self.session, self.person).believed()

    def put(self, table: type[OfPerson], **said: Any) -> None:
        service.put(self.session, self.person, table, self.source, self.now, self.by, **said)


@contextmanager
def telling(request: Request, person_id: int, body: FromWhom, visitor: Visitor) -> Iterator[Telling]:
    """First of all the case is taken, which is locked before anybody's record; at last the audit knows who has changed
    what kind of thing. Raises `NotFound`, `Refused`."""
    place, now = visitor.user.place, hub_of(request).clock.now()
    with hub_of(request).db.write() as session:
        source = _source(session, visitor, person_id, body, now)
        found = store.head(session, store.visible(session, place, person_id))
        (person,) = store.lock(session, place, found.key)
        yield Telling(session, person, source, now, visitor.user.actor)
        about = f"case:{body.case}" if body.case is not None else f"person:{person.key}"
        what = request.url.path.rpartition("/")[2]
        audit.note(session, place, now, visitor.user.actor, "record_changed", about, what)


def _source(session: Session, visitor: Visitor, person_id: int, body: FromWhom, now: datetime) -> Source:
    place = visitor.user.place
    if body.case is not None:
        case = take(session, cases.case(session, place, body.case).key, now)
        people = store.members(session, store.head(session, store.visible(session, place, person_id)))
        if case.person_id not in {one.key for one in people}:
            raise Refused(
                "That case is not linked to this person. Say it without the case, or link it first."
            )
    until = None
    if body.until != "":
        if body.until.year > LAST_YEAR:
            raise Refused(f"Say a day before {LAST_YEAR + 1}, or leave it empty: then it has no end.")
        until = datetime.combine(body.until + timedelta(days=1), time(), place_of(session, place).local())
    name = body.source or (visitor.user.name if body.source_kind is SourceKind.hub else "")
    return Source(body.source_kind, name, body.case, until)
