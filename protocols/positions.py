"""Which positions stand when several dispositions have fired: each at its own priority (S11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from protocols.model import Disposition, House, PlannedPosition


@dataclass(frozen=True)
class AskedPosition:
    """One position to be filled. `rank` is the priority's place in the house, 0 the most urgent.

    `offered` is no for a queue (the clinicians' call-backs), which is never offered by SMS. While 999 is on its way
    a position waits for a clinician's word unless `with_999`.
    """

    kind: str
    priority: str
    stops_clock: bool
    rank: int
    offered: bool = True
    with_999: bool = False


def stand(house: House, dispositions: Sequence[Disposition]) -> tuple[AskedPosition, ...]:
    """The positions of all fired dispositions: of each kind the highest count that any one of them asks for."""
    return _stand(house, tuple((disposition.priority, disposition.positions) for disposition in dispositions))


# The same few sets of dispositions fire again and again.
@lru_cache(maxsize=1024)
def _stand(
    house: House, asked: tuple[tuple[str, tuple[PlannedPosition, ...]], ...]
) -> tuple[AskedPosition, ...]:
    return stand_together(
        [_asked(house, priority, planned) for planned in positions] for priority, positions in asked
    )


def _asked(house: House, priority: str, planned: PlannedPosition) -> AskedPosition:
    kind, rank = house.position(planned.kind), house.rank[priority]
    return AskedPosition(kind.id, priority, kind.stops_clock, rank, kind.offered, planned.with_999)


def stand_together(lists: Iterable[Iterable[AskedPosition]]) -> tuple[AskedPosition, ...]:
    """Unite lists of positions, most urgent first.

    For each kind and each priority, as many stand at that priority or sooner as the list that asks for most: a
    nurse within the hour serves for a nurse within two, but two nurses within two hours make a second one.
    """
    by_kind: dict[str, list[list[AskedPosition]]] = {}
    for asked in lists:
        mine: dict[str, list[AskedPosition]] = {}
        for position in asked:
            mine.setdefault(position.kind, []).append(position)
        for kind, positions in mine.items():
            by_kind.setdefault(kind, []).append(sorted(positions, key=lambda position: position.rank))
    found: list[AskedPosition] = []
    for same_kind in by_kind.values():
        longest = max(len(positions) for positions in same_kind)
        for place in range(longest):
            candidates = [positions[place] for positions in same_kind if place < len(positions)]
            found.append(min(candidates, key=lambda position: (position.rank, not position.with_999)))
    return tuple(sorted(found, key=lambda position: position.rank))
