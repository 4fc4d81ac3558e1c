"""S8: what the record of this person answers to a question that it may answer, by the words of the house file. Only a
worse answer is ever in that table's gift: what the record does not have, or says is not so, answers nothing."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time

from sqlalchemy import func
from sqlmodel import Session

from protocols.model import House
from records.model import Case
from records.people import rules, store
from records.people.fact_model import Fact, FactKind, Says
from records.people.standing import standing
from triage.past import Said

EVER = frozenset({FactKind.condition})
"""What they once had still answers; how long an answer holds is the question's own word."""
EVER_READ = "|Condition/"
"""The same of one that is read and restricted, so that it is of another kind here."""


def said_on_record(session: Session, house: House, case: Case, questions: Collection[str]) -> list[Said]:
    """Of the person whom the case is linked to; nothing that is sealed, or was said in a sealed case (S18)."""
    person = store.of_case(session, case) if house.record_says and questions else None
    if person is None:
        return []
    words = [word for name in questions for said in house.record_says.get(name, {}).values() for word in said]
    facts = standing(session, person, case.key, func.lower(Fact.about).in_(abouts(words)))
    return answered(house, case, facts, questions)


def abouts(words: Iterable[str]) -> set[str]:
    """All that a fact which fits one of these words may be about: `rockwood 7` is a value of `rockwood` too. Pure."""
    parts = [word.casefold().split() for word in words]
    return {" ".join(part[:upto]) for part in parts for upto in range(1, len(part) + 1)}


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
    is_over = fact.valid_until is not None and fact.valid_until <= case.clock_start
    over = is_over and fact.kind not in EVER and EVER_READ not in (fact.outside_id or "")
    return fact.says is Says.present and not over


def matches(fact: Fact, words: Iterable[str]) -> bool:
    """By what it is about, or by that and its value: `cancer`, `rockwood 7`. Pure."""
    own = " ".join(fact.about.casefold().split())
    valued = f"{own} {' '.join(fact.value.casefold().split())}"
    return any(word.casefold() in (own, valued) for word in words)
