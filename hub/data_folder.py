"""What lies in a data folder, and who may use it: one supervisor at a time.

    first-point.sqlite3*  the database            run/  lock, socket, beats, welcome.txt
    phones.sqlite3*       the training phones'    log/  one file a process
    valkey/               the embedded Valkey's   secrets.env (mode 0600) outlives a reset
    downtime/             lists for a dead hub (mode 0600)

`python -m hub.data_folder reset` empties the data folder of a training place.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from hub.errors import Refused

SOCKET_LIMIT = 100
"""Bytes. The kernel takes 107 on Linux and 103 elsewhere."""
DATABASE = "first-point.sqlite3"
PHONES = "phones.sqlite3"
SECRETS = ("FP_SECRET_KEY", "FP_PHONES_TOKEN", "FP_KEY_SAFE_SECRET")


class DataFolder:
    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.run = self.root / "run"
        self.log = self.root / "log"
        self.welcome = self.run / "welcome.txt"
        """What the release step wants said when the hub is ready: the demo log-ins."""
        self.released = self.run / "released"
        """There once the release step of this start has run to its end."""

    def make(self) -> None:
        """Nobody else on the machine may look: it holds what people told us."""
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True, mode=0o700)
            self.run.mkdir(exist_ok=True)
            self.log.mkdir(exist_ok=True)
        except OSError as error:
            raise Refused(
                f"The data folder {self.root} cannot be used ({error.strerror}). Set FP_DATA to another."
            ) from None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The kernel frees the lock when its holder dies, however it dies."""
        self.make()
        with (self.run / "supervisor.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    f"A hub is running on {self.root} already. Stop it first, or set FP_DATA to another folder."
                ) from None
            yield

    def secrets(self, given: Mapping[str, str]) -> dict[str, str]:
        """Those of the environment; those it does not give are made once and kept."""
        path = self.root / "secrets.env"
        kept = dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}
        missing = [name for name in SECRETS if not given.get(name) and name not in kept]
        if missing:
            kept.update({name: secrets.token_urlsafe(36) for name in missing})
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write("".join(f"{name}={value}\n" for name, value in kept.items()))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        return {name: given.get(name) or kept[name] for name in SECRETS}

    def socket(self) -> Path:
        """Where the embedded Valkey listens: here, or where this path is too long, in a private temporary folder."""
        here = self.run / "valkey.sock"
        if len(os.fsencode(here)) <= SOCKET_LIMIT:
            return here
        note = self.run / "socket-folder"
        if note.exists() and _is_private(Path(note.read_text())):
            return Path(note.read_text()) / "valkey.sock"
        folder = tempfile.mkdtemp(prefix="first-point-")
        note.write_text(folder)
        return Path(folder) / "valkey.sock"

    def forget_socket(self) -> None:
        note = self.run / "socket-folder"
        if note.exists():
            if _is_private(folder := Path(note.read_text())):
                shutil.rmtree(folder, ignore_errors=True)
            note.unlink()
        (self.run / "valkey.sock").unlink(missing_ok=True)

    def reset(self) -> str:
        """Everything but the secrets goes, if this is a training place and no hub runs on it."""
        if not self.root.is_dir():
            return f"There is nothing in {self.root} yet."
        with self.held():
            if _holds_live_place(self.root / DATABASE):
                raise Refused(f"{self.root} holds a live place, which is never reset. Nothing was changed.")
            for path in [*self.root.glob(f"{DATABASE}*"), *self.root.glob(f"{PHONES}*")]:
                path.unlink()
            for folder in (self.root / "valkey", self.log, self.root / "downtime"):
                shutil.rmtree(folder, ignore_errors=True)
            self.welcome.unlink(missing_ok=True)
        return f"{self.root} is as new; its secrets were kept. `make run` fills it with demo data again."


def _is_private(folder: Path) -> bool:
    """Ours and closed to others: a folder under the temporary one might have been put there by anybody."""
    try:
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o077


def _holds_live_place(database: Path) -> bool:
    """What cannot be read counts as live."""
    if not database.exists():
        return False
    connection = sqlite3.connect(database)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'place'").fetchone():
            return False
        return connection.execute("SELECT 1 FROM place WHERE NOT training").fetchone() is not None
    except sqlite3.Error:
        return True
    finally:
        connection.close()


def main() -> int:
    try:
        if sys.argv[1:] != ["reset"]:
            raise Refused("Say: python -m hub.data_folder reset")
        if os.environ.get("FP_DATABASE_URL"):
            raise Refused("FP_DATABASE_URL names a database of its own, which is not ours to empty.")
        print(DataFolder(Path(os.environ.get("FP_DATA") or "data")).reset())  # noqa: T201
    except Refused as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
