"""Just enough HTTP/1.1 to measure without measuring the measure: one server and one client, both raw."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

Answer = Callable[[str, str, bytes], Awaitable[bytes]]
"""Method, path and body; returns the body of the answer."""
IDLE_S = 2.0
"""Servers end connections that nobody has used for a while (uvicorn after 5 s); a client dials again before that."""


async def serve(bound: socket.socket, answer: Answer) -> None:
    """Serve JSON over kept connections until cancelled."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path, _ = head.split(" ", 2)
                body = await reader.readexactly(_length(head))
                said = await answer(method, path, body)
                status = "201 Created" if method == "POST" else "200 OK"
                writer.write(
                    f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(said)}\r\n\r\n".encode()
                    + said
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, sock=bound)
    await server.serve_forever()


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


class Line:
    """One kept connection of a client."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self._port = port
        self._connect()
        self._headers = {"host": "127.0.0.1", "content-type": "application/json", **(headers or {})}
        self._rest = b""

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = time.monotonic()

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, bytes]:
        return self._ask("POST", path, body, headers)

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path, b"", {})

    def close(self) -> None:
        self._socket.close()

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        named = "".join(f"{name}: {value}\r\n" for name, value in {**self._headers, **headers}.items())
        head = f"{method} {path} HTTP/1.1\r\n{named}content-length: {len(body)}\r\n\r\n"
        if time.monotonic() - self._used_at > IDLE_S:
            self._socket.close()
            self._connect()
        self._used_at = time.monotonic()
        self._socket.sendall(head.encode() + body)
        while b"\r\n\r\n" not in self._rest:
            self._more()
        answered, _, self._rest = self._rest.partition(b"\r\n\r\n")
        text = answered.decode("latin-1")
        wanted = _length(text)
        while len(self._rest) < wanted:
            self._more()
        said, self._rest = self._rest[:wanted], self._rest[wanted:]
        return int(text.split(" ", 2)[1]), said

    def _more(self) -> None:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionError("the server closed the line")
        self._rest += got


def answers(port: int, path: str = "/") -> bool:
    """Whether somebody serves there and says that all is well."""
    try:
        line = Line(port)
        status, _ = line.get(path)
        line.close()
    except OSError:
        return False
    return status == 200
