"""A hub as `make run` starts it: the supervisor and its children as processes of their own, to be killed at will."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from hub.clock import SharedClock
from hub.db import Database
from tests.stage import free_port, until

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("fault", "effect_fault", "deadline_fault", "round_fault")
START_S = 240.0
"""Generous: the machine may be busy with other tests."""
ACCOUNT = "ACtraining00000000000000000000000000"
TOKEN = "the crash test's phones"
NAMES = (
    "dashboard", "dispatch-1", "dispatch-2", "alerts-1", "alerts-2", "records", "reports", "reader", "ticker", "valkey",
    "phones",
)  # fmt: skip


class RealHub:
    def __init__(
        self, folder: Path, database_url: str = "", names: tuple[str, ...] = NAMES, **more: str
    ) -> None:
        self.names = names
        self.procfile = folder / "Procfile"
        real = (ROOT / "Procfile").read_text().splitlines()
        wanted = [line for line in real if line.partition(":")[0] in (*names, "release")]
        self.procfile.write_text("\n".join(wanted) + "\n")
        self.data = folder / "data"
        self.said = folder / "said.txt"
        web, wire = free_port(), free_port()
        port, phones_port = (int(bound.getsockname()[1]) for bound in (web, wire))
        web.close()
        wire.close()
        self.url, self.phones_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{phones_port}"
        clock_file = folder / "clock"
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FP_")},
            "FP_DATA": str(self.data),
            "FP_PORT": str(port),
            "FP_PHONES_PORT": str(phones_port),
            "FP_PHONES_TOKEN": TOKEN,
            "FP_KEY_SAFE_SECRET": "the crash test's other secret that is as long as the first",
            "FP_SECRET_KEY": "the crash test's secret, long enough to be one",
            "FP_CLOCK_FILE": str(clock_file),
            "FP_PROTOCOLS": str(ROOT / "protocols"),
            "PYTHONPATH": str(ROOT),
            "FP_SILENT_S": "60",  # the kills are ours; a machine busy with other tests must add none
            **({"FP_DATABASE_URL": database_url} if database_url else {}),
            **more,
        }
        self.clock = SharedClock(clock_file)
        self.database = database_url or f"sqlite:///{self.data / 'first-point.sqlite3'}"
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.phones = httpx.Client(base_url=self.phones_url, auth=(ACCOUNT, TOKEN), timeout=5)
        self._db: Database | None = None

    @property
    def db(self) -> Database:
        """Our own eyes: for looking only."""
        if self._db is None:
            self._db = Database(self.database)
        return self._db

    def start(self) -> None:
        with self.said.open("ab") as out:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "hub.supervisor", "--procfile", str(self.procfile)],
                cwd=ROOT,
                env=self._env,
                stdout=out,
                stderr=out,
            )
        end = time.monotonic() + START_S
        while not self.is_up():
            assert time.monotonic() < end, f"the hub does not start: {self.words()}"
            time.sleep(0.2)

    def is_up(self) -> bool:
        assert self.supervisor is not None
        if self.supervisor.poll() is not None:
            raise AssertionError(f"the supervisor ended ({self.supervisor.returncode}): {self.words()}")
        return (
            self._answers(self.url + "/health/ready")
            and ("phones" not in self.names or self._answers(self.phones_url + "/phones/state"))
            and set(self.names) <= set(self.pids())
        )

    def _answers(self, address: str) -> bool:
        try:
            return self.phones.get(address).status_code == 200
        except httpx.HTTPError:
            return False

    def words(self) -> str:
        return self.said.read_text(errors="replace")[-2000:] if self.said.exists() else ""

    def pids(self) -> dict[str, int]:
        """The supervisor's children by name; each was told its own beat file."""
        if self.supervisor is None:
            return {}
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                comm, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
                state, parent = rest.split()[:2]
                if int(parent) != self.supervisor.pid or state == "Z":
                    continue
                told = (stat.parent / "environ").read_bytes().split(b"\0")
            except (OSError, ValueError):
                continue  # it has just ended
            if comm.startswith("valkey"):  # which writes its title over its environment
                found["valkey"] = int(stat.parent.name)
            for line in told:
                if line.startswith(b"FP_BEAT_FILE="):
                    found[Path(os.fsdecode(line.partition(b"=")[2])).stem] = int(stat.parent.name)
        return found

    def send(self, name: str, sign: signal.Signals) -> bool:
        """False where it is not running just now."""
        pid = self.pids().get(name)
        if pid is None:
            return False
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return False
        return True

    def kill(self, name: str) -> bool:
        return self.send(name, signal.SIGKILL)

    def kill_all(self) -> None:
        """`kill -9` of the supervisor: the kernel ends every child with it, at the same moment."""
        assert self.supervisor is not None
        children = self.pids().values()
        self.supervisor.kill()
        self.supervisor.wait()
        until(lambda: not any(_lives(pid) for pid in children), "every child to end", 10)

    def start_again(self) -> None:
        self.kill_all()
        self.start()

    def let_time_pass(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def carrier_texts(self) -> list[dict[str, Any]]:
        """Every text that the carrier knows of, both ways, oldest first. It may have just been killed."""
        until(lambda: self._answers(self.phones_url + "/phones/state"), "the carrier", 60)
        address = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=1000"
        found: list[dict[str, Any]] = []
        while address:
            page = self.phones.get(address).raise_for_status().json()
            found += page["messages"]
            address = page["next_page_uri"] or ""
        return found[::-1]

    def faults_written_down(self) -> list[str]:
        """What the hub's processes logged as faults of its own; that a killed neighbour is away is none."""
        found = []
        for log in sorted((self.data / "log").glob("*.log*")):
            for line in log.read_text(errors="replace").splitlines():
                if any(f'"event": "{fault}"' in line for fault in FAULTS) or line.startswith("Traceback"):
                    found.append(f"{log.stem}: {line[:3000]}")
        return found

    def stop(self) -> int:
        """A clean stop; returns the supervisor's exit code."""
        assert self.supervisor is not None
        self.supervisor.terminate()
        return self.supervisor.wait(30)

    def close(self) -> None:
        self.phones.close()
        if self._db is not None:
            self._db.close()
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(15)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
