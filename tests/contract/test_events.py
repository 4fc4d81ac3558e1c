"""What boards follow: numbered without a gap, in the order of commits, so that a reader by cursor loses nothing."""

import random
import threading
import time

import pytest
from sqlmodel import select

from hub import events
from hub.db import Database
from hub.events import Event, EventCounter
from hub.places import Place
from tests.contract.conftest import NOW, PLACE

WRITERS, EACH = 4, 25


def all_of(db: Database, place: str = PLACE) -> list[Event]:
    with db.read() as session:
        return events.after(session, place, 0, 10_000)


def test_four_writers_and_a_reader_who_loses_nothing(db: Database) -> None:
    """A plain sequence lost 393 to 653 of 4,000 to such a reader on PostgreSQL (findings)."""
    faults: list[BaseException] = []
    seen: list[tuple[int, str]] = []
    over = threading.Event()

    def write(nth: int) -> None:
        chance = random.Random(nth)
        try:
            for i in range(EACH):
                with db.write() as session:
                    for k in range(chance.randint(1, 3)):
                        events.tell(session, PLACE, NOW, "case", f"{nth}-{i}-{k}", {"i": i})
                    time.sleep(chance.random() / 500)
        except BaseException as fault:
            faults.append(fault)

    def follow() -> None:
        cursor, last_round = 0, False
        while True:
            last_round = over.is_set()
            with db.read() as session:
                for event in events.after(session, PLACE, cursor, 7):
                    seen.append((event.n, event.subject))
                    cursor = event.n
            if last_round and cursor == len(all_of(db)):
                return

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(nth,)) for nth in range(WRITERS)]
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join(60)
    over.set()
    reader.join(20)
    assert not faults
    assert not reader.is_alive(), "the reader never caught up"
    told = all_of(db)
    assert [event.n for event in told] == list(range(1, len(told) + 1)), "gapless"
    assert seen == [(event.n, event.subject) for event in told]
    assert len({event.subject for event in told}) == len(told) >= WRITERS * EACH


def test_a_transaction_that_fails_leaves_no_gap(db: Database) -> None:
    for nth in range(3):
        try:
            with db.write() as session:
                events.tell(session, PLACE, NOW, "case", nth, {})
                if nth == 1:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert [(event.n, event.subject) for event in all_of(db)] == [(1, "0"), (2, "2")]


def test_the_last_word_on_a_subject_stands(db: Database) -> None:
    with db.write() as session:
        events.tell(session, PLACE, NOW, "case", 7, {"word": "seeking"})
        events.tell(session, PLACE, NOW, "alarm", 7, {"words": "x"})
        events.tell(session, PLACE, NOW, "case", 7, None)
    assert [(e.topic, e.subject, e.facts) for e in all_of(db)] == [
        ("case", "7", None),
        ("alarm", "7", {"words": "x"}),
    ]


def test_each_place_counts_for_itself(db: Database) -> None:
    with db.write() as session:
        session.add(
            Place(id="york", name="York", training=True, hub_number="+441904000000", public_number="1")
        )
        session.add(EventCounter(place="york"))
    for place in (PLACE, "york", PLACE):
        with db.write() as session:
            events.tell(session, place, NOW, "case", 1, {})
    with db.write() as session:
        events.tell(session, "york", NOW, "case", 2, {})
        events.tell(session, PLACE, NOW, "case", 2, {})
        told: list[str] = session.info.setdefault("places_told", [])
    assert [e.n for e in all_of(db)] == [1, 2, 3]
    assert [e.n for e in all_of(db, "york")] == [1, 2]
    assert told is not None
    with db.read() as session:
        assert (events.cursor(session, PLACE), events.cursor(session, "york")) == (3, 2)
        assert events.cursor(session, "nowhere") == 0


def test_who_followed_is_told_which_places_to_read(db: Database) -> None:
    told: list[object] = []
    db.after_commit.append(lambda info: told.append(info.get("places_told")))
    with db.write() as session:
        events.tell(session, PLACE, NOW, "case", 1, {})
    with db.write() as session:
        session.exec(select(EventCounter)).all()
    assert told == [[PLACE], None]


def test_the_numbers_are_taken_after_everything_else(db: Database) -> None:
    """Taken early they would make every writer wait for every other, and PostgreSQL deadlock."""
    with db.write() as session:
        events.tell(session, PLACE, NOW, "case", 1, {})
        session.flush()
        assert events.cursor(session, PLACE) == 0
    with db.read() as session:
        assert events.cursor(session, PLACE) == 1


def test_a_reader_takes_so_many_at_a_time(db: Database) -> None:
    for nth in range(5):
        with db.write() as session:
            events.tell(session, PLACE, NOW, "case", nth, {})
    with db.read() as session:
        assert [e.n for e in events.after(session, PLACE, 1, 2)] == [2, 3]
        assert events.after(session, PLACE, 5, 2) == []


def test_an_unknown_place_is_a_bug_and_not_silence(db: Database) -> None:
    with pytest.raises(Exception, match=r"[Nn]o row"), db.write() as session:
        events.tell(session, "nowhere", NOW, "case", 1, {})
