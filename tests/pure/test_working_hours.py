"""Hours and rest, by the clock on the wall and by the hours that pass; S22: fatigue is a must."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.working_hours import Span, days_of, in_two_places, span_of, too_much
from hub.access import Role
from hub.on_call import Gap, gaps_of

LEEDS = ZoneInfo("Europe/London")
WEDNESDAY = date(2026, 3, 4)
SEVEN, ONE, SEVEN_PM = time(7), time(13), time(19)


def on(day: int, begins: int, ends: int, month: int = 3) -> Span:
    return span_of(date(2026, month, day), time(begins), time(ends), LEEDS)


@pytest.mark.parametrize(
    ("new", "others", "said"),
    [
        (on(4, 7, 19), [], ""),
        (on(4, 7, 20), [], "13 h is longer than a shift may be (12 h)"),
        (on(4, 13, 19), [on(4, 7, 13)], ""),
        (on(4, 13, 20), [on(4, 7, 13)], "13 h is longer than a shift may be (12 h)"),
        (on(5, 7, 13), [on(4, 7, 20)], ""),
        (on(5, 7, 13), [on(4, 10, 21)], "only 10 h of rest beside Wed 4 Mar 10:00–21:00; it must be 11 h"),
        (on(3, 13, 21), [on(4, 7, 13)], "only 10 h of rest beside Wed 4 Mar 07:00–13:00; it must be 11 h"),
        (on(4, 14, 18), [on(4, 7, 13)], "only 1 h of rest beside Wed 4 Mar 07:00–13:00; it must be 11 h"),
        (on(24, 19, 7, month=10), [], "13 h is longer than a shift may be (12 h)"),
        (on(28, 20, 8), [on(29, 18, 23)], "only 10 h of rest beside Sun 29 Mar 18:00–23:00; it must be 11 h"),
    ],
)
def test_hours_and_rest(new: Span, others: list[Span], said: str) -> None:
    assert too_much(new, others, LEEDS) == said


def test_nobody_is_in_two_places() -> None:
    assert in_two_places(on(4, 12, 18), [on(4, 7, 13)], LEEDS).startswith("they are on shift Wed 4 Mar 07:00")
    assert in_two_places(on(4, 13, 18), [on(4, 7, 13)], LEEDS) == ""


def test_a_night_over_the_change_of_clocks_is_as_long_as_it_is() -> None:
    spring, autumn = on(28, 19, 7), on(24, 19, 7, month=10)
    assert spring.ends_at - spring.starts_at == timedelta(hours=11)
    assert autumn.ends_at - autumn.starts_at == timedelta(hours=13)


def test_a_repeat_is_these_weekdays_and_bounded() -> None:
    assert days_of(WEDNESDAY, [], 4) == [WEDNESDAY]
    days = days_of(WEDNESDAY, [0, 2], 2)
    assert [f"{day:%a %d}" for day in days] == ["Wed 04", "Mon 09", "Wed 11", "Mon 16"]
    assert len(days_of(WEDNESDAY, range(7), 1000)) == 56


def at(hour: int) -> datetime:
    return datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("planned", "gaps"),
    [
        ([(0, 24)], []),
        ([(0, 6), (8, 24)], [(6, 8)]),
        ([(0, 6), (4, 24)], []),
        ([(0, 6)], [(6, None)]),
        ([(-40, -30), (8, 24)], [(-30, 8)]),
        ([(-40, -30), (-20, 24)], []),
        ([(8, 24)], []),
    ],
)
def test_gaps_in_who_is_on_call(planned: list[tuple[int, int]], gaps: list[tuple[int, int | None]]) -> None:
    """S29: a plan begins with its first period; each gap begins where the period before it ended."""
    spans = [(at(begin), at(end)) for begin, end in planned]
    found = gaps_of(Role.manager, spans, at(0), at(24))
    assert found == [Gap(Role.manager, at(b), None if e is None else at(e)) for b, e in gaps]
