"""One assessment explained: by which rule, for which answers, what would change it, what no longer matters.

Pure: the texts, the answers and the facts of the record in, one value out; the screen, the case, the API and whatever
is written back render that value, and the same assessment on its own texts explains itself the same way for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protocols import asking
from protocols.asking import NotNeeded
from protocols.explain import WouldBecome, would_become, would_become_by_two
from protocols.model import Answer, House, TriageProtocol
from protocols.verdict import Leaf, Verdict

_NO_RECORD: Mapping[str, Answer] = {}
_RULES = {
    "otherwise": "nothing more urgent was found",
    "unknowns": "so many answers were not known",
    "dropped call": "the call ended early",
}


@dataclass(frozen=True)
class Explanation:
    """`rules` are what brought the disposition, in words, `because` the answers that they needed and no others. `also`
    are the other dispositions that stand beside it. `by_two` is filled where it was asked for."""

    protocol: str
    version: str
    protocol_sha256: str
    house_sha256: str
    disposition: str
    title: str
    priority: str
    label: str
    is_final: bool
    rules: tuple[str, ...]
    because: tuple[Leaf, ...]
    also: tuple[str, ...]
    would: tuple[WouldBecome, ...]
    by_two: tuple[WouldBecome, ...]
    remaining: int
    not_needed: tuple[NotNeeded, ...]


def explain(
    protocol: TriageProtocol,
    house: House,
    answers: Mapping[str, Answer],
    record: Mapping[str, Answer] = _NO_RECORD,
    *,
    of_two: bool = False,
) -> Explanation:
    """Refused as `assess` is. `of_two`: also what two changes together would do; takes tenths of a second."""
    found = asking.ask(protocol, house, answers, record)
    verdict = found.verdict
    return Explanation(
        protocol=protocol.protocol,
        version=protocol.version,
        protocol_sha256=protocol.sha256,
        house_sha256=house.sha256,
        disposition=verdict.disposition.id,
        title=verdict.disposition.title,
        priority=verdict.priority,
        label=house.priority(verdict.priority).label,
        is_final=verdict.finished,
        rules=rules_of(verdict),
        because=verdict.because,
        also=tuple(
            one.disposition.title for one in verdict.fired if one.disposition is not verdict.disposition
        ),
        would=would_become(protocol, house, answers, record),
        by_two=would_become_by_two(protocol, house, answers, record) if of_two else (),
        remaining=verdict.remaining,
        not_needed=found.not_needed,
    )


def rules_of(verdict: Verdict) -> tuple[str, ...]:
    """What brought the disposition that stands, in words: its rules by name, a red flag, a limit."""
    fired = next(one for one in verdict.fired if one.disposition.id == verdict.disposition.id)
    return tuple(dict.fromkeys(_RULES.get(rule, rule.replace("_", " ")) for rule in fired.rules))
