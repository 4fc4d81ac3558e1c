"""S8: what the record of this person answers to a question that it may answer, by the words of the house file. Only a
worse answer is ever in that table's gift: what the record does not have, or says is not so, answers nothing."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time

from sqlmodel import Session, col, select

from protocols.model import House
from records.model import Case
from records.people import rules, store
from records.people.fact_model import Fact, FactKind, Says
from records.people.model import Person
from triage.past import Said

EVER = frozenset({FactKind.condition})
"""What they once had still answers; how long an answer holds is the question's own word."""


def said_on_record(session: Session, house: House, case: Case, questions: Collection[str]) -> list[Said]:
    """Of the person whom the case is linked to; nothing that is sealed, or was said in a sealed case (S18)."""
    if case.person_id is None or not house.record_says or not questions:
        return []
    person = store.head(session, session.get_one(Person, case.person_id))
    facts = store.rows(session, Fact, [one.key for one in store.members(session, person)], ())
    sealed = store.sealings(session, [fact.key for fact in facts])
    shut = _shut(session, facts, case)
    return answered(
        house,
        case,
        [fact for fact in facts if fact.key not in sealed and fact.case_id not in shut],
        questions,
    )


def _shut(session: Session, facts: Sequence[Fact], case: Case) -> set[int | None]:
    others = {fact.case_id for fact in facts if fact.case_id not in (None, case.key)}
    found = select(Case.id).where(col(Case.id).in_(others), col(Case.sealed))
    return set(session.exec(found)) if others else set()


def answered(house: House, case: Case, facts: Iterable[Fact], questions: Collection[str]) -> list[Said]:
    """Pure."""
    found = []
    for fact in rules.standing(list(facts)):
        if not _counts(fact, case):
            continue
        at = datetime.combine(fact.dated, time(12), UTC) if fact.dated else fact.recorded_at
        by = ", ".join(part for part in (fact.source, fact.author) if part) or "their record"
        for question in questions:
            for answer, words in house.record_says.get(question, {}).items():
                if matches(fact, words):
                    found.append(Said(question, answer, at, by, case.key, case.ref))
    return found


def _counts(fact: Fact, case: Case) -> bool:
    over = fact.valid_until is not None and fact.valid_until <= case.clock_start and fact.kind not in EVER
    return fact.says is Says.present and not over


def matches(fact: Fact, words: Iterable[str]) -> bool:
    """By what it is about, or by that and its value: `cancer`, `rockwood 7`. Pure."""
    own = " ".join(fact.about.casefold().split())
    valued = f"{own} {' '.join(fact.value.casefold().split())}"
    return any(word.casefold() in (own, valued) for word in words)
