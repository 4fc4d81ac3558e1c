"""The one way to the database: what is committed stays, what is not leaves nothing behind, and faults name nobody."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col, select

from dispatch.model import Responder, Shift
from hub.db import Database, as_last_statement, attempt, before_commit
from hub.errors import Conflict
from hub.places import Place
from tests.contract.conftest import NOW, PLACE
from tests.stage import until

ROOT = Path(__file__).resolve().parents[2]
NAME = "Maureen Doyle"


def place(name: str) -> Place:
    return Place(id=name, name=name, training=True, hub_number="+441134960000", public_number="1")


def responder(phone: str, name: str = NAME, place_id: Any = PLACE) -> Responder:
    return Responder(
        place=place_id, name=name, short_name="M.", profession="nurse", skills=["nursing"], phone=phone
    )


def places(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.exec(select(Place.id).order_by(col(Place.id))))


def test_a_block_that_ends_well_is_committed(db: Database) -> None:
    with db.write() as session:
        session.add(place("york"))
    assert places(db) == [PLACE, "york"]


def test_a_block_that_fails_leaves_nothing_and_tells_nobody(db: Database) -> None:
    told: list[object] = []
    db.after_commit.append(told.append)

    def fail() -> None:
        with db.write() as session:
            session.add(place("york"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert places(db) == [PLACE]
    assert not told
    with db.write() as session:
        session.add(place("hull"))
    assert places(db) == ["hull", PLACE]
    assert len(told) == 1


def test_a_write_inside_a_write_is_refused(db: Database) -> None:
    with db.write() as outer:
        with pytest.raises(RuntimeError, match="a write inside a write"), db.write():
            pytest.fail("it was let in")
        outer.add(place("york"))
    assert "york" in places(db)


def test_a_read_inside_a_write_sees_what_is_committed_alone(db: Database) -> None:
    with db.write() as session:
        session.add(place("york"))
        session.flush()
        assert places(db) == [PLACE]
    assert places(db) == [PLACE, "york"]


def test_a_read_is_one_snapshot(db: Database) -> None:
    with db.read() as session:
        before = list(session.exec(select(Place.id)))
        with db.write() as other:
            other.add(place("york"))
        assert list(session.exec(select(Place.id))) == before


def test_a_read_cannot_write(db: Database) -> None:

    def write() -> None:
        with db.read() as session:
            session.add(place("york"))
            session.flush()

    with pytest.raises(DBAPIError):
        write()
    assert places(db) == [PLACE]


def test_what_is_done_before_commit_belongs_to_it(db: Database) -> None:
    order: list[str] = []

    def note(word: str) -> Callable[[Session], None]:
        return lambda _session: order.append(word)

    with db.write() as session:
        as_last_statement(session, note("last"))
        before_commit(session, "a", note("a"))
        before_commit(session, "a", note("never: a is there already"))
        before_commit(session, "b", lambda s: before_commit(s, "c", note("c")))
        order.append("block")
    assert order == ["block", "a", "c", "last"]


def test_what_must_come_before_the_rest_is_done_first(db: Database) -> None:
    order: list[str] = []
    with db.write() as session:
        before_commit(session, "conclude", lambda _: order.append("conclude"))
        before_commit(session, "seek", lambda _: order.append("seek"), first=True)
        before_commit(session, "conclude", lambda _: order.append("never: it is there already"), first=True)
    assert order == ["seek", "conclude"]


def test_an_attempt_that_fails_undoes_itself_alone(db: Database) -> None:
    """Rows, and what the transaction was to say and do afterwards; what came before it is committed."""

    def half_done(session: Session) -> None:
        session.add(place("hull"))
        session.flush()
        session.info["effects"].append("for nobody")
        before_commit(session, "after", lambda _: pytest.fail("of something undone"))
        session.add(place("hull"))
        session.flush()

    with db.write() as session:
        session.add(place("york"))
        session.info["effects"] = []
        assert not attempt(session, half_done)
        assert session.info["effects"] == []
        assert attempt(session, lambda session: session.add(place("bradford")))
    assert set(places(db)) == {"bradford", PLACE, "york"}


def test_only_a_unique_index_means_that_somebody_else_was_first(db: Database) -> None:
    with db.write() as session:
        session.add(responder("+447700900141"))
    with pytest.raises(Conflict) as said, db.write() as session:
        session.add(responder("+447700900141"))
    assert NAME not in str(said.value)
    assert "900141" not in str(said.value)
    with pytest.raises(Conflict), db.write() as session:
        session.add(place(PLACE))


def missing_parent(session: Session) -> None:
    session.add(Shift(place=NAME, responder_id=99, starts_at=NOW, ends_at=NOW, skills="||"))


def missing_value(session: Session) -> None:
    session.add(responder("+447700900142", place_id=None))


@pytest.mark.parametrize("fault", [missing_parent, missing_value])
def test_foreign_key_and_not_null_stay_bugs_and_name_nobody(
    db: Database, fault: Callable[[Session], None]
) -> None:
    with pytest.raises(IntegrityError) as said, db.write() as session:
        fault(session)
    for word in (NAME, "900142"):
        assert word not in str(said.value), "a driver's text names people"
        assert word not in repr(said.value.orig)
    assert said.value.__suppress_context__, "the driver's own error would be printed with it"


def test_looked_at_again_when_somebody_else_was_first(db: Database) -> None:
    tries: list[int] = []

    def act(session: Session) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Conflict("somebody else was first")
        session.add(place("york"))
        return "done"

    assert db.write_again(act) == "done"
    assert len(tries) == 3
    assert "york" in places(db)


def test_looking_again_has_an_end(db: Database) -> None:
    tries: list[int] = []

    def never(_session: Session) -> None:
        tries.append(1)
        raise Conflict("somebody else was first")

    with pytest.raises(Conflict):
        db.write_again(never, times=2)
    assert len(tries) == 2


def test_many_writers_lose_nothing(db: Database) -> None:
    def write(nth: int) -> None:
        for i in range(10):
            with db.write() as session:
                session.add(place(f"p{nth}-{i}"))

    threads = [threading.Thread(target=write, args=(nth,)) for nth in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(places(db)) == 61


def test_two_that_wait_for_each_other_end_with_one_who_looks_again(db: Database) -> None:
    """A deadlock is no fault of the caller: PostgreSQL ends one of the two, who is told to look again. On SQLite
    writers stand in one line and it cannot happen."""
    with db.write() as session:
        session.add(place("york"))
    both = threading.Barrier(2, timeout=0.3)
    ended: list[str] = []

    def act(first: str, second: str) -> None:
        try:
            with db.write() as session:
                for which in (first, second):
                    session.execute(
                        text("UPDATE place SET name = :n WHERE id = :i"), {"n": first, "i": which}
                    )
                    if which == first:
                        with suppress(threading.BrokenBarrierError):
                            both.wait()
            ended.append("committed")
        except Conflict:
            ended.append("conflict")

    threads = [threading.Thread(target=act, args=pair) for pair in ((PLACE, "york"), ("york", PLACE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ended) == (["committed", "committed"] if db.is_sqlite else ["committed", "conflict"])


HOLDER = textwrap.dedent(
    """
    import sys, time
    from hub.db import Database
    from hub.places import Place
    db = Database(sys.argv[1])
    for name in ("kept", "lost"):
        with db.write() as session:
            session.add(Place(id=name, name=name, training=True, hub_number="+44", public_number="1"))
            session.flush()
            if name == "lost":
                print("holding", flush=True)
                time.sleep(60)
    """
)


def test_a_writer_killed_in_mid_commit_frees_the_line_at_once(database_url: str) -> None:
    """Its last commit is kept, what it held is gone, and the next commit takes less than a second."""
    db = Database(database_url)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        committed = threading.Event()

        def commit() -> None:
            with db.write() as session:
                session.add(place("lost"))
            committed.set()

        waiting = threading.Thread(target=commit)
        waiting.start()
        assert not committed.wait(0.2), "the line was not held"
        holder.send_signal(signal.SIGKILL)
        since = time.monotonic()
        until(committed.is_set, "the next commit", 5)
        assert time.monotonic() - since < 1
        waiting.join()
        assert places(db) == ["kept", "lost"]
        if db.is_sqlite:
            with db.read() as session:
                assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    finally:
        holder.kill()
        holder.wait()
        db.close()
