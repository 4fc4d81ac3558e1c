"""A Redis or Valkey by its URL: where its socket is, and whether it answers.

By hand and not by the client library: that takes as long to load as the rest of a supervisor takes to start.
"""

import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

PONG_TIMEOUT_S = 2.0
ALIVE = (b"+PONG", b"-NOAUTH")
"""One that asks for a password lives; one that is still loading its file (`-LOADING`) is of no use yet."""


def url_of(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def socket_of(url: str) -> Path | None:
    """The UNIX socket that a URL names, if it names one."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "unix" else None


def answers(url: str) -> bool:
    """Whether somebody answers a PING there, in good time; over TLS, whether somebody takes the call."""
    with suppress(OSError, ValueError), _dial(url) as line:
        if urlsplit(url).scheme == "rediss":
            return True
        line.sendall(b"PING\r\n")
        return line.recv(64).startswith(ALIVE)
    return False


def _dial(url: str) -> socket.socket:
    if (path := socket_of(url)) is None:
        parts = urlsplit(url)
        return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), PONG_TIMEOUT_S)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(PONG_TIMEOUT_S)
    line.connect(str(path))
    return line
