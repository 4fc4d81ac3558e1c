"""When somebody who waits is rung is the house's to say (S4)."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from hub.deadlines import Deadline, DeadlineState
from records.model import CallBack, Case
from tests.desk import Desk
from tests.story import BEST_ANSWERS, VISIT
from workers.ticker import WITH_DESK

PROTOCOLS = Path(__file__).parents[2] / "protocols"
MIN = timedelta(minutes=1)


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    """Of a house that rings those of 2 HOURS after 15 minutes, and then every 45."""
    folder = tmp_path / "protocols"
    shutil.copytree(PROTOCOLS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "house.yaml"
    ours = "two_hours: {at: [15 min], then_every: 45 min}"
    file.write_text(file.read_text().replace("two_hours: {at: [30 min, 60 min], then_every: 60 min}", ours))
    opened = Desk(tmp_path, sqlite_url, protocols=folder)
    yield opened
    opened.hub.db.close()


def next_look(desk: Desk) -> timedelta:
    """After the clock's start."""
    (case,) = desk.rows(Case)
    with desk.hub.db.read() as session:
        live = select(Deadline).where(Deadline.kind == "welfare", Deadline.state == DeadlineState.waiting)
        waited: timedelta = session.exec(live).one().due_at - case.clock_start
    return waited


def test_the_house_says_when_who_waits_is_rung(desk: Desk) -> None:
    """S4: at the disposition, at each look, and when a case is opened again."""
    _, number = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{number}/finish")
    assert next_look(desk) == 15 * MIN
    (case,) = desk.rows(Case)
    for after_min, then_min in ((15, 60), (60, 105)):
        desk.clock.at = case.clock_start + after_min * MIN
        with desk.hub.db.write() as session:
            WITH_DESK["welfare"](session, desk.app.state.desk, case.key, desk.clock.now())
        assert next_look(desk) == then_min * MIN
    assert [row.kind for row in desk.rows(CallBack) if row.who == "handler"] == ["welfare"]
