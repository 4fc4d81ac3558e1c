"""What the order of the questions does: the line drops, the call ends, the protocol is not for this person."""

from collections.abc import Iterable, Iterator

from protocols.conditions import asked_by
from protocols.engine import dropped as engine_dropped
from protocols.model import (
    AllOf,
    AnyOf,
    Condition,
    Disposition,
    IsUnknown,
    Known,
    Not,
    RedFlag,
)
from protocols.proof.call import World
from protocols.proof.findings import Finding
from protocols.proof.outcome import Outcome
from protocols.proof.subject import Subject
from protocols.proof.terms import Term, both, either, never


def dropped(subject: Subject) -> Iterator[Finding]:
    """Wherever the line drops: what is done is not slower than the floor of a red flag that may be true by then."""
    prefix = Outcome(subject.house, World(subject.call, unreached="mild"), drop=True)
    for flag in subject.protocol.red_flags:
        found = subject.search.mildest(subject.below_floor(flag, prefix))
        if found is None:
            continue
        said = found.before_it_ended
        verdict = engine_dropped(subject.protocol, subject.house, said)
        rank = min(subject.by_rules(verdict), subject.house.rank[subject.protocol.dropped_call.to])
        last = subject.protocol.by_id[[*said][-1]].ask if said else "the first question"
        words = (
            f'the line drops after "{last}": the red flag "{flag.title}" may be true, and {subject.title(rank)} is '
            f"slower than its floor, {subject.title(subject.floor(flag))}"
        )
        agreed = flag.flag in [one.flag for one in verdict.flags] and rank > subject.floor(flag)
        yield subject.told("dropped", flag.flag, words, said, agreed=agreed)


def ends(subject: Subject) -> Iterator[Finding]:
    """No disposition ends the call before a more urgent red flag was asked for."""
    prefix = World(subject.call, unreached="mild")
    for disposition in subject.protocol.dispositions:
        if not disposition.ends_call:
            continue
        sure = both((_surely_fires(subject, disposition, prefix), never(subject.outcome.refused)))
        for flag in _more_urgent(subject, disposition):
            later = either(never(subject.call.reached[index]) for index in asked_by(flag.condition))
            flag_value = subject.world.value(flag.condition)
            unseen = both((flag_value.may, never(prefix.value(flag.condition).may)))
            found = subject.search.mildest(both((sure, later, unseen)))
            if found is not None:
                words = (
                    f'"{disposition.title}" ends the call before the red flag "{flag.title}" was asked for, '
                    f"whose floor is {subject.title(subject.floor(flag))}"
                )
                said = found.before_it_ended
                yield subject.told("ends", disposition.id, words, said, agreed=True)
                break


def _more_urgent(subject: Subject, disposition: Disposition) -> Iterable[RedFlag]:
    rank = subject.house.rank[disposition.priority]
    return [flag for flag in subject.protocol.red_flags if subject.floor(flag) < rank]


def _surely_fires(subject: Subject, disposition: Disposition, prefix: World) -> Term:
    """Whether it stands already, whatever the questions not yet reached come to be answered: by a rule, or because
    it is not known whether the protocol is for this person."""
    rules = [_stays_open(prefix, rule.condition, wanted=True) for rule in disposition.rules]
    rules += [
        both((_all_reached(prefix, one.condition), never(prefix.value(one.condition).must)))
        for one in subject.protocol.population
        if one.otherwise == disposition.id
    ]
    unknowns = subject.protocol.unknowns
    if unknowns.to == disposition.priority:
        rules.append(Outcome(subject.house, prefix).too_many_unknown)
    return either(rules)


def _stays_open(prefix: World, condition: Condition, *, wanted: bool) -> Term:
    """Whether the condition stays not false (not true, where it is not `wanted`) whatever is still to come."""
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            joined = both if isinstance(condition, AllOf) == wanted else either
            return joined([_stays_open(prefix, part, wanted=wanted) for part in parts])
        case Not(part=part):
            return _stays_open(prefix, part, wanted=not wanted)
        case Known(part=part) | (IsUnknown() as part):
            value = prefix.value(part)
            return both((_all_reached(prefix, part), value.must if wanted else never(value.must)))
        case leaf:
            value = prefix.value(leaf)
            return both((_all_reached(prefix, leaf), value.may if wanted else never(value.must)))


def _all_reached(prefix: World, condition: Condition) -> Term:
    return both(prefix.call.reached[index] for index in asked_by(condition))


def population(subject: Subject) -> Iterator[Finding]:
    """Nobody is refused before the questions about a threat to life were asked."""
    seen = World(subject.call, unreached="any")
    for one in subject.protocol.population:
        outside = never(seen.value(one.condition).may)
        for flag in subject.protocol.red_flags:
            if not flag.life_threat:
                continue
            later = [
                both((subject.world.asked(index), never(subject.call.reached[index])))
                for index in asked_by(flag.condition)
            ]
            found = subject.search.mildest(both((outside, either(later))))
            if found is not None:
                words = (
                    f'somebody whom this is not for is sent to "{one.go_to}" before the red flag "{flag.title}" '
                    "was asked for: ask about threats to life first"
                )
                said = found.before_it_ended
                agreed = engine_dropped(subject.protocol, subject.house, said).refusal is not None
                yield subject.told("population", flag.flag, words, said, agreed=agreed)
                break
