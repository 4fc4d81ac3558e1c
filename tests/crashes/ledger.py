"""What people were told by the hub: only what it has acknowledged can be lost."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    entries: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Typed and acknowledged: id → call, field, value."""
    answers: dict[str, tuple[int, str, Any]] = field(default_factory=dict)
    """Answered and acknowledged: id → assessment, question, answer."""
    calls: dict[int, int] = field(default_factory=dict)
    """Calls that the hub said it has: call → case."""
    commits: dict[int, list[str]] = field(default_factory=dict)
    """Assessments that the hub said are finished: assessment → the kinds of position that it must have."""
    ambulances: dict[int, int] = field(default_factory=dict)
    """Cases that were handed over to 999: assessment → case."""
    outcomes: dict[int, str] = field(default_factory=dict)
    tries: int = 0
    """Requests that had to be made again."""
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)
    """Refusals that nobody should have got."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tried_again(self) -> None:
        with self._lock:
            self.tries += 1

    def got_through(self) -> None:
        with self._lock:
            self.acknowledged += 1

    def fault(self, words: str) -> None:
        with self._lock:
            self.faults.append(words)
