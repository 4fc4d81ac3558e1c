"""Proves a triage protocol: every obligation, over every possible call."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from protocols.model import House, TriageProtocol
from protocols.proof import economy, order, safety
from protocols.proof.findings import Finding
from protocols.proof.search import Undecided
from protocols.proof.subject import Subject

OBLIGATIONS = (
    safety.total,
    safety.floor,
    safety.hidden,
    safety.record,
    order.dropped,
    order.ends,
    order.population,
    economy.rules,
    economy.dispositions,
    economy.flags,
    economy.questions,
    economy.exceptions,
    economy.neither,
)
OF_EACH_QUESTION = (safety.monotone, safety.unknown)


@dataclass(frozen=True)
class Proof:
    """What was found; `holds` is no while anything is not proved."""

    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not any(finding.fails for finding in self.findings)


def prove(protocol: TriageProtocol, house: House) -> Proof:
    """Every obligation of one protocol in its house."""
    return Proof(tuple(finding for _, findings in steps(protocol, house) for finding in findings))


def steps(protocol: TriageProtocol, house: House) -> Iterator[tuple[str, list[Finding]]]:
    """Each obligation by its name, with what was found, as it is done; those of each question under its id."""
    subject = Subject(protocol, house)
    for obligation in OBLIGATIONS:
        name = obligation.__name__
        yield name, list(_decided(name, protocol.protocol, partial(obligation, subject)))
    for question in protocol.questions:
        yield (
            question.id,
            [
                finding
                for each in OF_EACH_QUESTION
                for finding in _decided(each.__name__, question.id, partial(each, subject, question))
            ],
        )


def _decided(obligation: str, about: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What was found; where Z3 gives up, that, and never a proof."""
    try:
        yield from look()
    except Undecided as gave_up:
        yield Finding(
            "undecided", obligation, about, f"Z3 gave up on this ({gave_up}): make the protocol simpler"
        )
