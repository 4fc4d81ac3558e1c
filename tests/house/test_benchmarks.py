"""What `make bench` last measured is well-formed, whole, and what the page shows. Times are never tested here."""

import json
from datetime import UTC, datetime

import pytest
from sqlmodel import func, select

from benchmarks import figures, past
from benchmarks.figures import Figure
from dashboard import demo
from hub.db import Database
from records.model import Case

PROMISED = {
    "disposition_to_sms_p50_ms": 30,
    "disposition_to_sms_p99_ms": 120,
    "captures_p99_ms": 50,
    "captures_per_s": 100,
    "growth": 1.25,
    "key_to_answer_p95_ms": 100,
    "autosave_p99_ms": 100,
    "would_become_p95_ms": 15,
    "assign_together_p95_ms": 20,
    "board_100_p50_ms": 10,
    "board_100_p95_ms": 24,
    "board_1000_p99_ms": 80,
    "board_slow_viewer": 1.1,
    "board_paint_p95_ms": 50,
    "reply_to_answer_p95_ms": 150,
    "decisions_per_s": 10_000,
    "decisions_vs_zen": 4,
    "library_proved_s": 20,
    "library_kept_s": 2,
    "reproved_p95_s": 1,
    "big_protocol_proved_s": 60,
    "capture_with_hanging_record_ratio": 1.05,
    "facts_on_screen_p95_ms": 300,
    "referrals_per_s": 50,
    "referrals_p99_ms": 100,
}
REPORTED = {
    "disposition_to_sms_postgresql_p50_ms",
    "disposition_to_sms_postgresql_p99_ms",
    "captures_over_http_p50_ms",
    "captures_over_http_p99_ms",
}


def results() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(figures.RESULTS.read_text())
    return found


def test_every_figure_has_its_floor_and_every_promise_its_bar() -> None:
    found = results()
    found.pop(figures.MACHINE)
    for name, entry in found.items():
        assert set(entry) <= {"value", "floor", "bar"}, name
        assert entry["value"] > 0, name
        assert entry["floor"] > 0, name
    bars = {name: entry["bar"] for name, entry in found.items() if "bar" in entry}
    assert bars == PROMISED
    assert set(found) >= REPORTED


def test_the_machine_is_named_and_nothing_was_left_out() -> None:
    machine = results()[figures.MACHINE]
    assert machine["cores"]
    assert machine["python"]
    said = "The last run was in quick mode" in figures.PAGE.read_text()
    assert machine["quick"] is said, "the page says whether the last run was in full"


def test_the_past_that_growth_is_measured_against_fits_todays_tables(sqlite_url: str) -> None:
    """It is written by hand, column by column: a new column without a default stops the measurement."""
    db, now = Database(sqlite_url), datetime(2026, 3, 2, 9, tzinfo=UTC)
    with db.write() as session:
        demo.lay_out(session, "leeds", now)
        past.lay_down(session, "leeds", now, cases=5, first=1, staff=2)
    with db.read() as session:
        assert session.exec(select(func.count()).select_from(Case)).one() == 5
    db.close()


def test_the_page_shows_the_last_results() -> None:
    page = figures.PAGE.read_text()
    shown = figures.TABLE.search(page)
    assert shown is not None
    assert shown[0] == figures.table(figures.kept())
    assert [figure.name for figure in figures.kept() if f"`{figure.name}`" not in page] == []


def test_every_promise_is_explained_on_the_page() -> None:
    page = figures.PAGE.read_text()
    assert [name for name in PROMISED if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (Figure("some_ms", 30, 1, 30), True),
        (Figure("some_ms", 31, 1, 30), False),
        (Figure("some_per_s", 100, 900, 100), True),
        (Figure("some_per_s", 99, 900, 100), False),
        (Figure("some_ms", 31, 1), True),
    ],
)
def test_what_it_means_to_hold(figure: Figure, holds: bool) -> None:
    assert figure.holds is holds


def test_ranks_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (figures.p50(values), figures.p99(values)) in ((50.0, 99.0), (51.0, 99.0))
    assert figures.p99([7.0]) == 7.0
