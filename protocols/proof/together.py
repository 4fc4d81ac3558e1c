"""What is proved of the protocols in force together: one call may meet several of them."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from protocols.loader import Library
from protocols.model import Question, TriageProtocol
from protocols.proof.findings import Finding


def prove_together(library: Library) -> tuple[Finding, ...]:
    """Shared questions mean the same, every need has exactly one protocol, and the front protocol ends in each."""
    protocols = list(library.triage.values())
    return (*_shared(protocols), *_needs(library), *_front(library))


def _shared(protocols: Sequence[TriageProtocol]) -> Iterator[Finding]:
    """United dispositions stay monotone only if a question of the same id is the same question (see the language)."""
    for one, other in combinations(protocols, 2):
        for question in one.questions:
            twin = other.by_id.get(question.id)
            unlike = [] if twin is None else list(_unlike(question, twin))
            if unlike:
                words = (
                    f'"{question.id}" is asked by {one.protocol} and {other.protocol}, and is not the same: '
                    f"{', '.join(unlike)}. Give one of them another id, or make it a question of the house"
                )
                yield Finding("not_proved", "several protocols", question.id, words)


def _unlike(one: Question, other: Question) -> Iterator[str]:
    if one.kind != other.kind or one.answers != other.answers:
        yield "other answers"
    if (one.worse, one.band) != (other.worse, other.band):
        yield "another worse side"
    if (one.unit, one.range) != (other.unit, other.range):
        yield "another unit or range"


def _needs(library: Library) -> Iterator[Finding]:
    by_need: dict[str, list[str]] = {}
    for protocol in library.triage.values():
        if protocol.need is not None:
            by_need.setdefault(protocol.need, []).append(protocol.protocol)
    for need, title in library.house.needs.items():
        found = by_need.get(need, [])
        if not found:
            words = f'no protocol is for "{title}": whoever rings about it gets none; write one, or remove the need'
            yield Finding("not_proved", "needs", need, words)
        elif len(found) > 1:
            words = f'"{title}" has {len(found)} protocols ({", ".join(found)}): say which one is meant'
            yield Finding("not_proved", "needs", need, words)


def _front(library: Library) -> Iterator[Finding]:
    """A front protocol names others by its dispositions: then it names all, or whoever needs one is never led to it.

    That each of its dispositions can be reached is proved of the front protocol itself.
    """
    for front in library.triage.values():
        others = library.triage.keys() - {front.protocol}
        named = {disposition.id for disposition in front.dispositions} & others
        if named:
            for name in sorted(others - named):
                words = (
                    f'"{front.title}" leads to other protocols, but never to {name}: add a disposition for it'
                )
                yield Finding("not_proved", "front", name, words)
