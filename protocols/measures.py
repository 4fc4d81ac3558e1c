"""What is counted of a protocol's use, as it was agreed with the protocol: so that its lead sees how it is used."""

from collections.abc import Collection
from typing import Any, Final, Literal, NamedTuple

from protocols.faults import meant
from protocols.source import Source

Counted = Literal["rules", "unknowns", "overrides", "time"]
KINDS: Final[tuple[Counted, ...]] = ("rules", "unknowns", "overrides", "time")


class Measure(NamedTuple):
    """How often each rule fires, unknowns by question, overrides by rule, or the time of each question; with `of`, of
    that one question alone."""

    measure: Counted
    of: str | None = None


ALL: Final = tuple(Measure(kind) for kind in KINDS)


def read_measures(source: Source, questions: Collection[str]) -> tuple[Measure, ...]:
    """As the file names them; a file that names none is counted in every way."""
    data: Any = source.data
    named: list[Any] = data.get("measures", [])
    found: dict[Measure, None] = {}
    for place, entry in enumerate(named):
        said: Any = {"measure": entry} if isinstance(entry, str) else entry
        measure = Measure(said["measure"], said.get("of"))
        if measure.of is not None and measure.of not in questions:
            message = f'there is no question "{measure.of}"{meant(measure.of, list(questions))}'
            source.fault(("measures", place, "of"), message)
        if measure in found:
            source.fault(("measures", place), "this stands above; keep one")
        found[measure] = None
    return tuple(found) or ALL


def counts(measures: Collection[Measure], kind: Counted, question: str | None = None) -> bool:
    """Whether this was agreed: of this question, or (without one) of any."""
    return any(one.measure == kind and (question is None or one.of in (None, question)) for one in measures)
