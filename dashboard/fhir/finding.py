"""A search carried out: a page of what is asked for, and where the next begins. Bounded in what is found and in what is
looked through; stable, because it goes by the numbers of rows."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from records.fhir.asked import Asked, is_it, numbers, since, span
from records.fhir.kinds import PAGES, Face, Narrow, Page, born_in, family, of_heads
from records.fhir.written import NHS_NUMBER, Resource
from records.model import Assessment
from records.people.model import NHS_NUMBER as OUR_NHS_NUMBER

AT_ONCE = 100
MOST_ROWS = 1_000
OPEN_CASES = {
    "Encounter": frozenset({"arrived", "triaged", "in-progress"}),
    "ServiceRequest": frozenset({"active"}),
}
"""The states of what is not closed (`records.fhir.resources`): of years, only these few are then looked through."""
Cursor = tuple[int, int]
"""The number of a row, and how many of what was made of it have been given."""


@dataclass(frozen=True)
class Found:
    """`after`: where the next page begins; None where there is none."""

    resources: list[Resource]
    after: Cursor | None


def find(session: Session, face: Face, asked: Asked, after: Cursor, page: Page | None = None) -> Found:
    narrow = _narrowed(session, face, asked)
    if narrow is None:
        return Found([], None)
    page, asked = page or PAGES[asked.kind], of_heads(session, face, asked)
    found: list[Resource] = []
    looked = 0
    while True:
        begins = Narrow(**{**vars(narrow), "first": after[0]})
        made = page(session, face, begins, AT_ONCE)
        for row, resources in made:
            given = after[1] if row == after[0] else 0
            for nth, one in enumerate(resources[given:], start=given):
                if is_it(asked, one):
                    if len(found) == asked.count:
                        return Found(found, (row, nth))
                    found.append(one)
        if len(made) < AT_ONCE:
            return Found(found, None)
        after = (made[-1][0] + 1, 0)
        looked += len(made)
        if looked >= MOST_ROWS:
            return Found(found, after)


def _narrowed(session: Session, face: Face, asked: Asked) -> Narrow | None:
    """What the query itself can leave out; None where nothing can be it. `asked.is_it` still has the last word."""
    people = _people(session, face, asked) if asked.kind != "Patient" else _born(session, face, asked)
    only = _only(session, asked)
    encounters = asked.values("encounter")
    cases = numbers(encounters[0], "Encounter") if encounters and asked.kind == "Task" else None
    if () in (people, only, cases):
        return None
    statuses = asked.values("status")
    open_states = OPEN_CASES.get(asked.kind, frozenset())
    return Narrow(
        only=only,
        people=people,
        since=since(asked, "date" if asked.kind == "AuditEvent" else "_lastUpdated"),
        open_only=any(open_states.issuperset(values) for values in statuses),
        cases=cases,
        identifier=_identifier(asked),
        ref=_ref(asked),
    )


def _people(session: Session, face: Face, asked: Asked) -> tuple[int, ...] | None:
    wanted = asked.values("patient", "subject")
    if not wanted:
        return None
    return tuple(
        sorted({one for number in numbers(wanted[0], "Patient") for one in family(session, face, number)})
    )


def _born(session: Session, face: Face, asked: Asked) -> tuple[int, ...] | None:
    """Whoever can be it by the index of days of birth, where they are few."""
    wanted = asked.values("birthdate")
    if not wanted or len(wanted[0]) != 1:
        return None
    prefix, first, after = span(wanted[0][0])
    return born_in(session, face, first.date(), after.date(), MOST_ROWS) if prefix == "eq" else None


def _only(session: Session, asked: Asked) -> tuple[int, ...] | None:
    ids, encounters = asked.values("_id"), asked.values("encounter")
    of_encounter = numbers(encounters[0], "Encounter") if encounters and asked.kind != "Task" else None
    if not ids:
        return of_encounter
    if asked.kind != "Observation":
        return numbers(ids[0])
    assessments = numbers([one.partition("-")[0] for one in ids[0]])
    return tuple(session.exec(select(Assessment.case_id).where(col(Assessment.id).in_(assessments))))


def _identifier(asked: Asked) -> tuple[str | None, str] | None:
    """Of a person, where it is one; None for its system, where that is not said."""
    wanted = asked.values("identifier")
    if asked.kind != "Patient" or not wanted or len(wanted[0]) != 1:
        return None
    system, bar, value = wanted[0][0].rpartition("|")
    if not value or (bar and not system):
        return None
    if not bar:
        return None, value
    return (OUR_NHS_NUMBER if system == NHS_NUMBER else system), value


def _ref(asked: Asked) -> str | None:
    """Of a case: the first part of our own identifiers."""
    wanted = asked.values("identifier")
    if asked.kind == "Patient" or not wanted or len(wanted[0]) != 1:
        return None
    return wanted[0][0].rpartition("|")[2].partition("-")[0] or None
