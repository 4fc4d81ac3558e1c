"""The floor of `disposition_to_sms`: the same way with nothing on it, in two processes of its own.

`desk` takes an HTTP request, inserts one durable row (sqlite3, WAL, FULL) and pushes its number; `carrier` pops it
(BLPOP) and posts a text. One commit and one hop: less cannot be durable and leave the request.
"""

import asyncio
import itertools
import socket
import sqlite3
import sys
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import redis

from benchmarks import wire

ROW = ("training", 1, "dispatch", "sms", '{"to": "+447700900141", "text": "FP 4K7C: fall, LS8."}')


def open_database(file: Path) -> sqlite3.Connection:
    """As durable as the hub's own."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS effect "
        "(id INTEGER PRIMARY KEY, place TEXT, case_id INTEGER, queue TEXT, kind TEXT, payload TEXT)"
    )
    return database


def insert(database: sqlite3.Connection, rows: int) -> int:
    """So many rows in one durable transaction; returns the last one's number."""
    database.execute("BEGIN IMMEDIATE")
    number = 0
    for _ in range(rows):
        number = (
            database.execute(
                "INSERT INTO effect (place, case_id, queue, kind, payload) VALUES (?, ?, ?, ?, ?)", ROW
            ).lastrowid
            or 0
        )
    database.execute("COMMIT")
    return number


def desk(fd: int, file: Path, redis_url: str) -> None:
    database, queue = open_database(file), redis.Redis.from_url(redis_url)
    count = itertools.count()

    async def answer(method: str, path: str, body: bytes) -> bytes:
        if method == "POST":
            insert(database, 1)
            queue.rpush("floor", path.rsplit("/", 1)[1])
        return f'{{"n": {next(count)}, "was": {len(body)}}}'.encode()

    asyncio.run(wire.serve(socket.socket(fileno=fd), answer))


def carrier(port: int, redis_url: str) -> None:
    queue, line = redis.Redis.from_url(redis_url, decode_responses=True), wire.Line(port)
    while True:
        _, ref = cast(tuple[str, str], queue.blpop(["floor"]))
        line.post("/Messages.json", urlencode({"To": "+447700900141", "Body": f"FP {ref}: floor"}).encode())


if __name__ == "__main__":
    if sys.argv[1] == "desk":
        desk(int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        carrier(int(sys.argv[2]), sys.argv[3])
