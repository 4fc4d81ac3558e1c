"""A call of a protocol's table: what was said, and what must come of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from protocols.examples import play
from protocols.loader import load_library
from protocols.model import Answer, Example, TriageProtocol
from protocols.verdict import Verdict

LIBRARY = load_library(Path(__file__).parents[2] / "protocols", draft=True)


def played(
    protocol: TriageProtocol,
    said: Mapping[str, Answer],
    record: Mapping[str, Answer] | None = None,
    *,
    refused: bool = False,
) -> Verdict:
    """What was not said is answered as mildly as can be."""
    example = Example("", said, record or {}, None, None, refused, False, "", 1, 1)
    return play(protocol, LIBRARY.house, example)


def comes_to(verdict: Verdict, priority: str, positions: Sequence[tuple[str, str]], why: str) -> None:
    assert verdict.priority == priority, why
    stood = [(one.kind, one.priority) for one in verdict.positions]
    assert sorted(stood) == sorted(positions), why
    assert verdict.finished
