"""Reads an escalation protocol and checks that its ladder never ends in silence."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from protocols.durations import seconds
from protocols.faults import meant
from protocols.model import EscalationProtocol, EscalationStep, House
from protocols.schema import check_shape
from protocols.source import Path, Source, read_source, sha256_of


def parse_escalation(text: str, name: str, house: House) -> EscalationProtocol:
    """An escalation protocol from its text; ProtocolError with every fault, named after `name`."""
    source = read_source(text, name)
    check_shape(source, "escalation")
    source.stop_if_faulty()
    data: Any = source.data
    for place, priority in enumerate(data["serves"]):
        if priority not in house.rank:
            message = f'there is no priority "{priority}"{meant(priority, list(house.rank))}'
            source.fault(("serves", place), message)
        elif priority in data["serves"][:place]:
            source.fault(("serves", place), f'"{priority}" is listed twice; keep one')
    steps = tuple(_step(entry) for entry in data["steps"])
    _check_ladder(source, data["steps"], steps)
    _check_targets(source, house, data["serves"], steps)
    source.stop_if_faulty()
    return EscalationProtocol(
        escalation=data["escalation"],
        version=data["version"],
        status=data["status"],
        title=data["title"],
        serves=tuple(data["serves"]),
        steps=steps,
        nobody_eligible=data["nobody_eligible"]["alert"],
        text=text,
        sha256=sha256_of(text),
    )


def _step(entry: Mapping[str, Any]) -> EscalationStep:
    at_s = seconds(entry["at"]) if "at" in entry else 0
    again_s = seconds(entry["then_every"]) if "then_every" in entry else None
    if "offer" in entry:
        offer = entry["offer"]
        return EscalationStep(
            "offer",
            at_s,
            at_once=offer["at_once"],
            wait_s=seconds(offer["wait"]),
            team=offer.get("team", ""),
            daytime=_daytime(offer["daytime"]) if "daytime" in offer else None,
            then_every_s=again_s,
        )
    if "hand_over" in entry:
        return EscalationStep("hand_over", at_s, to=entry["hand_over"]["to"], then_every_s=again_s)
    if "call" in entry:
        return EscalationStep("call", at_s, role=entry["call"]["role"], then_every_s=again_s)
    return EscalationStep("alert", at_s, role=entry["alert"]["role"], then_every_s=again_s)


def _daytime(said: Mapping[str, str]) -> tuple[time, time]:
    return time.fromisoformat(said["from"]), time.fromisoformat(said["to"])


def _check_ladder(source: Source, data: Sequence[Any], steps: Sequence[EscalationStep]) -> None:
    if steps[0].kind != "offer":
        source.fault(("steps", 0), "a ladder begins with an offer; put it first")
    elif steps[0].at_s != 0:
        source.fault(("steps", 0, "at"), "the first offer goes out at once; remove at")
    last = len(steps) - 1
    for place, step in enumerate(steps):
        path: Path = ("steps", place)
        if place and step.at_s < steps[place - 1].at_s:
            source.fault((*path, "at"), "earlier than the step above it; put the steps in the order of time")
        if step.kind == "offer" and step.wait_s == 0:
            source.fault((*path, "offer", "wait"), "nobody can answer in no time; write a wait such as 4 min")
        if step.daytime is not None and step.daytime[0] >= step.daytime[1]:
            message = "the day ends before it begins; write the earlier time as from, the later as to"
            source.fault((*path, "offer", "daytime"), message)
        if step.then_every_s is not None and (place != last or step.then_every_s == 0):
            message = (
                "then_every stands on the last step only, and is longer than nothing; move or correct it"
            )
            source.fault((*path, "then_every"), message, at_key=True)
    end = steps[-1]
    if end.kind not in ("alert", "call") or end.then_every_s is None:
        message = (
            "the ladder ends in silence; end it with an alert or call to a person and then_every: 15 min"
        )
        source.fault(("steps", last), message)
    if "offer" in data[0] and sum(step.kind == "offer" for step in steps) != 1:
        # Offers go on by themselves until somebody accepts; a second one would run beside the first.
        later = [place for place, step in enumerate(steps) if place and step.kind == "offer"]
        source.fault(
            ("steps", later[0]), "a second offer; offers already go on until somebody accepts: remove it"
        )


def _check_targets(
    source: Source, house: House, serves: Sequence[str], steps: Sequence[EscalationStep]
) -> None:
    targets = [
        (house.priority(priority).target_min, priority)
        for priority in serves
        if priority in house.rank and house.priority(priority).target_min is not None
    ]
    for place, step in enumerate(steps):
        for target_min, priority in targets:
            if target_min is not None and max(step.at_s, step.wait_s) >= target_min * 60:
                where: Path = ("steps", place, "offer" if step.wait_s else "at")
                message = f"not inside the target of {priority}, {target_min} min; make it shorter"
                source.fault(where, message)
