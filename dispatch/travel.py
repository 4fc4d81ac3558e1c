"""How long the way takes. Ranking is handed minutes and never asks how they were found: a road router can stand here
in the straight line's stead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from records.national_grid import Point, km


class Travel(Protocol):
    """Minutes from each of many starting points to one, at once: a router answers a table as fast as a line.

    Points are latitude and longitude in degrees. None, in or out: not known, and never taken for near.
    """

    def minutes(self, starts: Sequence[Point | None], to: Point | None) -> list[int | None]: ...


@dataclass(frozen=True)
class StraightLine:
    """A straight line times a factor, at 30 km/h, and the time to get into the car. [LOCAL]"""

    road_factor: float = 1.4
    km_per_min: float = 0.5
    start_min: int = 4

    def minutes(self, starts: Sequence[Point | None], to: Point | None) -> list[int | None]:
        if to is None:
            return [None] * len(starts)
        slow = self.road_factor / self.km_per_min
        return [
            self.start_min + round(km(start, to) * slow) if start is not None else None for start in starts
        ]
