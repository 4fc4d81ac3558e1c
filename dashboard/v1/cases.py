"""Cases: listed, found, read, and ended. Opening one is a look that is written down, and names who looked."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from dashboard.v1.case_facts import CaseLine, CaseSeen, case_seen
from dashboard.v1.operations import Answer, Operations, Work
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.tokens import Scope
from records import case_pages, outcomes, store
from records.model import Case, CaseState, Outcome
from records.service import still_in_the_way, take
from triage import rules

cases = Operations("Cases")
MOST = 100
FOUND = 20
Limit = Annotated[int, Query(ge=1, le=MOST)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
Priority = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z0-9_]+$")]


class CasesPage(Answer):
    cases: list[CaseLine]
    next: int | None = Field(description="ask again with `after` this; null where there are no more")


class CasesFound(Answer):
    cases: list[CaseLine]


class Sought(Body):
    """One of them or more; what is found has all that are given."""

    ref: Annotated[str | None, Field(max_length=12, pattern=r"^[0-9A-Za-z]+$")] = None
    nhs_number: Annotated[str | None, Field(max_length=14, pattern=r"^[0-9 -]+$")] = None
    number: Annotated[str | None, Field(max_length=20, pattern=r"^\+?[0-9 ()-]+$")] = None


class Ended(Body):
    """`version`: the case's as you read it; if it has changed since, nothing is done and you read it again."""

    outcome: Outcome
    words: Annotated[Text, Field(max_length=1000)] = ""
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class CaseEnded(Answer):
    case: int
    outcome: Outcome | None = Field(description="null where it goes on")
    closed: bool
    in_the_way: str = Field(
        description="what the case still owes, in a sentence; it closes by itself with the last"
    )


@cases.reads("/cases", Scope.cases_read)
def list_cases(
    work: Work,
    after: After = 0,
    limit: Limit = 50,
    state: CaseState | None = None,
    priority: Priority = None,
) -> CasesPage:
    """Cases in the order of their numbers, a page at a time. Nothing that says who a person is."""
    work.looks_at("cases_listed")
    found = case_pages.page(work.session, work.place, after, limit + 1, state, priority)
    more = found[limit - 1].key if len(found) > limit else None
    return CasesPage(cases=[CaseLine.model_validate(one) for one in found[:limit]], next=more)


@cases.reads("/cases/search", Scope.cases_read, method="POST")
def find_cases(work: Work, body: Sought) -> CasesFound:
    """Find cases by reference, NHS number or telephone number: twenty at most, the newest first."""
    if not (body.ref or body.nhs_number or body.number):
        raise Refused("Say what you look for: ref, nhs_number or number.")
    nhs_number = rules.nhs_number(body.nhs_number) if body.nhs_number else None
    number = rules.phone(body.number) if body.number else None
    ref = body.ref.upper() if body.ref else None
    found = case_pages.found(work.session, work.place, FOUND, ref, nhs_number, number)
    work.looks_at("cases_found", why=", ".join(one.ref for one in found)[:300])
    return CasesFound(cases=[CaseLine.model_validate(one) for one in found])


@cases.reads("/cases/{case_id}", Scope.cases_read)
def read_case(work: Work, case_id: Number, lines: Limit = 50) -> CaseSeen:
    """One case, with what it owes, its visits, offers and texts, and the newest lines of its timeline.

    This look is written down. What is marked as safeguarding is not there (S18).
    """
    seen = case_seen(work, case_id, lines)
    work.looks_at("case_opened", case_id)
    return seen


@cases.does("/cases/{case_id}/outcome", Scope.cases_act)
def say_outcome(work: Work, case_id: Number, body: Ended) -> CaseEnded:
    """Say how a case ended. It closes when it owes nothing more."""
    store.case(work.session, work.place, case_id)
    case = take(work.session, case_id, work.now, body.version)
    outcomes.say(work.session, case, body.outcome, body.words, work.now, work.actor)
    return ended(work, case)


def ended(work: Work, case: Case) -> CaseEnded:
    """How it stands after what was done."""
    work.session.flush()
    in_the_way = still_in_the_way(work.session, case) if case.state is CaseState.open else ""
    closed = case.state is CaseState.closed or (case.outcome is not None and not in_the_way)
    return CaseEnded(case=case.key, outcome=case.outcome, closed=closed, in_the_way=in_the_way)
