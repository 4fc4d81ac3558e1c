"""Reads when welfare calls are made (S4) from a place's house file."""

from collections.abc import Mapping, Sequence
from typing import Any

from protocols.durations import minutes
from protocols.faults import meant
from protocols.house import WELFARE_CALLS, WelfareCalls
from protocols.source import Source

LEAST_MIN = 5
"""A call is made within five minutes of being due; two may not fall into the same five."""


def parse_welfare_calls(
    source: Source, data: Mapping[str, Any] | None, priorities: Sequence[str]
) -> Mapping[str, WelfareCalls]:
    """By priority; the defaults where the house says nothing. Faults are noted in `source`."""
    if data is None:
        return WELFARE_CALLS
    if not data:
        where = ("welfare_calls",)
        source.fault(where, "nobody who waits would be rung (S4); name a priority, or leave the key out")
    found: dict[str, WelfareCalls] = {}
    for priority, said in data.items():
        here = ("welfare_calls", priority)
        if priority not in priorities:
            source.fault(here, f'there is no priority "{priority}"{meant(priority, priorities)}', at_key=True)
        calls = WelfareCalls(tuple(minutes(at) for at in said["at"]), minutes(said["then_every"]))
        for place, (before, at) in enumerate(zip((0, *calls.at_min), calls.at_min, strict=False)):
            if at < before + LEAST_MIN:
                words = (
                    f"at least {LEAST_MIN} min after the one before (the first: after the call); put it later"
                )
                source.fault((*here, "at", place), words)
        if calls.then_every_min < LEAST_MIN:
            source.fault((*here, "then_every"), f"at least {LEAST_MIN} min; write a longer time")
        found[priority] = calls
    return found
