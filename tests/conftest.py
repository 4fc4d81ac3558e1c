"""What all tests can ask for. `database_url` runs a test on SQLite and on PostgreSQL alike."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from migrations import upgrade
from tests.fhir_server.hand import fhir, fhir_process
from tests.stage import Postgres, Valkey
from tests.story import START, Story

__all__ = ["fhir", "fhir_process"]

# No test is timed: the first look at a letter of the postcodes reads their file, and a busy machine is no fault.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


DAILY_ON_BOTH = {
    "service": {"test_finding", "test_known", "test_measures", "test_replays", "test_where"},
    "scenarios": {"test_narrow_windows", "test_next", "test_trouble", "test_visit"},
}
"""Where the two databases could differ in what is found, or in who comes first. Everything else of these folders runs
on PostgreSQL in `make soak`; every day's run has all contract tests on both."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        params = getattr(item, "callspec", None)
        on_postgresql = params is not None and params.params.get("database_url") == "postgresql"
        daily = DAILY_ON_BOTH.get(item.path.parent.name)
        if on_postgresql and daily is not None and item.path.stem not in daily:
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh SQLite database with the newest schema."""
    file = tmp_path / "first-point.sqlite3"
    shutil.copy(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database with the newest schema, of each kind in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.close()


@pytest.fixture
def story(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, valkey: Valkey
) -> Iterator[Story]:
    """The whole hub with real parts, and a test's own hands on the clock and the phones. `starts` sets the clock."""
    marker = request.node.get_closest_marker("starts")
    told = Story(tmp_path, database_url, valkey, marker.args[0] if marker else START)
    try:
        yield told
        told.end()
    finally:
        told.close()
