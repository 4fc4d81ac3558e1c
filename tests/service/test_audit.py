"""Who looked at what is written with the look, and the ticker lays the chain afterwards."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import select

from hub import audit, audit_proof
from hub.actors import Actor
from hub.audit import Audit
from hub.db import Database
from tests.service.conftest import PLACE
from tests.stage import StageClock
from tests.story import START
from workers.ticker import Ticker

JAY = Actor("user:1", "Jay Osei")


@pytest.fixture
def db(laid_out: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "audit.sqlite3"
    shutil.copy(laid_out, file)
    made = Database(f"sqlite:///{file}")
    yield made
    made.close()


def look(db: Database, *subjects: str) -> None:
    with db.write() as session:
        for subject in subjects:
            audit.note(session, PLACE, START, JAY, "opened case", subject)


def ticker(db: Database) -> Ticker:
    return Ticker(cast(Any, SimpleNamespace(hub=SimpleNamespace(db=db, clock=StageClock(START)))))


def test_a_row_says_who_and_what_but_no_name(db: Database) -> None:
    look(db, "case:12")
    with db.read() as session:
        (row,) = session.exec(select(Audit)).all()
    assert (row.actor, row.action, row.subject, row.at) == ("user:1", "opened case", "case:12", START)
    assert "Jay" not in repr(row.model_dump())
    assert row.link is None, "looking never waits for the chain"


def test_a_look_that_came_to_nothing_is_not_written(db: Database) -> None:

    def fail() -> None:
        with db.write() as session:
            audit.note(session, PLACE, START, JAY, "opened case", "case:12")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with db.read() as session:
        assert session.exec(select(Audit)).first() is None


def test_the_ticker_lays_the_chain_and_only_over_what_is_new(db: Database) -> None:
    look(db, "case:1", "case:2")
    assert ticker(db).lay_chain() == 2
    assert ticker(db).lay_chain() == 0
    look(db, "case:3")
    assert ticker(db).lay_chain() == 1
    with db.read() as session:
        assert audit_proof.prove(session).holds
        links = [row.link for row in session.exec(select(Audit).order_by(Audit.nth))]  # type: ignore[arg-type]
    assert len(set(links)) == 3


def test_a_long_night_is_laid_in_rounds(db: Database) -> None:
    look(db, *(f"case:{nth}" for nth in range(501)))
    assert [ticker(db).lay_chain() for _ in range(3)] == [500, 1, 0]
    with db.read() as session:
        assert audit_proof.prove(session).holds


def test_the_same_look_twice_makes_two_links(db: Database) -> None:
    look(db, "case:1", "case:1")
    ticker(db).lay_chain()
    with db.read() as session:
        first, second = session.exec(select(Audit)).all()
    assert first.link != second.link
