"""What is due of an escalation protocol: by its times, however late it is looked at."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.escalation import asks_in_words, due_between, next_at, offer_step, opens_at
from protocols.loader import load_library
from protocols.model import EscalationProtocol, EscalationStep

ROOT = Path(__file__).resolve().parents[2]
ESCALATION = load_library(ROOT / "protocols", draft=True).escalation
START = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
MINUTES = st.floats(0, 600, allow_nan=False)
Step = tuple[int, str, str]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def steps(protocol: EscalationProtocol, after: float | None, now: float) -> list[Step]:
    due = due_between(protocol, START, None if after is None else at(after), at(now))
    return [(round((d.at - START).total_seconds() / 60), d.step.kind, d.step.role) for d in due]


TWO_HOURS = [
    (6, "alert", "coordinator"),
    (15, "alert", "coordinator"),
    (15, "alert", "manager"),
    (15, "call", "manager"),
    (30, "alert", "manager"),
    (30, "call", "manager"),
]


@pytest.mark.parametrize("priority", ["one_hour", "two_hours"])
def test_the_ladder_looked_at_each_minute(priority: str) -> None:
    """Safety defaults: coordinator at 6 and 15 min, manager at 15 and 30, rung again each quarter of an hour."""
    found: list[Step] = []
    for minute in range(61):
        found += steps(ESCALATION[priority], minute - 1 if minute else None, minute)
    assert found == [*TWO_HOURS, (45, "call", "manager"), (60, "call", "manager")]


@pytest.mark.parametrize(
    ("after", "now", "expected", "why"),
    [
        (None, 0, [], "nothing at once but the offers"),
        (None, 5.99, [], "not yet"),
        (None, 6, [(6, "alert", "coordinator")], "to the minute"),
        (6, 6, [], "done is done"),
        (6, 15, TWO_HOURS[1:4], "three at once"),
        (None, 16, TWO_HOURS[1:4], "an outage from the start: the coordinator is told once"),
        (
            None,
            180,
            [(15, "alert", "coordinator"), (30, "alert", "manager"), (180, "call", "manager")],
            "three hours' outage: one ring, not eleven",
        ),
        (30, 44, [], "between two rings"),
        (30, 47, [(45, "call", "manager")], "a ring seen late"),
    ],
)
def test_what_is_due_of_two_hours(after: float | None, now: float, expected: list[Step], why: str) -> None:
    assert steps(ESCALATION["two_hours"], after, now) == expected, why


@pytest.mark.parametrize(
    ("priority", "done", "expected"),
    [
        ("two_hours", None, 6),
        ("two_hours", 0, 6),
        ("two_hours", 6, 15),
        ("two_hours", 20, 30),
        ("two_hours", 30, 45),
        ("two_hours", 179, 180),
        ("same_day", 0, 60),
        ("same_day", 180, 240),
        ("two_days", 0, 480),
        ("two_days", 1440, 1680),
    ],
)
def test_when_it_must_be_looked_at_next(priority: str, done: float | None, expected: float) -> None:
    """`done`: its steps are done up to here."""
    assert next_at(ESCALATION[priority], START, None if done is None else at(done)) == at(expected)


def test_a_ladder_without_repeats_has_an_end() -> None:
    ladder = EscalationProtocol(
        "l",
        "1.0.0",
        "draft",
        "L",
        ("two_hours",),
        (EscalationStep("alert", 360, role="manager"),),
        "manager",
        "",
        "",
    )
    assert next_at(ladder, START, at(5)) == at(6)
    assert next_at(ladder, START, at(6)) is None


@pytest.mark.parametrize(
    ("priority", "at_once", "wait_s"),
    [("one_hour", 2, 120), ("two_hours", 1, 240), ("same_day", 1, 900), ("two_days", 1, 7200)],
)
def test_how_offers_are_made(priority: str, at_once: int, wait_s: int) -> None:
    """Safety defaults: 2 min and two at once for 1 HOUR, 4 min one at a time for 2 HOURS, and so on."""
    for minute in (0, 1, 300):
        step = offer_step(ESCALATION[priority], START, at(minute))
        assert (step.kind, step.at_once, step.wait_s) == ("offer", at_once, wait_s)


def test_a_later_offer_step_takes_over_in_its_time() -> None:
    both = (
        EscalationStep("offer", 0, at_once=1, wait_s=240),
        EscalationStep("offer", 600, at_once=3, wait_s=120),
    )
    ladder = EscalationProtocol("l", "1.0.0", "draft", "L", ("two_hours",), both, "manager", "", "")
    assert [offer_step(ladder, START, at(minute)).at_once for minute in (-1, 0, 9, 10, 99)] == [1, 1, 1, 3, 3]


LEEDS = ZoneInfo("Europe/London")
BY_DAY = EscalationStep("offer", at_once=1, wait_s=7200, daytime=(time(8), time(20)))


@pytest.mark.parametrize(
    ("now", "opens", "why"),
    [
        ("2026-03-04T08:00", None, "eight is day"),
        ("2026-03-04T19:59", None, "still day"),
        ("2026-03-04T20:00", "2026-03-05T08:00", "the next morning"),
        ("2026-03-05T03:00", "2026-03-05T08:00", "the same morning"),
        (
            "2026-03-28T22:00",
            "2026-03-29T07:00",
            "by the place's clock, in the night in which it goes forward",
        ),
        ("2026-07-01T07:00", None, "eight in Leeds in summer"),
    ],
)
def test_offers_of_two_days_are_made_in_daytime_only(now: str, opens: str | None, why: str) -> None:
    at, far = (datetime.fromisoformat(f"{one}+00:00") for one in (now, "2026-08-01T00:00"))
    expected = datetime.fromisoformat(f"{opens}+00:00") if opens else None
    assert opens_at(BY_DAY, far, at, LEEDS) == expected, why
    assert opens_at(EscalationStep("offer", at_once=1, wait_s=60), far, at, LEEDS) is None


def test_what_is_due_before_the_morning_could_answer_is_offered_in_the_night() -> None:
    night = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
    assert opens_at(BY_DAY, datetime(2026, 3, 5, 10, 1, tzinfo=UTC), night, LEEDS) is not None
    assert opens_at(BY_DAY, datetime(2026, 3, 5, 10, 0, tzinfo=UTC), night, LEEDS) is None


def test_a_ladder_says_how_it_asks() -> None:
    assert asks_in_words(BY_DAY) == "1 at a time, 120 min each, 08:00 to 20:00 only"
    team = EscalationStep("offer", at_once=2, wait_s=240, team="Leeds Falls Service")
    assert asks_in_words(team) == "all of Leeds Falls Service first, then 2 at a time, 4 min each"


def test_every_priority_with_positions_has_a_ladder() -> None:
    assert {"one_hour", "two_hours", "same_day", "two_days"} <= set(ESCALATION)


@given(st.sampled_from(sorted(ESCALATION)), st.lists(MINUTES, min_size=1, max_size=12))
def test_however_it_is_looked_at_every_step_comes_and_none_twice(priority: str, looks: list[float]) -> None:
    ladder = ESCALATION[priority]
    times = sorted(looks)
    found: list[Step] = []
    for before, now in zip([None, *times], times, strict=False):
        found += steps(ladder, before, now)
    assert len(found) == len(set(found))
    at_once = {(kind, role) for _, kind, role in steps(ladder, None, times[-1])}
    assert at_once == {(kind, role) for _, kind, role in found}


@given(st.sampled_from(sorted(ESCALATION)), MINUTES)
def test_the_next_look_is_after_now_and_misses_nothing(priority: str, now: float) -> None:
    ladder = ESCALATION[priority]
    following = next_at(ladder, START, at(now))
    assert following is not None, "all our ladders go on until somebody has acted"
    assert following > at(now)
    just_before = (following - START).total_seconds() / 60 - 1e-6
    assert steps(ladder, now, just_before) == []
    assert steps(ladder, now, (following - START).total_seconds() / 60)
