"""Alembic's entry: which tables there are, and how to reach the database."""

from alembic import context
from sqlalchemy import create_engine, event, pool
from sqlmodel import SQLModel

from migrations import models

assert models.ALL  # importing them fills the metadata


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        # With foreign keys on, batch mode's copy of a table silently deletes what hangs on the old one.
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys=OFF"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                context.execute("SELECT pg_advisory_xact_lock(4711)")  # two releases at once take turns
            context.run_migrations()
    engine.dispose()


run()
