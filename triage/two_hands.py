"""Two people type on one call: what one wrote never silently replaces what the other did. Pure.

An entry says which one its page saw last in that field. Where another stands there meanwhile, with other words, the new
one is kept aside: the older stands until somebody chooses, and choosing is an entry like any other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from triage.model import CaptureField, Entry
from triage.told import TOLD


class Said(Protocol):
    """What was typed, with the id that its page gave it. `after`: the entry the page saw there, "" where it saw none,
    None where it does not say."""

    @property
    def id(self) -> str: ...
    @property
    def field(self) -> CaptureField: ...
    @property
    def value(self) -> str: ...
    @property
    def after(self) -> str | None: ...


class Hands:
    """What each field of a call holds: the newest entry that stands, and the newest that was set aside since."""

    def __init__(self, newest: Iterable[Entry]) -> None:
        self.stands: dict[CaptureField, Entry] = {}
        self.aside: dict[CaptureField, Entry] = {}
        for entry in sorted(newest, key=lambda one: one.n or 0):
            self.add(entry)

    def add(self, entry: Entry) -> None:
        if entry.aside:
            self.aside[entry.field] = entry
        else:
            self.stands[entry.field] = entry
            self.aside.pop(entry.field, None)

    def apart(self, typed: Sequence[Said]) -> set[str]:
        """The ids of those that are to be kept aside."""
        stands = {field: (entry.id, entry.value) for field, entry in self.stands.items()}
        found = set()
        for one in typed:
            held, words = stands.get(one.field, ("", one.value))
            if one.field in TOLD or one.id == held:
                continue
            if one.after is None or held in ("", one.after) or one.value.strip() == words.strip():
                stands[one.field] = (one.id, one.value)
            else:
                found.add(one.id)
        return found

    def heads(self) -> dict[str, str]:
        """The id of what stands in each field."""
        return {field.value: entry.id for field, entry in self.stands.items() if field not in TOLD}

    def differ(self) -> list[dict[str, Any]]:
        """Each field in which two stand against each other."""
        return [
            {"field": field.value, "stands": _said(self.stands[field]), "other": _said(other)}
            for field, other in self.aside.items()
            if field in self.stands
        ]


def _said(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "value": entry.value, "by": entry.by, "at": entry.typed_at or entry.saved_at}
