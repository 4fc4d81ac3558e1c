"""`python -m hub.supervisor`: a whole hub on one machine, from its Procfile.

Valkey, the release step to its end, then the rest. What dies is started again; what falls silent is killed
and started again; Ctrl-C stops all of it in order. `docs/running.md` says what it tells its children.
"""

import argparse
import errno
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from hub import procfile
from hub.child import Child, Patience
from hub.data_folder import DataFolder
from hub.errors import Refused
from hub.procfile import Procfile
from hub.redis_url import PONG_TIMEOUT_S, answers, url_of

TICK_S = 0.1
GRACE_S = 8.0
VALKEY_WAIT_S = 30.0
READY_SLOW_S = 60.0
HEAD_START_S = 15.0
TRAINING_NUMBER = "+441134960000"
"""From the range that Ofcom keeps for drama: no text sent to it reaches anybody."""


def say(text: str) -> None:
    """A terminal that was closed must not end the hub."""
    with suppress(OSError, ValueError):
        print(text, flush=True)  # noqa: T201


class Supervisor:
    def __init__(
        self, parts: Procfile, folder: DataFolder, env: Mapping[str, str], cwd: Path, p: Patience
    ) -> None:
        self.folder, self.env, self.patience = folder, dict(env), p
        self.children = [Child(line, folder, env, cwd, self._say) for line in parts.lines]
        self.release = Child(parts.release, folder, env, cwd, self._say) if parts.release else None
        self._stop, self._impatient = threading.Event(), threading.Event()
        self._looked = time.monotonic()

    def run(self) -> int:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if sign != signal.SIGHUP or signal.getsignal(sign) != signal.SIG_IGN:  # nohup means it
                signal.signal(sign, self._asked_to_stop)
        try:
            return self._live()
        finally:
            self._end_all()

    def _live(self) -> int:
        first = [child for child in self.children if child.name in ("valkey", "dashboard")]
        self._probe("valkey", lambda: answers(self.env["FP_REDIS_URL"]))
        if self.release and not self._released(self.release, first):
            return 1
        self._wait_for_valkey(first)
        self._probe("phones", lambda: _http(self._address("FP_PHONES_PORT") + "/health") is not None)
        for dashboard in (child for child in first if child.name == "dashboard"):
            threading.Thread(target=self._announce, daemon=True).start()
            self._page_first(dashboard, first)
        while not self._stop.wait(TICK_S):
            self._look(self.children)
        return 0

    def _page_first(self, dashboard: Child, first: list[Child]) -> None:
        """On a small machine eight Pythons that start at once all start late, and the page is what people wait for."""
        until = time.monotonic() + HEAD_START_S
        while not dashboard.has_beaten and time.monotonic() < until:
            self._look(first)
            if self._stop.wait(TICK_S):
                return

    def _look(self, children: list[Child]) -> None:
        now = time.monotonic()
        pause_s, self._looked = now - self._looked, now
        for child in children:
            if pause_s > 2.0:
                child.forgive(pause_s)
            child.watch(now, self.patience)

    def _wait_for_valkey(self, started: list[Child]) -> None:
        """Not for ever: the hub works without it, only slower, and the work waits in its database."""
        ours = any(child.name == "valkey" for child in started)
        until = time.monotonic() + (VALKEY_WAIT_S if ours else PONG_TIMEOUT_S)
        while "FP_REDIS_URL" in self.env and not self._stop.is_set():
            self._look(started)
            if answers(self.env["FP_REDIS_URL"]):
                return
            if time.monotonic() > until:
                self._say(
                    "Valkey does not answer yet; going on without it. Work is kept and waits for the next sweep."
                )
                return
            self._stop.wait(0.02)

    def _released(self, release: Child, meanwhile: list[Child]) -> bool:
        """The dashboard is started beside it: it loads, which takes as long, and serves when this is done."""
        self.folder.welcome.unlink(missing_ok=True)
        self.folder.released.unlink(missing_ok=True)
        release.start(time.monotonic())
        while release.alive:
            self._look(meanwhile)
            if self._stop.wait(0.05):
                return True
        code = release.process.returncode if release.process else 1
        release.wait_for_words()
        if code:
            last = f'\nIts last words: "{release.last_words[:400]}".' if release.last_words else ""
            self._say(f"The hub could not be prepared (exit {code}); see {release.log_file}.{last}")
        else:
            self.folder.released.touch()
        return not code

    def _probe(self, name: str, answers: Callable[[], bool]) -> None:
        """Beats for a process that is not of our making and knows of none: an answer is its beat."""
        for child in self.children:
            if child.name == name:
                every_s = min(2.0, self.patience.silent_s / 4)
                threading.Thread(
                    target=self._keep_asking, args=(child, answers, every_s), daemon=True
                ).start()

    def _keep_asking(self, child: Child, answers: Callable[[], bool], every_s: float) -> None:
        while not self._stop.wait(every_s):
            if answers():
                with suppress(OSError):
                    child.beat_file.touch()

    def _announce(self) -> None:
        address, slow_at = self._address("FP_PORT"), time.monotonic() + READY_SLOW_S
        while not self._stop.wait(TICK_S):
            if _http(address + "/health/ready") == 200:
                welcome = self.folder.welcome
                text = welcome.read_text(encoding="utf-8").strip() if welcome.exists() else ""
                self._say("\n\n".join(filter(None, [f"First Point: {address}", text, "Ctrl-C stops it."])))
                return
            if time.monotonic() > slow_at:
                slow_at = float("inf")
                self._say(f"The dashboard is not ready after {READY_SLOW_S:.0f} s; see {self.folder.log}.")

    def _address(self, port: str) -> str:
        host = self.env.get("FP_HOST", "")
        seen = "127.0.0.1" if host in ("", "0.0.0.0", "::") or port != "FP_PORT" else host  # noqa: S104
        return f"http://{seen}:{self.env[port]}"

    def _say(self, text: str) -> None:
        if not self._stop.is_set():
            say(text)

    def _asked_to_stop(self, _sign: int, _frame: object) -> None:
        if self._stop.is_set():
            self._impatient.set()  # asked twice: no more grace
        self._stop.set()

    def _end_all(self) -> None:
        """Valkey last: the others may have work to hand back."""
        asked = self._stop.is_set()
        self._stop.set()
        release = [self.release] if self.release else []
        self._end([child for child in [*self.children, *release] if child.name != "valkey"])
        self._end([child for child in self.children if child.name == "valkey"])
        self.folder.forget_socket()
        if asked:
            say(f"Stopped. Your data is in {self.folder.root}.")

    def _end(self, children: list[Child]) -> None:
        for child in children:
            child.end(signal.SIGTERM)
        until = time.monotonic() + GRACE_S
        while (
            any(child.alive for child in children)
            and time.monotonic() < until
            and not self._impatient.is_set()
        ):
            time.sleep(0.02)
        for child in children:
            child.end(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
                child.wait_for_words()


def _http(url: str) -> int | None:
    """The status of an answer, or nothing where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return None


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"{name} is {text!r}; it must be a port between 1 and 65535.")
    return int(text)


def _must_be_free(host: str, port: int, name: str) -> None:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(f"Port {port} is taken by another program. Set {name} to a free one.") from None
        raise Refused(
            f"Port {port} on {host} cannot be used ({error.strerror}). Set {name} or FP_HOST."
        ) from None


def environment(given: Mapping[str, str], folder: DataFolder, parts: Procfile) -> dict[str, str]:
    """What the children are told. What is given wins; the rest is for a training hub on this machine."""
    port = _port(given, "FP_PORT", 8000)
    phones = _port(given, "FP_PHONES_PORT", port + 1)
    return {
        "FP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FP_HUB_NUMBER": TRAINING_NUMBER,
        **({"FP_REDIS_URL": url_of(folder.socket())} if parts.has("valkey") else {}),
        **{name: value for name, value in given.items() if value or not name.startswith("FP_")},
        **folder.secrets(given),
        **({"FP_RELEASED": str(folder.released)} if parts.release else {}),
        "FP_DATA": str(folder.root),
        "FP_PORT": str(port),
        "FP_PHONES_PORT": str(phones),
        "PYTHONUNBUFFERED": "1",
    }


def patience_in(given: Mapping[str, str]) -> Patience:
    try:
        patience = Patience(float(given.get("FP_SILENT_S") or Patience.silent_s))
    except ValueError:
        patience = Patience(0)
    if not patience.silent_s > 0:
        raise Refused("FP_SILENT_S must be a number of seconds above 0.")
    return patience


def parts_for(given: Mapping[str, str], parts: Procfile) -> Procfile:
    """Without what the environment says is elsewhere, or has no place in a live hub."""
    if given.get("FP_REDIS_URL"):
        parts = parts.without("valkey")
    live = given.get("FP_TRAINING", "").lower() in ("0", "false", "no", "off", "f", "n")
    return parts.without("phones") if live or given.get("FP_PHONES_URL") else parts


def supervise(path: Path, given: Mapping[str, str]) -> int:
    parts = parts_for(given, procfile.read(path))
    folder = DataFolder(Path(given.get("FP_DATA") or "data"))
    with folder.held():
        env = environment(given, folder, parts)
        if parts.has("dashboard"):
            _must_be_free(env.get("FP_HOST", "127.0.0.1"), int(env["FP_PORT"]), "FP_PORT")
        if parts.has("phones"):
            _must_be_free(
                env.get("FP_PHONES_HOST", "127.0.0.1"), int(env["FP_PHONES_PORT"]), "FP_PHONES_PORT"
            )
        return Supervisor(parts, folder, env, path.absolute().parent, patience_in(given)).run()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m hub.supervisor", description="Runs a hub on this machine."
    )
    parser.add_argument("--procfile", type=Path, default=Path("Procfile"))
    try:
        return supervise(parser.parse_args().procfile, os.environ)
    except Refused as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
