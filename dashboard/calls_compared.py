"""Which calls two versions answer otherwise, asked of the prover in a process of its own: the hub never loads it."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.errors import Conflict, Refused
from triage.replays import Pair

ROOT = Path(__file__).parents[1]
WAIT_S = 60.0
"""How long two versions may take; the library's own take one or two seconds."""
_GENTLY = ["nice", "-n", "10"] if shutil.which("nice") else []
_one_at_a_time = threading.Lock()


def compared(both: Pair) -> list[dict[str, Any]]:
    """A call for each pair of priorities, slower first. Raises `Conflict` while another comparison runs here: proofs
    may take one core, and calls need the rest. `Refused` where it comes to no end."""
    if not _one_at_a_time.acquire(blocking=False):
        raise Conflict("Two other versions are being compared. It is tried again by itself.")
    try:
        with TemporaryDirectory(prefix="fp-compare-") as folder:
            return _run(Path(folder), both)
    finally:
        _one_at_a_time.release()


def _run(folder: Path, both: Pair) -> list[dict[str, Any]]:
    texts = {"old.yaml": both.before.text, "new.yaml": both.after.text, "house.yaml": both.house.text}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    old, new, house = (str(folder / name) for name in texts)
    command = [*_GENTLY, sys.executable, "-m", "protocols", "diff", old, new]
    command += ["--house", house, "--format", "json"]
    try:
        done = subprocess.run(  # noqa: S603 (our own program, and no shell)
            command, cwd=ROOT, capture_output=True, timeout=WAIT_S, check=True, text=True
        )
    except subprocess.TimeoutExpired:
        problem = (
            f"The comparison has not ended within {WAIT_S:g} seconds. Run `python -m protocols diff` by hand."
        )
        raise Refused(problem) from None
    except subprocess.CalledProcessError:
        raise Refused(
            "The two versions could not be compared. Run `python -m protocols diff` to see why."
        ) from None
    found: list[dict[str, Any]] = json.loads(done.stdout)["calls"]
    return found
