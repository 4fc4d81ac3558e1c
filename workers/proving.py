"""Proofs are made by a process of their own, one at a time; beside its work this worker waits for the answer."""

import json
import logging
import subprocess
import sys
import threading
from typing import Any

from hub.outbox import Effect
from triage.governance import proving
from workers.bench import Bench

log = logging.getLogger(__name__)
LONGEST_S = 240.0
"""A protocol of 300 questions takes a minute; what takes longer than this has come to no end."""
_one_at_a_time = threading.Lock()


def begin(bench: Bench, effect: Effect) -> str:
    """Returns at once: the proof may take longer than a lease. Where this process dies `proof_late` says so."""
    version = int(effect.payload["version"])
    with bench.hub.db.read() as session:
        task = proving.task(session, version, bench.desk.library)
    if task is not None:
        threading.Thread(target=_make, args=(bench, version, task), daemon=True).start()
    return f"version {version}"


def _make(bench: Bench, version: int, task: dict[str, Any]) -> None:
    with _one_at_a_time:
        found = _prove(task)
    hub = bench.hub
    hub.db.write_again(lambda session: proving.made(session, version, found, hub.clock.now()))


def _prove(task: dict[str, Any]) -> dict[str, Any] | None:
    """None where it did not end in time, or not well."""
    command = [sys.executable, "-m", "protocols.proof.told"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own module; the text goes in by standard input
            command, input=json.dumps(task), capture_output=True, text=True, timeout=LONGEST_S, check=True
        )
        found: dict[str, Any] = json.loads(ended.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        log.error("proof_fault", exc_info=True)
        return None
    return found
