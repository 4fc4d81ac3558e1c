"""What earlier cases of the same person say, once two identifiers are read back (S14). Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from protocols.model import UNKNOWN, Answer
from records import seen
from records.model import Call, Case
from records.read_back import is_read_back
from triage import store
from triage.alike import is_same, may_be_same

WITHIN = timedelta(days=730)
"""What was said before that is too old to go by. [LOCAL]"""
MOST = 40


@dataclass(frozen=True)
class Past:
    """`cases`: surely this person's, the newest first, none before the read-back. `may_be` counts all that look like
    theirs, `doubtful` those of them that something speaks against, `older` those that are too old."""

    may_be: int = 0
    cases: tuple[Case, ...] = ()
    doubtful: int = 0
    older: int = 0


@dataclass(frozen=True)
class Said:
    """One answer to one question, the newest time it was given; `by` is empty where the caller gave no name."""

    question: str
    answer: Answer
    at: datetime
    by: str
    case: int
    ref: str


def past_of(session: Session, own: Case, now: datetime) -> Past:
    """Other cases of the person whom this one is about; none that is sealed for whoever asks and may not see it, and no
    count shows it (S18)."""
    like = [
        case
        for case in store.cases_of_person(session, own)
        if may_be_same(own, case) and seen.sees(session, case)
    ]
    if not is_read_back(own):
        return Past(may_be=len(like))
    theirs = [case for case in like if is_same(own, case)]
    lately = [case for case in theirs if case.clock_start > now - WITHIN][:MOST]
    return Past(len(like), tuple(lately), len(like) - len(theirs), len(theirs) - len(lately))


def said_before(session: Session, cases: Sequence[Case], questions: Iterable[str]) -> list[Said]:
    """What these cases answered to these questions and never took back, the newest first; not known is no answer."""
    by_id = {case.key: case for case in cases}
    given = store.given_before(session, list(by_id), sorted(questions))
    calls = store.calls_about(session, list(by_id)) if given else []
    found: dict[tuple[str, Answer], Said] = {}
    seen: set[tuple[int, str]] = set()
    for one, row in given:
        if (row.key, one.question) in seen:
            continue  # changed in that same assessment: the newest word stood
        seen.add((row.key, one.question))
        if one.answer is None or one.answer == UNKNOWN:
            continue
        case = by_id[row.case_id]
        by = _caller(calls, case, one.at)
        said = Said(one.question, one.answer, one.at, by, case.key, case.ref)
        found.setdefault((said.question, said.answer), said)
    return list(found.values())


def _caller(calls: Sequence[Call], case: Case, at: datetime) -> str:
    """Who was on the line then."""
    call = next((one for one in calls if one.case_id == case.key and one.opened_at <= at), None)
    return ", ".join(part for part in (call.caller_name, call.caller_relation) if part) if call else ""
