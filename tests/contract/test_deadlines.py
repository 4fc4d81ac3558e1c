"""Deadlines: one live of a kind for a subject, fired once, oldest first, and never in the way of a reply."""

import threading
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import Session, select

from hub import deadlines
from hub.actors import HUB
from hub.db import Database
from hub.deadlines import Deadline, DeadlineState
from hub.errors import Conflict
from records.model import Task
from records.service import Due, move, open_case, owe, take
from tests.contract.conftest import NOW, PLACE
from tests.stage import StageClock
from workers.ticker import Ticker


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def deadline(
    minutes: float, subject: int = 1, kind: str = "task", owner: str = "task", case: int = 7
) -> Deadline:
    return Deadline(place=PLACE, case_id=case, kind=kind, owner=owner, subject=subject, due_at=at(minutes))


def put(db: Database, *wanted: Deadline) -> None:
    with db.write() as session:
        for one in wanted:
            deadlines.set_deadline(session, one)


def fire(session: Session, now: datetime) -> Deadline | None:
    found = deadlines.oldest_due(session, now)
    return found if found is not None and deadlines.claim(session, found, now) else None


def live(db: Database) -> list[tuple[str, int, datetime]]:
    with db.read() as session:
        found = session.exec(select(Deadline).where(Deadline.state == DeadlineState.waiting))
        return sorted((d.kind, d.subject, d.due_at) for d in found)


def test_a_new_one_takes_the_place_of_the_old(db: Database) -> None:
    put(db, deadline(5), deadline(5, subject=2), deadline(5, owner="case", kind="breach"))
    put(db, deadline(9))
    assert live(db) == [("breach", 1, at(5)), ("task", 1, at(9)), ("task", 2, at(5))]


def test_the_database_refuses_a_second_live_one(db: Database) -> None:
    put(db, deadline(5))
    with pytest.raises(Conflict), db.write() as session:
        session.add(deadline(9))


def test_oldest_first_and_each_once(db: Database) -> None:
    put(db, deadline(3, 3), deadline(1, 1), deadline(2, 2), deadline(60, 4))
    fired = []
    for _ in range(5):
        with db.write() as session:
            found = fire(session, at(10))
            fired.append(found.subject if found else None)
    assert fired == [1, 2, 3, None, None]
    assert live(db) == [("task", 4, at(60))]
    with db.read() as session:
        assert deadlines.next_due(session) == at(60)


def test_it_is_due_at_its_time_and_not_before(db: Database) -> None:
    put(db, deadline(5))
    with db.write() as session:
        assert fire(session, at(4.99)) is None
        assert fire(session, at(5)) is not None


def test_a_handler_that_fails_takes_the_firing_back(db: Database) -> None:
    put(db, deadline(1))

    def fail() -> None:
        with db.write() as session:
            assert fire(session, at(2)) is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert live(db) == [("task", 1, at(1))]


def test_put_off_so_that_the_others_are_not_held_up(db: Database) -> None:
    put(db, deadline(1, 1), deadline(2, 2))
    with db.write() as session:
        first = deadlines.oldest_due(session, at(5))
        assert first is not None
        assert first.id is not None
        assert deadlines.put_off(session, first.id, at(9)) == 1
        assert deadlines.put_off(session, first.id, at(9)) == 2
    with db.write() as session:
        found = fire(session, at(5))
        assert found is not None
        assert found.subject == 2
        assert found.id is not None
        assert deadlines.put_off(session, found.id, at(9)) == 0, "what has fired is not put off"


def test_two_tickers_fire_one_row_once(db: Database) -> None:
    put(db, *(deadline(minute, subject=minute) for minute in range(12)))
    fired: list[int] = []
    faults: list[BaseException] = []
    start = threading.Barrier(2)

    def tick() -> None:
        try:
            start.wait(5)
            while True:
                with db.write() as session:
                    seen = deadlines.oldest_due(session, at(60))
                    if seen is None:
                        return
                    if deadlines.claim(session, seen, at(60)):
                        fired.append(seen.subject)
        except BaseException as fault:
            faults.append(fault)

    tickers = [threading.Thread(target=tick) for _ in range(2)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join(30)
    assert not faults
    assert sorted(fired) == list(range(12))


@pytest.mark.parametrize(
    ("clear", "left"),
    [
        (lambda s: deadlines.clear(s, "task", 1), [("breach", 1), ("task", 2)]),
        (lambda s: deadlines.clear_owner(s, "task", 1), [("breach", 1), ("task", 2)]),
        (lambda s: deadlines.clear_owner(s, "case", 1), [("task", 1), ("task", 2)]),
        (lambda s: deadlines.clear_case(s, 7), [("task", 2)]),
    ],
)
def test_what_is_owed_no_more_fires_no_more(db: Database, clear, left: list[tuple[str, int]]) -> None:
    put(db, deadline(1), deadline(1, 2, case=8), deadline(1, 1, "breach", "case"))
    with db.write() as session:
        clear(session)
    assert [(kind, subject) for kind, subject, _ in live(db)] == left


def test_the_deadlines_of_a_case_by_time(db: Database) -> None:
    put(db, deadline(9, 1), deadline(3, 2), deadline(1, 3, case=8))
    with db.read() as session:
        assert [d.subject for d in deadlines.live_of_case(session, 7)] == [2, 1]


def test_a_reply_and_a_deadline_in_the_same_moment_do_not_wait_for_each_other(db: Database) -> None:
    """The ticker locks the case before its deadline, as everybody does; taken the other way round, PostgreSQL had to
    end one of the two after a second, and a nurse's text was answered with a fault."""
    with db.write() as session:
        case = open_case(session, PLACE, NOW, NOW, HUB, "A call.")
        task = Task(place=PLACE, opened_at=NOW, case_id=case.key, words="Ring back.")
        owe(session, task, NOW, HUB, "A task.", Due("task", at(1)))
    hub = SimpleNamespace(db=db, clock=StageClock(at(2)))
    ticker = Ticker(cast(Any, SimpleNamespace(hub=hub)))
    case_is_held = threading.Event()

    def tick() -> None:
        case_is_held.wait(5)
        ticker.fire_due()

    ticking = threading.Thread(target=tick)
    ticking.start()
    with db.write() as session:
        take(session, case.key, at(2))
        case_is_held.set()
        ticking.join(
            0.1 if db.is_sqlite else 1.3
        )  # longer than PostgreSQL waits before it looks for a circle
        move(session, session.get_one(Task, task.key), "do", at(2), HUB, "Done.")
    ticking.join(10)
    assert not ticking.is_alive()
    with db.read() as session:
        assert [d.kind for d in deadlines.live_of_case(session, case.key)] == ["task"], "how it ended"
        fired = session.exec(select(Deadline).where(Deadline.state == DeadlineState.fired)).all()
        assert fired == [], "it was done before it could fire"
