"""A time as it is said on the telephone."""

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from triage.times_said import until

LEEDS = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 4, 14, 0, tzinfo=LEEDS)


@pytest.mark.parametrize(
    ("words", "says", "why"),
    [
        ("1500", "Wed 15:00", "four digits"),
        ("15:30", "Wed 15:30", "as a clock shows it"),
        ("0800", "Thu 08:00", "it has passed today, so it is tomorrow's"),
        ("8", "Thu 08:00", "an hour alone"),
        ("tomorrow 9", "Thu 09:00", "with its day"),
        ("Tomorrow at 9.15", "Thu 09:15", "with a small word"),
        ("today 3pm", "Wed 15:00", "with its half of the day"),
        ("12 am", "Thu 00:00", "midnight"),
        ("12pm", "Thu 12:00", "noon has passed"),
        ("in 2 h", "Wed 16:00", "from now"),
        ("in 45 min", "Wed 14:45", "from now"),
        ("1400", "Thu 14:00", "now is not later"),
    ],
)
def test_what_is_said(words: str, says: str, why: str) -> None:
    assert f"{until(words, NOW):%a %H:%M}" == says, why


@pytest.mark.parametrize(
    "words", ["", "soon", "24", "9:60", "yesterday 9", "13 pm", "0 am", "-1", "tomorrow", "today 0900"]
)
def test_what_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(Refused):
        until(words, NOW)


def test_the_night_the_clocks_change() -> None:
    """Two in the morning of the last Sunday of March does not exist; eight does, an hour sooner than it looks."""
    eve = datetime(2026, 3, 28, 22, 0, tzinfo=LEEDS)
    assert until("0800", eve).astimezone(UTC) == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


@given(st.text(max_size=12))
def test_whatever_is_typed_it_is_later_or_refused(words: str) -> None:
    with contextlib.suppress(Refused):
        assert until(words, NOW) >= NOW
