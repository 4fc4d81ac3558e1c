"""What the day came to, counted from the database's rows and, apart from them, from the timeline alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from dispatch.model import Direction, Message, Offer, OfferState
from records.model import Case, CaseState, Timeline

OPENED, STOPPED = "opened", "clock_stopped"
TARGET = timedelta(hours=2)


@dataclass(frozen=True)
class TwoHours:
    """Cases with a clock of two hours whose care has begun: how many, and how many of them in time."""

    begun: int
    in_time: int

    def __str__(self) -> str:
        return f"{self.in_time} of {self.begun}"


def two_hours(session: Session, place: str) -> TwoHours:
    """By the cases' own columns."""
    cases = session.exec(_two_hours(place).where(col(Case.clock_stop).is_not(None)))
    in_time = [case.clock_stop <= case.breach_at for case in cases if case.clock_stop and case.breach_at]
    return TwoHours(len(in_time), sum(in_time))


def two_hours_by_timeline(session: Session, place: str) -> TwoHours:
    """By what was written down as it happened: two hours from the line that opened the case, to the first that
    says that the clock stopped."""
    opened, stopped = (_first_lines(session, place, event) for event in (OPENED, STOPPED))
    keys = {case.key for case in session.exec(_two_hours(place))} & set(stopped)
    return TwoHours(len(keys), sum(stopped[key] - opened[key] <= TARGET for key in keys))


def _first_lines(session: Session, place: str, event: str) -> dict[int, datetime]:
    found = select(Timeline.case_id, func.min(Timeline.at)).where(
        Timeline.place == place, Timeline.event == event
    )
    return dict(session.exec(found.group_by(col(Timeline.case_id))).all())


def _two_hours(place: str) -> SelectOfScalar[Case]:
    return select(Case).where(Case.place == place, Case.priority == "two_hours")


def open_cases(session: Session, place: str) -> int:
    counted = select(func.count()).select_from(Case).where(Case.place == place, Case.state == CaseState.open)
    return int(session.exec(counted).one())


def lines(session: Session, place: str) -> Sequence[str]:
    cases = dict(
        session.exec(select(Case.state, func.count()).where(Case.place == place).group_by(Case.state)).all()
    )
    texts = session.exec(select(Message.direction, func.count()).group_by(Message.direction)).all()
    offers = session.exec(select(Offer.state, func.count()).group_by(Offer.state)).all()
    said = dict(texts)
    return (
        f"cases: {sum(cases.values())} in all, {cases.get(CaseState.open, 0)} open",
        f"two hours: {two_hours(session, place)} in time; by the timeline {two_hours_by_timeline(session, place)}",
        f"texts: {said.get(Direction.out, 0)} out, {said.get(Direction.in_, 0)} in",
        "offers: " + ", ".join(f"{n} {OfferState(state).value}" for state, n in offers),
    )
