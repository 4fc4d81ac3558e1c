"""What stands of each version, from what was done about it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from protocols.stopped import Key, Stopped
from triage.governance.model import Act, Did, Source, Version

GRACE = timedelta(days=28)
"""So long after its review date a protocol may still be put in force. [LOCAL]"""
NAG_BEFORE = timedelta(days=42)
"""So long before its review date governance hears of it. [LOCAL]"""


class State(StrEnum):
    proposed = "proposed"
    approved = "approved"
    starts = "starts"
    in_force = "in_force"
    replaced = "replaced"
    withdrawn = "withdrawn"


@dataclass(frozen=True)
class Standing:
    """`since`: when it came or comes into force; `approvals`: those that count, by two people at most once each."""

    version: Version
    state: State
    approvals: tuple[Act, ...]
    since: datetime | None
    decided: bool
    """Whether its coming into force was decided by somebody, and not only by its lying in a training place's folder."""


def standings(
    versions: Iterable[Version], acts: Sequence[Act], now: datetime, *, training: bool
) -> list[Standing]:
    """Of all versions of a place, newest first within each protocol; `acts` in the order in which they were done."""
    by_text: dict[str, list[Act]] = {}
    for act in acts:
        if act.sha256 is not None:
            by_text.setdefault(act.sha256, []).append(act)
    by_protocol: dict[Key, list[Version]] = {}
    for version in versions:
        by_protocol.setdefault((version.kind, version.protocol), []).append(version)
    found: list[Standing] = []
    for _, those in sorted(by_protocol.items()):
        found += _of_protocol(those, by_text, now, training=training)
    return found


def _of_protocol(
    versions: list[Version], by_text: Mapping[str, list[Act]], now: datetime, *, training: bool
) -> list[Standing]:
    starts = {
        one.key: _started(one, by_text.get(one.sha256, ()), training=training)
        for one in sorted(versions, key=lambda one: one.key)
    }
    come = [
        (start[0], start[1], key) for key, start in starts.items() if start is not None and start[0] <= now
    ]
    newest = max(come)[2] if come else None
    found: list[Standing] = []
    for one in sorted(versions, key=lambda one: -one.key):
        done, start = by_text.get(one.sha256, []), starts[one.key]
        approvals = _approvals(one, done)
        if start is None:
            state = State.withdrawn if any(act.did is Did.withdrawn for act in done) else State.proposed
            if state is State.proposed and len(approvals) > 1:
                state = State.approved
        elif start[0] > now:
            state = State.starts
        else:
            state = State.in_force if one.key == newest else State.replaced
        found.append(Standing(one, state, approvals, start[0] if start else None, bool(start and start[1])))
    return found


def _started(version: Version, done: Iterable[Act], *, training: bool) -> tuple[datetime, bool] | None:
    """From when it counts, and whether somebody decided so; None: it does not."""
    last = next((act for act in reversed(list(done)) if act.did in (Did.started, Did.withdrawn)), None)
    if last is not None:
        return (last.starts_at or last.at, True) if last.did is Did.started else None
    return (version.proposed_at, False) if training and version.source is Source.folder else None


def _approvals(version: Version, done: Iterable[Act]) -> tuple[Act, ...]:
    """Of two different people, neither its author; what was approved before it was withdrawn is to be given anew."""
    given: dict[int, Act] = {}
    for act in done:
        if act.did is Did.withdrawn:
            given.clear()
        elif act.did is Did.approved and act.by_id is not None and act.by_id != version.author_id:
            given.setdefault(act.by_id, act)
    return tuple(given.values())


def stopped(acts: Iterable[Act], titles: Mapping[Key, str]) -> dict[Key, Stopped]:
    """What is stopped just now."""
    found: dict[Key, Stopped] = {}
    for act in acts:
        key = act.kind, act.protocol
        if act.did is Did.stopped:
            found[key] = Stopped(act.protocol, titles.get(key, act.protocol), act.by, act.at, act.words)
        elif act.did is Did.released:
            found.pop(key, None)
    return found


def is_overdue(version: Version, today: date) -> bool:
    """Beyond its review date and the grace: it does not go live any more."""
    return version.review_by is not None and version.review_by + GRACE < today


def review_is_near(version: Version, today: date) -> bool:
    return version.review_by is not None and version.review_by - NAG_BEFORE <= today
