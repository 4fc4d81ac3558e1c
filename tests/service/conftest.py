"""A training place laid out with the demo's people, copied fresh for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import demo
from hub.db import Database
from tests.desk import Desk
from tests.story import START

PLACE = "training"


@pytest.fixture(scope="session")
def laid_out(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the demo's people in it."""
    file = tmp_path_factory.mktemp("laid_out") / "laid_out.sqlite3"
    shutil.copy(migrated_sqlite, file)
    db = Database(f"sqlite:///{file}")
    with db.write() as session:
        demo.lay_out(session, PLACE, START)
    db.close()  # the last to leave folds SQLite's log into the file
    assert not file.with_name(f"{file.name}-wal").exists()
    return file


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    opened = Desk(tmp_path, database_url)
    yield opened
    opened.hub.db.close()


@pytest.fixture
def sqlite_desk(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    """For what is the same on both databases."""
    opened = Desk(tmp_path, sqlite_url)
    yield opened
    opened.hub.db.close()
