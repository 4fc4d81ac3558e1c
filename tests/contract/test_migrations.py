"""The migrations give exactly the schema that the models say, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlmodel import SQLModel

from migrations import config, models, upgrade
from tests.stage import Postgres

assert models.ALL
KINDS = ("sqlite", "postgresql")
INDEXES = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
CHECKS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK%'",
    "postgresql": (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace"
    ),
}
Said = dict[str, list[str]]


def schema_of(connection: Connection) -> Said:
    """The schema in words: each column with its type, key, whether it may be empty; indexes with their WHERE."""
    kind = connection.dialect.name
    look = inspect(connection)
    said: Said = {}
    for table in sorted(look.get_table_names()):
        if table == "alembic_version":
            continue
        lines = [
            f"column {column['name']} {column['type']!r} {'null' if column['nullable'] else 'not null'} "
            f"{column.get('default')}"
            for column in look.get_columns(table)
        ]
        lines.append(f"key {look.get_pk_constraint(table)['constrained_columns']}")
        lines += [
            f"foreign {key['constrained_columns']} → {key['referred_table']}{key['referred_columns']} "
            f"{sorted(key.get('options', {}).items())}"
            for key in look.get_foreign_keys(table)
        ]
        lines += [f"unique {key['column_names']}" for key in look.get_unique_constraints(table)]
        said[table] = lines
    for table, words in connection.execute(text(INDEXES[kind])):
        if table != "alembic_version":
            said[table].append(" ".join(str(words).replace('"', "").split()))
    for table, words in connection.execute(text(CHECKS[kind])):
        said[str(table).strip('"')].append(str(words))
    return {table: sorted(lines) for table, lines in said.items()}


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.run("CREATE DATABASE fp_empty TEMPLATE template0")
    try:
        yield server.url("fp_empty")
    finally:
        server.run("DROP DATABASE fp_empty WITH (FORCE)")


@pytest.fixture
def by_models(empty_url: str) -> Said:
    """The schema that the models make."""
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        said = schema_of(connection)
        SQLModel.metadata.drop_all(connection)
    engine.dispose()
    return said


def schema_at(engine: Engine) -> Said:
    with engine.connect() as connection:
        said = schema_of(connection)
    engine.dispose()
    return said


def test_an_empty_database_gets_exactly_the_schema_of_the_models(empty_url: str, by_models: Said) -> None:
    upgrade(empty_url)
    by_migrations = schema_at(create_engine(empty_url))
    assert set(by_migrations) == set(by_models)
    different = {
        table: sorted(set(by_models[table]) ^ set(by_migrations[table]))
        for table in by_models
        if by_models[table] != by_migrations[table]
    }
    assert not different, f"migrations are stale: {different}"


def test_the_words_would_show_a_partial_index_that_changed(empty_url: str, by_models: Said) -> None:
    """Autogenerate saw neither (findings): so the comparison itself must be able to fail."""
    upgrade(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX position_one_per_responder"))
        connection.execute(
            text(
                "CREATE UNIQUE INDEX position_one_per_responder ON position (responder_id) "
                "WHERE state IN ('accepted')"
            )
        )
    changed = schema_at(engine)
    assert [table for table in by_models if by_models[table] != changed[table]] == ["position"]


def test_upgrading_twice_is_harmless(empty_url: str) -> None:
    upgrade(empty_url)
    first = schema_at(create_engine(empty_url))
    upgrade(empty_url)
    assert schema_at(create_engine(empty_url)) == first


def test_there_is_one_head_and_no_gap() -> None:
    scripts = ScriptDirectory.from_config(config("sqlite://"))
    assert len(scripts.get_heads()) == 1
    walked = [script.revision for script in scripts.walk_revisions()]
    files = list((Path(__file__).parents[2] / "migrations" / "versions").glob("[0-9]*.py"))
    assert len(walked) == len(files)


@pytest.mark.parametrize(
    "index", ["position_one_per_responder", "position_one_next", "offer_one_accepted", "deadline_one_live"]
)
def test_what_must_always_be_true_is_in_the_database(empty_url: str, index: str) -> None:
    """Invariant 3: the database says so, not only the code."""
    upgrade(empty_url)
    lines = [line for lines in schema_at(create_engine(empty_url)).values() for line in lines]
    (found,) = [line for line in lines if f"INDEX {index} " in line]
    assert "UNIQUE" in found
    assert "WHERE" in found
