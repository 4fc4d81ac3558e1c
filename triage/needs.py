"""Several needs on one call (S11): which protocols are asked and which are done, and what they come to together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from hub.errors import NotFound
from protocols.engine import dropped
from protocols.loader import Library
from protocols.model import House
from protocols.verdict import Verdict, unite
from records.lifecycles import AssessmentState
from records.model import Assessment, Call, Case, HandOver
from records.store import rows_of
from triage import asked
from triage.versions import exact, record_of

ASKED = (AssessmentState.taking, AssessmentState.finished)


@dataclass(frozen=True)
class Need:
    """One protocol of this call, as the screen lists it."""

    assessment: int
    title: str
    state: str
    says: str
    label: str
    is_shown: bool


def on_call(session: Session, call: Call) -> list[Assessment]:
    """What is being asked, and what was finished on this call; in the order in which it was begun."""
    rows = rows_of(session, Assessment, call.case_id) if call.case_id else []
    return [row for row in rows if row.state in ASKED and _belongs(row, call)]


def _belongs(row: Assessment, call: Call) -> bool:
    if row.state is AssessmentState.taking or row.opened_at >= call.opened_at:
        return True
    return row.finished_at is not None and row.finished_at > call.opened_at


def verdicts(session: Session, library: Library, begun: Sequence[Assessment]) -> dict[int, Verdict]:
    """What each comes to so far, by assessment."""
    return {row.key: asked.so_far(session, library, row).verdict for row in begun}


def shown(
    session: Session, begun: Sequence[Assessment], found: Mapping[int, Verdict], wanted: int | None
) -> Assessment | None:
    """The one in the middle of the screen: a red flag nobody has acted on before all else, then the one that was
    asked for, then the newest that is still open."""
    if not begun:
        return None
    taking = [row for row in begun if row.state is AssessmentState.taking]
    if taking and not any(row.to == "999" for row in rows_of(session, HandOver, begun[0].case_id)):
        for row in taking:
            if found[row.key].rank == 0:
                return row
    chosen = next((row for row in begun if row.key == wanted), None)
    return chosen or (taking or list(begun))[-1]


def listed(
    library: Library, begun: Sequence[Assessment], found: Mapping[int, Verdict], middle: Assessment | None
) -> tuple[Need, ...]:
    """For the strip above the questions."""
    return tuple(_need(library, row, found[row.key], row is middle) for row in begun)


def _need(library: Library, row: Assessment, verdict: Verdict, is_shown: bool) -> Need:
    protocol, rank = library.triage.get(row.protocol), library.house.rank
    says = "committed" if row.state is AssessmentState.finished else f"at most {verdict.remaining} to ask"
    if row.state is AssessmentState.taking and verdict.finished:
        says = "answered, not committed"
    return Need(
        assessment=row.key,
        title=protocol.title if protocol else row.protocol.replace("-", " ").capitalize(),
        state=row.state,
        says=says,
        label=library.house.priority(verdict.priority).label if verdict.priority in rank else "",
        is_shown=is_shown,
    )


def at_the_drop(
    session: Session, library: Library, taking: Sequence[Assessment]
) -> tuple[Verdict | None, timedelta | None]:
    """The line is dead: what every open need comes to together, and within which time somebody rings back (S6)."""
    said, within = [], []
    for row in taking:
        try:
            protocol, house = exact(session, library, row)
        except NotFound:
            continue  # the call-back is owed all the same
        said.append(dropped(protocol, house, row.answers, record_of(row)))
        within.append(timedelta(minutes=protocol.dropped_call.within_min))
    return (unite(said), min(within)) if said else (None, None)


def due_at(case: Case, house: House, verdict: Verdict) -> datetime | None:
    """S1: always on the clock of the case, which began when the hub first heard of it."""
    target_min = house.priority(verdict.priority).target_min
    return case.clock_start + timedelta(minutes=target_min) if target_min is not None else None
