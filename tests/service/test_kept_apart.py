"""S19: a key-safe code goes in by every way there is, and is then looked for in every table, in Redis, in the log, in
what pages and routes answer: it stands nowhere but under its seal.
"""

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import MetaData, inspect, select, text

from hub.door_codes import MARK
from hub.sealing import seal_of
from records.key_safe_model import KeySafe
from tests import free_text
from tests.desk import Desk
from tests.free_text import FROM_A_LIST, NOT_KEPT, WAYS
from tests.stage import Valkey


class Codes:
    """A new code each time it is asked for words."""

    def __init__(self) -> None:
        self._next, self.planted = itertools.count(101), list[str]()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        code = f"C7{next(self._next)}Y"
        self.planted.append(code)
        return f"key safe {code} at the back"


def test_every_field_that_takes_words_is_known_and_cuts_codes_out(sqlite_desk: Desk) -> None:
    """A new one fails here until it is added to `WAYS`, and so to the test below."""
    found = dict(free_text.fields_of(sqlite_desk.app))
    assert len(found) > 40, "the walk sees the fields"
    assert {name for name, cuts in found.items() if cuts} == set(WAYS) | set(NOT_KEPT)
    assert {name for name, cuts in found.items() if not cuts} == set(FROM_A_LIST)
    typed_otherwise = {
        route.path for route in free_text.routes_of(sqlite_desk.app) if route.path.startswith("/webhooks/")
    }
    assert typed_otherwise == {
        f"/webhooks/{way}"
        for way in ("sms", "sms/status", "voice", "voice/status", "voice/key", "voice/ended")
    }, "of the carriers' forms the text alone has words, and goes the way of `inbox.receive`"


def test_a_code_stands_nowhere_but_under_its_seal(
    tmp_path: Path, sqlite_url: str, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    redis = Redis.from_url(valkey.url)
    redis.flushall()
    desk, words = Desk(tmp_path, sqlite_url, redis_url=valkey.url), Codes()
    answers = []
    for path, way in {**WAYS, **NOT_KEPT}.items():
        said = next(words)
        answer = free_text.says(desk, path, way, said)
        assert answer.status_code == way.status, f"{path}: {answer.status_code} {answer.text}"
        answers.append(answer.text)
        if path in NOT_KEPT:
            words.planted.pop()
    free_text.texts_of(desk, words)
    assert held(desk) == set(words.planted), "nothing is lost, and nothing else is taken for one"
    places = {
        "the database": everything(desk),
        "Redis": everything_in(redis),
        "the log": caplog.text,
        "an answer": "\n".join(answers),
        "a page": "\n".join(free_text.pages(desk)),
    }
    assert MARK in places["the database"]
    assert MARK in places["a page"]
    for where, found in places.items():
        for code in words.planted:
            assert code not in found, f"{code} stands in {where}"
    desk.hub.db.close()


def everything(desk: Desk) -> str:
    """Every value of every row of every table, as text."""
    engine, metadata = desk.hub.db.engine, MetaData()
    metadata.reflect(engine)
    assert len(metadata.tables) > 25
    assert set(metadata.tables) == set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        rows: list[Any] = [
            row
            for table in metadata.tables.values()
            for row in connection.execute(select(text("*")).select_from(table))
        ]
    return "\n".join(map(str, rows))


def everything_in(redis: Redis) -> str:
    return "\n".join(f"{key!r} {redis.dump(key)!r}" for key in redis.scan_iter("*"))


def held(desk: Desk) -> set[str]:
    with desk.hub.db.write() as session:
        seal = seal_of(session)
        return {str(seal.open(row.sealed)) for row in desk.rows(KeySafe)}
