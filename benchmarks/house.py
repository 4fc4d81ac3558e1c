"""The hub as it runs in earnest, for a benchmark: real commands, a real Valkey, and the raw carrier."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import Session, select

from benchmarks.wire import Line, answers
from hub.access import User, csrf_of, start_log_in
from hub.assemble import Hub, assemble
from hub.beats import Beat
from hub.gate import COOKIE
from hub.settings import Settings
from tests.stage import Valkey, free_port, until

ROOT = Path(__file__).parents[1]
SECRET = "a secret of the benchmarks that is long enough for a hub"
PROCESSES = (
    ("dashboard", "dashboard"),
    ("workers", "dispatch"),
    ("workers", "dispatch"),
    ("workers", "alerts"),
    ("workers", "alerts"),
    ("workers", "ticker"),
)
STARTS_S = 240.0
"""Six processes start at once, each some seconds of a core: beside other work on the same cores it takes minutes."""


@dataclass
class House:
    """One hub; `run` lets its processes work. Preparing goes straight to its database, in this process."""

    settings: Settings
    env: Mapping[str, str]
    provider: int
    stack: ExitStack
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        if self._command("-m", "dashboard.prepare").wait() != 0:
            raise RuntimeError((Path(self.settings.data) / "log.txt").read_text())
        self.hub = assemble(self.settings)
        self.stack.callback(self.hub.db.close)

    @contextmanager
    def run(self) -> Iterator[None]:
        running = [self._command("-m", *words) for words in PROCESSES]
        try:
            until(lambda: answers(self.settings.port, "/health/ready"), "the dashboard", STARTS_S)
            self.must_beat(len(PROCESSES) - 1)
            yield
        finally:
            for process in running:
                process.kill()  # any of them may be killed at any moment, says the hub
                process.wait()

    @contextmanager
    def beside(self, *words: str, hand_down: socket.socket | None = None) -> Iterator[None]:
        """Another process, ended afterwards."""
        with _process(self.env, *words, hand_down=hand_down):
            yield

    def line(self) -> Line:
        """A handler's connection to the dashboard, logged in."""
        with self.hub.db.write() as session:
            token = start_log_in(session, handler(session), self.hub.clock.machine())
        proof = csrf_of(token, SECRET)
        return Line(self.settings.port, {"cookie": f"{COOKIE}={token}", "x-csrf-token": proof})

    def must_beat(self, many: int) -> None:
        """Wait until so many processes beside the dashboard are at work."""

        def beat() -> bool:
            with self.hub.db.read() as session:
                return len(session.exec(select(Beat)).all()) >= many

        until(beat, "the workers", STARTS_S)

    def _command(self, *words: str) -> "subprocess.Popen[bytes]":
        log = (Path(self.settings.data) / "log.txt").open("ab")
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=dict(self.env), stdout=log, stderr=log
        )


def handler(session: Session) -> User:
    return session.exec(select(User).where(User.name == "Jay Osei")).one()


@contextmanager
def a_house(database_url: str = "") -> Iterator[House]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fp-bench-")))
        valkey = Valkey()
        stack.callback(valkey.close)
        carrier, web = free_port(), free_port()
        port = web.getsockname()[1]
        web.close()  # the dashboard binds it itself
        settings = Settings(
            data=folder,
            database_url=database_url,
            redis_url=valkey.url,
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            phones_url=f"http://127.0.0.1:{carrier.getsockname()[1]}",
            secret_key=SecretStr(SECRET),
            key_safe_secret=SecretStr(SECRET),
            phones_token=SecretStr("the carrier asks for none"),
        )
        env = {
            **os.environ,
            "FP_DATA": str(folder),
            "FP_DATABASE_URL": database_url,
            "FP_REDIS_URL": valkey.url,
            "FP_PORT": str(port),
            "FP_PUBLIC_URL": settings.public_url,
            "FP_PHONES_URL": settings.phones_url,
            "FP_SECRET_KEY": SECRET,
            "FP_KEY_SAFE_SECRET": SECRET,
            "FP_PHONES_TOKEN": "the carrier asks for none",
        }
        stack.enter_context(_process(env, "-m", "benchmarks.provider", "FD", hand_down=carrier))
        yield House(settings, env, carrier.getsockname()[1], stack)


@contextmanager
def _process(env: Mapping[str, str], *words: str, hand_down: socket.socket | None = None) -> Iterator[None]:
    """`hand_down`: a bound socket; its number stands where the words say FD."""
    fds = [hand_down.fileno()] if hand_down is not None else []
    told = [str(fds[0]) if word == "FD" else word for word in words]
    process = subprocess.Popen([sys.executable, *told], cwd=ROOT, env=dict(env), pass_fds=fds)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
