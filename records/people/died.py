"""Who has died, as somebody said on their record: for what the hub itself does, and for whoever may know (S28, S18)."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from records import seen
from records.people import rules, store
from records.people.fact_model import HAS_DIED, Fact
from records.people.model import Person


def died(session: Session, person: Person) -> date | None:
    """When, as somebody said on their record, whoever asks: what the hub itself must not send any more (S28)."""
    return next((one.died for one in store.members(session, store.head(session, person)) if one.died), None)


def died_of(session: Session, place: str, heads: Collection[Person]) -> dict[int, date]:
    """By head, when they died, as far as whoever asks may know (S18)."""
    head_of = {one.key: head for head, people in store.families(session, heads).items() for one in people}
    said = select(Fact).where(
        col(Fact.person_id).in_(head_of), Fact.about == HAS_DIED, col(Fact.entered_in_error_at).is_(None)
    )
    hidden = seen.hidden(session, place)
    found = [fact for fact in session.exec(said.limit(store.MOST)) if fact.case_id not in hidden]
    sealed = store.sealings(session, [fact.key for fact in found])
    return {
        head_of[fact.person_id]: fact.dated
        for fact in found
        if rules.says_died(fact)
        and fact.dated
        and (fact.key not in sealed or store.sees_sealed(session, fact))
    }
