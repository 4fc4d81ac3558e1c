"""What is due of an escalation protocol: a function of when the ladder began and what time it is. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from protocols.model import EscalationProtocol, EscalationStep


@dataclass(frozen=True)
class StepDue:
    step: EscalationStep
    at: datetime


def offer_step(protocol: EscalationProtocol, began_at: datetime, now: datetime) -> EscalationStep:
    """How offers are made just now: the newest offer step that has begun (the first, before any has)."""
    offers = [step for step in protocol.steps if step.kind == "offer"]
    begun = [step for step in offers if began_at + timedelta(seconds=step.at_s) <= now]
    return (begun or offers[:1])[-1]


def opens_at(step: EscalationStep, due_at: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When offers may be made, where that is not now: the next morning of its `daytime`. None by day, and where the
    position is due before an offer of that morning could be answered: then nobody's sleep is worth the wait."""
    if step.daytime is None:
        return None
    begins, ends = step.daytime
    local = now.astimezone(zone)
    if begins <= local.time() < ends:
        return None
    day = local.date() if local.time() < begins else local.date() + timedelta(days=1)
    opens = datetime.combine(day, begins, zone).astimezone(now.tzinfo)
    return opens if opens + timedelta(seconds=step.wait_s) < due_at else None


def asks_in_words(step: EscalationStep) -> str:
    """1 at a time, 4 min each"""
    team = f"all of {step.team} first, then " if step.team else ""
    by_day = f", {step.daytime[0]:%H:%M} to {step.daytime[1]:%H:%M} only" if step.daytime else ""
    return f"{team}{step.at_once} at a time, {step.wait_s // 60} min each{by_day}"


def due_between(
    protocol: EscalationProtocol, began_at: datetime, after: datetime | None, now: datetime
) -> list[StepDue]:
    """The steps other than offers that fell due after `after` (None: from the beginning) and up to `now`, in order.

    Of steps that do the same only the newest counts: after an outage nobody is rung ten times in a row.
    """
    due: dict[tuple[str, str, str], StepDue] = {}
    for step in _people(protocol):
        times = [at for at in _times(step, began_at, now) if after is None or at > after]
        does = (step.kind, step.role, step.to)
        if times and (does not in due or due[does].at < times[-1]):
            due[does] = StepDue(step, times[-1])
    return sorted(due.values(), key=lambda d: d.at)


def next_at(protocol: EscalationProtocol, began_at: datetime, after: datetime | None) -> datetime | None:
    """When the next of these steps falls due after `after` (None: none has been done yet); it may be past already."""
    times = []
    for step in _people(protocol):
        at = began_at + timedelta(seconds=step.at_s)
        if after is not None and at <= after and step.then_every_s:
            passed = (after - at) // timedelta(seconds=step.then_every_s)
            at += timedelta(seconds=step.then_every_s) * (passed + 1)
        if after is None or at > after:
            times.append(at)
    return min(times, default=None)


def ahead(protocol: EscalationProtocol, began_at: datetime, after: datetime | None) -> list[StepDue]:
    """Every step that is still to come, up to the last (once, however often that is repeated), in order."""
    coming = []
    for step in _people(protocol):
        at = began_at + timedelta(seconds=step.at_s)
        if after is not None and at <= after:
            if not step.then_every_s:
                continue
            every = timedelta(seconds=step.then_every_s)
            at += every * ((after - at) // every + 1)
        coming.append(StepDue(step, at))
    return sorted(coming, key=lambda due: due.at)


def step_in_words(step: EscalationStep) -> str:
    """coordinator alerted, manager rung, handed over to 999"""
    if step.kind == "hand_over":
        return f"handed over to {step.to}"
    return f"{step.role.replace('_', ' ')} {'rung' if step.kind == 'call' else 'alerted'}"


def _people(protocol: EscalationProtocol) -> list[EscalationStep]:
    return [step for step in protocol.steps if step.kind != "offer"]


def _times(step: EscalationStep, began_at: datetime, now: datetime) -> list[datetime]:
    """The first and the newest time at which the step was due up to `now`."""
    first = began_at + timedelta(seconds=step.at_s)
    if first > now:
        return []
    if not step.then_every_s:
        return [first]
    every = timedelta(seconds=step.then_every_s)
    return [first, first + every * ((now - first) // every)]
