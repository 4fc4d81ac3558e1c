"""Proofs that are kept by what they are about: the same text, house and prover need not be proved twice."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from protocols.proof.findings import Finding, ShownCall

ROOM = Path(__file__).parents[1]


@cache
def prover_sha256() -> str:
    """What the proofs rest on: every line of the language, the engine and the prover, and not what is made of them."""
    found = hashlib.sha256()
    for path in sorted((*ROOM.glob("*.py"), *ROOM.glob("proof/*.py"))):
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
        kept = _read(path)
        if kept is not None:
            return kept
        found = prove()
        # What Z3 gave up on it may find out on a quieter machine.
        if all(one.kind != "undecided" for one in found):
            with suppress(OSError):
                self._keep(path, found)
        return found

    def _keep(self, path: Path, found: tuple[Finding, ...]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        told = {"findings": [asdict(one) for one in found]}
        new.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        new.replace(path)


def _read(path: Path) -> tuple[Finding, ...] | None:
    """The findings kept here; None if there are none, or they are not what was written: never taken for a proof."""
    try:
        kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["findings"]
        return tuple(_finding(one) for one in kept) if isinstance(kept, list) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _finding(kept: dict[str, Any]) -> Finding:
    call = kept.pop("call")
    if call is not None:
        call = ShownCall(call["answers"], tuple((ask, answer) for ask, answer in call["said"]))
    return Finding(**kept, call=call)
