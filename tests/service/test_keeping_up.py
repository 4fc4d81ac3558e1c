"""Workers and ticker follow the protocols as the dashboard does (S9): within seconds, and never onto a broken one."""

import shutil
from pathlib import Path

import pytest

from protocols.shelf import READ_EVERY_S
from records.alarms import Alarm
from tests.desk import Desk
from tests.service.test_welfare_times import PROTOCOLS
from workers import app, bench
from workers.app import Pulse
from workers.bench import Bench, set_up


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "protocols"
    shutil.copytree(PROTOCOLS, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def first_alert_s(bench: Bench) -> int:
    """When the coordinator is told that nobody has accepted a visit within the hour."""
    steps = bench.desk.library.escalation["one_hour"].steps
    return next(step.at_s for step in steps if step.kind == "alert")


def test_a_worker_follows_what_changes_and_a_broken_file_leaves_what_was(
    folder: Path, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S9: its own beat looks, each few seconds; the dashboard alone says what is broken."""
    opened = Desk(tmp_path, sqlite_url, protocols=folder)
    worker = set_up(opened.hub, "worker")
    pulse = Pulse(worker, None)
    at = [1000.0]
    for module in (app, bench):
        monkeypatch.setattr(module, "time", type("Time", (), {"monotonic": staticmethod(lambda: at[0])}))
    pulse.beat()
    assert first_alert_s(worker) == 6 * 60
    ladder = folder / "escalation" / "one-hour.yaml"
    sound = ladder.read_text().replace("at: 6 min", "at: 5 min")
    ladder.write_text(sound)
    at[0] += READ_EVERY_S - 1
    pulse.beat()
    assert first_alert_s(worker) == 6 * 60, "not a look at the disk for each piece of work"
    at[0] += 1
    pulse.beat()
    assert first_alert_s(worker) == 5 * 60
    ladder.write_text(sound.replace("at: 5 min", "at: soon"))
    at[0] += 5
    pulse.beat()
    assert worker.shelf.faults
    assert first_alert_s(worker) == 5 * 60, "what was sound before stays in force"
    house = folder / "house.yaml"
    house.write_text(house.read_text().replace("one_hour: {at: [30 min", "one_hour: {at: [20 min"))
    at[0] += 5
    pulse.beat()
    assert worker.desk.library.house.welfare_calls["one_hour"].at_min == (20, 60)
    assert [row for row in opened.rows(Alarm) if row.kind == "protocol"] == [], "not once for each worker"
    opened.hub.db.close()
