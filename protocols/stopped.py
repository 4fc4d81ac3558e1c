"""That a protocol was stopped: by whom, when, and why."""

from dataclasses import dataclass
from datetime import datetime

Key = tuple[str, str]
"""The kind (triage, escalation, house) and the id of a protocol."""


@dataclass(frozen=True)
class Stopped:
    """One person stopped it, with one reason; nobody begins it until governance lets it go on."""

    protocol: str
    title: str
    by: str
    at: datetime
    because: str
