"""S14: a case is linked to a person once two identifiers are read back: by itself where exactly one person fits, by
hand otherwise; and unlinked where it was another person."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub import audit
from hub.actors import HUB, Actor
from hub.db import attempt
from hub.errors import Conflict, Refused
from records import alarms, deaths, read_back
from records.in_error import enter_in_error
from records.model import Case, CaseState, Outcome, Task
from records.people import learning, rules, service, store
from records.people.died import died
from records.people.link_model import CaseLink, LinkedBy
from records.people.model import (
    Person,
)
from records.service import Due, owe, take, write_line

WRONG_PERSON = "wrong_person"
TELL_WITHIN = timedelta(minutes=30)
"""So long has somebody to see that what went out about a wrong person is marked as entered in error. [LOCAL]"""


def may_be(session: Session, case: Case) -> list[tuple[Person, rules.Who, bool]]:
    """Whoever has its NHS number or date of birth, and whether it is about them by what was read back; those first.
    Before two identifiers are read back it is about nobody."""
    if not read_back.is_read_back(case):
        return []
    people = store.who_may_be(session, case.place, case.nhs_number, case.born)
    if not people:
        return []
    said, known = store.who_of_case(case), store.whos(session, case.place, people)
    read = read_back.fields(case)
    found = [(one, known[one.key], rules.is_person(said, known[one.key], read)) for one in people]
    return sorted(found, key=lambda one: not one[2])


def fitting(session: Session, case: Case) -> list[Person]:
    return [person for person, _, fits in may_be(session, case) if fits]


def link_by_rule(session: Session, case: Case, now: datetime) -> None:
    """Where exactly one person fits, and nobody has linked the case yet, nor unlinked it from them as wrong. A fault in
    it undoes itself alone: what the caller says is kept whatever becomes of the record."""
    if case.person_id is not None or not read_back.is_read_back(case):
        return
    found = fitting(session, case)
    if len(found) != 1 or _was_wrong(session, case, found[0]):
        return
    because = f"{read_back.words(read_back.fields(case))} read back, and nobody else fits"
    attempt(session, lambda inner: _link(inner, case, found[0], LinkedBy.rule, because, now, HUB))


def link(session: Session, case: Case, person: Person, why: str, now: datetime, actor: Actor) -> None:
    """By hand. Raises `Refused` before the read-back or without a word why, `Conflict` where it is linked already."""
    _must_be_read_back(case)
    if not why.strip():
        raise Refused("Say how you know that it is this person; the reason is kept.")
    _link(session, case, store.head(session, person), LinkedBy.hand, why.strip(), now, actor)


def make_from(session: Session, case: Case, now: datetime, actor: Actor) -> Person:
    """Nobody fits: the person of this case is new to the record. Raises `Refused` before the read-back, and `Conflict`
    where somebody fits."""
    _must_be_read_back(case)
    if fitting(session, case):
        raise Conflict("Somebody on record fits what was read back. Look, and link the case to them.")
    person = service.make(session, case.place, case.born, now, actor, case)
    _link(session, case, person, LinkedBy.hand, "new to the record", now, actor)
    return person


def make_by_rule(session: Session, case: Case, because: str, now: datetime) -> Person:
    """The same by the hub itself, where another record knows whoever was read back, and ours does not."""
    person = service.make(session, case.place, case.born, now, HUB, case)
    read = read_back.words(read_back.fields(case))
    _link(session, case, person, LinkedBy.rule, f"{read} read back, {because}", now, HUB)
    return person


def unlink(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> CaseLink:
    """It was another person. All that was put on their record in this case is marked as entered in error here, and at
    every record server that it went to; until then the ended link has no `told_at`. The read-back is taken away, and
    somebody owes to see to it. Raises `Refused`, `Conflict`."""
    if not why.strip():
        raise Refused("Say how you know that it was another person; the reason is kept.")
    case = take(session, case.key, now)
    linked = store.link_of(session, case.key)
    if linked is None:
        raise Conflict("This case is linked to nobody.")
    _lock(session, case, linked.person_id)
    _is_wrong(session, linked, why.strip(), now, actor)
    read_back.tick(session, case, (), now, actor)
    linked.ended_why = why.strip()[:300]
    session.add(linked)
    _must_be_seen_to(session, case, why, now, actor)
    audit.note(
        session, case.place, now, actor, "person_unlinked", f"person:{linked.person_id}", f"case:{case.key}"
    )
    return linked


def told(session: Session, case_id: int, now: datetime) -> None:
    """What went out while it was linked to a wrong person is marked as entered in error at the other end too."""
    for linked in store.links_of(session, case_id):
        if linked.wrong and linked.told_at is None:
            linked.told_at = now
            session.add(linked)
            alarms.end(session, linked.place, WRONG_PERSON, case_id, now)


def _must_be_read_back(case: Case) -> None:
    if not read_back.is_read_back(case):
        raise Refused("Read two identifiers back first: until then nobody knows whose record this is.")


def _was_wrong(session: Session, case: Case, person: Person) -> bool:
    family = {one.key for one in store.members(session, person)}
    return any(one.wrong and one.person_id in family for one in store.links_of(session, case.key))


def _link(
    session: Session, case: Case, person: Person, how: LinkedBy, because: str, now: datetime, actor: Actor
) -> None:
    case = take(session, case.key, now)
    if case.person_id is not None:
        raise Conflict("This case is linked to a person already. Unlink it first if that is wrong.")
    _must_be_read_back(case)  # as it is now that it is locked
    person = _lock(session, case, person.key)
    _not_theirs_after_all(session, case, person, now, actor)
    session.add(
        CaseLink(
            place=case.place,
            case_id=case.key,
            person_id=person.key,
            how=how,
            because=because[:300],
            by=actor.name,
            at=now,
        )
    )
    case.person_id = person.key
    session.add(case)
    session.flush()
    learning.learn(session, case, person, now, actor)
    ended = case.state is CaseState.closed or case.outcome is Outcome.died
    if died(session, person) is not None and not ended:
        deaths.ask_whether(session, case, deaths.ON_RECORD, now)
    words = f"Linked to the record of this person: {because}."
    write_line(session, case.key, now, actor, "person_linked", words[:400])
    audit.note(session, case.place, now, actor, "person_linked", f"person:{person.key}", f"case:{case.key}")


def _lock(session: Session, case: Case, person_id: int) -> Person:
    """Together with all of whom something was said in this case: it may turn out to be an error. In one order."""
    others = {row.person_id for row in service.said_in(session, case.key)} - {person_id}
    return store.lock(session, case.place, person_id, *others)[0]


def _not_theirs_after_all(session: Session, case: Case, person: Person, now: datetime, actor: Actor) -> None:
    """It was linked to somebody else before, until what was read back had changed: that was a wrong person."""
    family = {one.key for one in store.members(session, person)}
    before = next(iter(store.links_of(session, case.key)), None)
    if before is not None and not before.wrong and before.person_id not in family:
        why = "the case is about somebody else"
        _is_wrong(session, before, why, now, actor)
        _must_be_seen_to(session, case, why, now, actor)


def _is_wrong(session: Session, linked: CaseLink, why: str, now: datetime, actor: Actor) -> None:
    linked.wrong = True
    session.add(linked)
    for row in service.said_in(session, linked.case_id):
        service.enter_in_error(session, row, f"Another person: {why}", now, actor)


def _must_be_seen_to(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    """At every record server, by itself; and by somebody, who sees that it is. A closed case owes nothing: there the
    board rings until somebody takes it."""
    if session.info.get("record_servers"):
        enter_in_error(session, case.key, now, actor, why)
    words = "This was linked to a wrong person. See that what went out is marked as entered in error."
    if case.state is CaseState.closed:
        alarms.ring(session, case.place, WRONG_PERSON, case.key, f"{case.ref}: {words}", now, case)
        return
    task = Task(place=case.place, opened_at=now, case_id=case.key, words=words)
    owe(session, task, now, HUB, words, Due("task", now + TELL_WITHIN))
