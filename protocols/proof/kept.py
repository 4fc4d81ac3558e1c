"""Proofs that are kept by what they are about: the same text, house and prover need not be proved twice."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from protocols.proof.findings import Finding, ShownCall

ROOM = Path(__file__).parents[1]


@cache
def prover_sha256() -> str:
    """What the proofs rest on: every line of the language, the engine and the prover."""
    found = hashlib.sha256()
    for path in sorted(ROOM.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


class KeptProofs:
    """A folder of findings. What cannot be read is proved again; nothing here is the only copy of anything."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def findings(self, prove: Callable[[], tuple[Finding, ...]], *about: str) -> tuple[Finding, ...]:
        """The findings about these texts (by their sha256): those kept, or new ones."""
        if self._folder is None:
            return prove()
        key = hashlib.sha256("\n".join((prover_sha256(), *about)).encode()).hexdigest()
        path = self._folder / f"{key}.json"
        try:
            kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            return tuple(_finding(one) for one in kept)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        found = prove()
        self._folder.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps([asdict(one) for one in found], ensure_ascii=False), encoding="utf-8")
        new.replace(path)
        return found


def _finding(kept: dict[str, Any]) -> Finding:
    call = kept.pop("call")
    if call is not None:
        call = ShownCall(call["answers"], tuple((ask, answer) for ask, answer in call["said"]))
    return Finding(**kept, call=call)
