"""What is known of a person as one line each, for whoever takes care of them now."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from records.model import Case
from records.people import rules, store
from records.people.fact_model import ANY, Fact, FactKind, Says
from records.people.model import FROM
from records.people.standing import standing
from records.read_back import is_read_back

TITLES: Mapping[FactKind, str] = {
    FactKind.communication: "How to talk with them",
    FactKind.staff_safety: "Safety of our own people",
    FactKind.plan: "Plans",
    FactKind.allergy: "Allergies",
    FactKind.medicine: "Medicines of note",
    FactKind.frailty: "Frailty",
    FactKind.condition: "Conditions",
    FactKind.at_risk: "At risk",
    FactKind.depends: "Who depends on them",
}


def words_of(fact: Fact) -> str:
    """Pure."""
    title = "none known" if fact.about == ANY and fact.says is Says.absent else fact.about
    is_no = fact.about == ANY or fact.about.casefold().startswith(("no ", "nil ", "none "))
    absent = "" if fact.says is Says.present or is_no else ": said not to be so"
    return f"{title[:1].upper()}{title[1:]}{absent}{f': {fact.value}' if fact.value else ''}"


def from_whom(fact: Fact) -> str:
    """Pure."""
    return fact.source or FROM[fact.source_kind]


def known_in(
    session: Session, case: Case, now: datetime, kinds: Collection[FactKind]
) -> dict[FactKind, list[str]]:
    """By kind, what stands of the person whom a case is about, each with its source; nothing before two identifiers are
    read back (S14), nor of what is sealed (S18). A kind that is not there is not known, and never none (S8)."""
    person = store.of_case(session, case) if is_read_back(case) else None
    if person is None:
        return {}
    facts = [one for one in standing(session, person, case.key) if not rules.is_over(one, now)]
    found = {kind: [_line(one) for one in facts if one.kind is kind] for kind in FactKind if kind in kinds}
    return {kind: lines for kind, lines in found.items() if lines}


def _line(fact: Fact) -> str:
    more = f" ({fact.words[:200]})" if fact.words else ""
    dated = f", {fact.dated:%d %b %Y}" if fact.dated else ""
    return f"{words_of(fact)}{more} – {from_whom(fact)}{dated}"
