"""One supervised process: started, listened to, watched for its beat, ended with all it started."""

import contextlib
import ctypes
import json
import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hub.data_folder import DataFolder
from hub.procfile import Line

BACK_OFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 5.0)
"""At once the first time; never given up."""
STEADY_S = 10.0
"""Who lived this long is not failing over and over."""
LOG_BYTES, LOGS_KEPT = 5_000_000, 2
LONGEST_LINE = 64_000
SHOWN_A_MINUTE = 5
"""More than these from one process are read in its log, not on the terminal."""
SERIOUS = frozenset(["warning", "error", "critical"])
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

Say = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long a process may be silent."""

    silent_s: float = 20.0

    @property
    def first_s(self) -> float:
        """Until the first beat: a slow machine must not be made slower by killing what is only starting."""
        return self.silent_s * 9


class Child:
    def __init__(self, line: Line, folder: DataFolder, env: Mapping[str, str], cwd: Path, say: Say) -> None:
        self.name = line.name
        self.beat_file = folder.run / f"{line.name}.beat"
        self.log_file = folder.log / f"{line.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        self.last_words = ""
        self._command = line.command
        self._env = {**env, "FP_BEAT_FILE": str(self.beat_file)}
        self._cwd = cwd
        self._say = say
        self._failures = 0
        self._shown, self._shown_since = 0, 0.0
        self._started = self._beaten = 0.0
        self._beat_seen: int | None = None
        self._pump: threading.Thread | None = None
        self._log = logging.handlers.RotatingFileHandler(
            self.log_file, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def has_beaten(self) -> bool:
        return self._beat_seen is not None

    def start(self, now: float) -> None:
        """Only ever from the main thread: the kernel ends a child when the *thread* that started it ends."""
        self.beat_file.unlink(missing_ok=True)
        self._beat_seen, self._started, self._beaten = None, now, now
        self.last_words = ""
        try:
            self.process = subprocess.Popen(  # noqa: S603 - the Procfile is ours
                self._command,
                cwd=self._cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C is for the supervisor; it tells the others in their order
                preexec_fn=_end_with(os.getpid()),
            )
        except OSError as error:
            self._fail(now, f"cannot start ({error.strerror}: {self._command[0]})")
            return
        assert self.process.stdout is not None
        self._pump = threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
        self._pump.start()

    def watch(self, now: float, patience: Patience) -> None:
        """One look: starts what is due, notices what has died, ends what is silent."""
        if self.process is None:
            if now >= self.start_at:
                self.start(now)
        elif (code := self.process.poll()) is not None:
            self.wait_for_words()
            words = f' Its last words: "{self.last_words[:200]}".' if self.last_words else ""
            self._fail(now, f"stopped ({_manner(code)})", words)
        elif (silent_s := self._silence(now)) > self._allowed_s(patience):
            self.end(signal.SIGKILL)
            with contextlib.suppress(
                subprocess.TimeoutExpired
            ):  # one that waits for a dead disk cannot even die
                self.process.wait(2.0)
            self._fail(now, f"was silent for {silent_s:.0f} s and was ended")

    def _allowed_s(self, patience: Patience) -> float:
        """Longer each time that not even a first beat came: on a busy machine a start is slow, and starting everything
        anew at once would keep it busy for ever."""
        return patience.silent_s if self._beat_seen is not None else patience.first_s * (1 + self._failures)

    def forgive(self, pause_s: float) -> None:
        """The supervisor itself did not run for so long (a machine asleep): nobody's silence counts for that time."""
        self._beaten += pause_s

    def end(self, sign: signal.Signals) -> None:
        """The whole group: what the process started goes with it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sign)

    def wait_for_words(self) -> None:
        if self._pump is not None:
            self._pump.join(0.5)  # a grandchild may hold the pipe open; do not wait for that

    def _fail(self, now: float, what: str, words: str = "") -> None:
        self.end(signal.SIGKILL)  # what it left behind
        self.process = None
        steady = self._beat_seen is not None and now - self._started > STEADY_S
        self._failures = 0 if steady else self._failures
        wait_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self.start_at = now + wait_s
        self._say(f"{self.name} {what}; starting it again{f' in {wait_s:g} s' if wait_s else ''}.{words}")

    def _silence(self, now: float) -> float:
        """By our own clock from when a new beat was seen: file times jump when the machine's clock is set."""
        try:
            beat = self.beat_file.stat().st_mtime_ns
        except FileNotFoundError:
            beat = None
        if beat is not None and beat != self._beat_seen:
            self._beat_seen, self._beaten = beat, now
        return now - self._beaten

    def _listen(self, pipe: IO[bytes]) -> None:
        with pipe:
            while raw := pipe.readline(LONGEST_LINE):
                text = raw.decode(errors="replace").rstrip()
                if not text:
                    continue
                self.last_words = text
                self._log.handle(logging.makeLogRecord({"msg": text}))
                if serious := _serious(text):
                    self._show(serious)

    def _show(self, serious: str) -> None:
        if (now := time.monotonic()) - self._shown_since > 60.0:
            self._shown, self._shown_since = 0, now
        self._shown += 1
        if self._shown <= SHOWN_A_MINUTE:
            self._say(f"{self.name}: {serious}")
        elif self._shown == SHOWN_A_MINUTE + 1:
            self._say(f"{self.name}: more of this is in {self.log_file}")


def _serious(text: str) -> str:
    """What a person at the terminal should see of a log line, if anything."""
    if text.startswith(("WARNING", "ERROR", "CRITICAL")):
        return text
    try:
        entry = json.loads(text) if text.startswith("{") else {}
    except ValueError:
        return ""
    if entry.get("level") not in SERIOUS:
        return ""
    rest = [
        f"{key}={value}"
        for key, value in entry.items()
        if key not in ("event", "level", "timestamp", "process")
    ]
    return f"{entry['level']}: {entry.get('event', '')} {' '.join(rest)}".rstrip()


def _manner(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"


def _end_with(parent: int) -> Callable[[], None]:
    """When the supervisor dies, however it dies, the kernel ends its children (on Linux)."""

    def in_child() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return in_child
