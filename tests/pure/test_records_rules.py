"""What closes a case, what is due next of a human, and what stands in the way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.house import WELFARE_CALLS
from records.lifecycles import OWING, Owed
from records.model import Outcome
from records.rules import (
    NAMES,
    Conclusion,
    Live,
    conclude,
    in_the_way,
    latest_safe_departure,
    next_due,
    next_welfare_call,
    warnings,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ROWS = [Live(owed, state) for owed in Owed for state in sorted(OWING[owed])]


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def visit(state: str = "open", due: float = 120, travel: int | None = None) -> Live:
    return Live(Owed.position, state, due_at=at(due), travel_min=travel, stops_clock=True)


@given(st.lists(st.sampled_from(ROWS), max_size=3), st.sampled_from([None, *Outcome]))
def test_a_case_closes_with_an_outcome_and_nothing_owed(rows: list[Live], outcome: str | None) -> None:
    wanted = (
        Conclusion.stay if rows else Conclusion.close if outcome is not None else Conclusion.ask_how_it_ended
    )
    assert conclude(rows, outcome) is wanted


@pytest.mark.parametrize(
    ("travel", "minutes", "why"),
    [(None, 90, "20 min of travel are guessed"), (35, 75, "the real travel"), (0, 110, "next door")],
)
def test_latest_safe_departure_is_due_time_less_travel_less_ten(
    travel: int | None, minutes: int, why: str
) -> None:
    assert latest_safe_departure(at(120), travel) == at(minutes), why


def test_warnings_at_50_75_and_90_per_cent() -> None:
    assert warnings(NOON, at(120)) == [(50, at(60)), (75, at(90)), (90, at(108))]


@pytest.mark.parametrize(
    ("owed", "human", "breach", "stopped", "what", "why"),
    [
        ([visit()], [], 120, False, "latest safe departure", "somebody must have left by then"),
        ([visit("accepted", travel=5)], [], 120, False, "latest safe departure", "accepted is not attended"),
        ([visit("en_route")], [], 120, False, "breach", "they have left: the breach is what is next"),
        ([visit()], [(at(20), "call_back")], 120, False, "call_back", "the call-back comes first"),
        ([visit()], [(at(100), "task")], 120, False, "latest safe departure", "the departure comes first"),
        ([visit()], [], 120, True, None, "care has begun: nothing is late any more"),
        ([], [(at(20), "task")], 120, True, "task", "paper stays due after the clock has stopped"),
        ([], [], None, False, None, "nothing is due"),
        ([visit(due=60), visit(due=120)], [], 60, False, "latest safe departure", "the sooner visit"),
    ],
)
def test_the_next_thing_due_of_a_human(
    owed: list[Live],
    human: list[tuple[datetime, str]],
    breach: int | None,
    stopped: bool,
    what: str | None,
    why: str,
) -> None:
    """S5: the board is sorted by this."""
    found = next_due(owed, human, at(breach) if breach else None, NOON if stopped else None)
    assert (found[1] if found else None) == what, why


@given(
    st.lists(st.integers(-60, 300), max_size=4),
    st.lists(st.integers(30, 480), max_size=3),
    st.one_of(st.none(), st.integers(30, 480)),
)
def test_nothing_that_is_due_sooner_is_passed_over(
    human: list[int], visits: list[int], breach: int | None
) -> None:
    rows = [visit(due=due, travel=due % 40) for due in visits]
    found = next_due(rows, [(at(minutes), "task") for minutes in human], at(breach) if breach else None, None)
    all_due = [at(minutes) for minutes in human] + ([at(breach)] if breach else [])
    all_due += [latest_safe_departure(row.due_at, row.travel_min) for row in rows if row.due_at]
    assert (found[0] if found else None) == min(all_due, default=None)


@pytest.mark.parametrize("owed", Owed)
def test_what_is_in_the_way_is_named(owed: Owed) -> None:
    state = sorted(OWING[owed])[0]
    assert in_the_way([Live(owed, state)], "visited") == f"Still in the way of closing: {NAMES[owed]}."


def test_what_is_in_the_way_is_one_sentence() -> None:
    rows = [Live(Owed.position, "open"), Live(Owed.position, "accepted"), Live(Owed.task, "open", "other")]
    assert in_the_way(rows, None) == (
        "Still in the way of closing: 2 visits that are not done, a task that is still open and how it ended."
    )


def test_the_question_how_it_ended_is_said_once() -> None:
    assert (
        in_the_way([Live(Owed.task, "open", "finish")], None) == "Still in the way of closing: how it ended."
    )
    assert in_the_way([], "visited") == ""


@pytest.mark.parametrize(
    ("priority", "waited_min", "next_min", "why"),
    [
        ("two_hours", 0, 30, "the first"),
        ("two_hours", 29, 30, "the first"),
        ("two_hours", 30, 60, "the first was just due"),
        ("one_hour", 45, 60, "the second"),
        ("two_hours", 60, 120, "then hourly"),
        ("two_hours", 119, 120, "hourly"),
        ("two_hours", 120, 180, "hourly, also when the time is over"),
        ("one_hour", 601, 660, "for as long as they wait"),
        ("same_day", 0, None, "none by default"),
        ("two_days", 90, None, "none by default"),
        ("advice", 0, None, "nobody is coming"),
        (None, 0, None, "not yet known"),
    ],
)
def test_welfare_calls_by_the_cases_own_clock(
    priority: str | None, waited_min: int, next_min: int | None, why: str
) -> None:
    """S4."""
    at = next_welfare_call(NOON, priority, WELFARE_CALLS, NOON + timedelta(minutes=waited_min))
    assert at == (NOON + timedelta(minutes=next_min) if next_min is not None else None), why
