"""Floors: the same way with nothing on it, in processes of their own.

`disposition_to_sms`: `desk` takes an HTTP request, inserts one durable row (sqlite3, WAL, FULL) and pushes its number;
`carrier` pops it (BLPOP) and posts a text. One commit and one hop: less cannot be durable and leave the request.
`boards`: one finished frame is written to everybody connected when Valkey says so.
"""

import asyncio
import itertools
import socket
import sqlite3
import sys
from base64 import b64encode
from hashlib import sha1
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import redis
import redis.asyncio

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


def _let_in(head: bytes) -> bytes:
    """A browser wants its key back, mixed as RFC 6455 says."""
    key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    mixed = b64encode(sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + mixed + b"\r\n\r\n"
    )


async def boards(fd: int, redis_url: str, length: int) -> None:
    """A websocket that answers every request with an upgrade (or, to `GET / HTTP` without one, that it is there)."""
    there: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"Upgrade: websocket" not in head:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                return
            writer.write(_let_in(head))
            there.add(writer)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            there.discard(writer)
            writer.close()

    server = await asyncio.start_server(talk, sock=socket.socket(fileno=fd), backlog=2048)
    told = redis.asyncio.Redis.from_url(redis_url).pubsub()
    await told.subscribe("floor")
    async with server:
        async for message in told.listen():
            if message["type"] == "message":
                body = (b'{"cursor":%d,"html":"' % int(message["data"])).ljust(length, b"x") + b'"}'
                frame = b"\x81\x7e" + len(body).to_bytes(2, "big") + body
                for writer in there:
                    writer.write(frame)


if __name__ == "__main__":
    if sys.argv[1] == "boards":
        asyncio.run(boards(int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
    elif sys.argv[1] == "desk":
        desk(int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        carrier(int(sys.argv[2]), sys.argv[3])
