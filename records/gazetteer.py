"""Where the outward postcodes and the towns of Great Britain lie, for the whole hub and without a network.

Two small tables that `setup/gazetteer.py` made from open data; docs/dependencies.md says which, and whom to name.
"""

import csv
import math
import unicodedata
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from records.national_grid import KM_A_DEGREE, Point, km

HERE = Path(__file__).parent
OUTWARD_CODES, TOWNS = HERE / "outward_codes.csv", HERE / "towns.csv"
NEAR_KM = 8
"""Farther than this nobody would say "near"."""


class OutwardCode(NamedTuple):
    """`point` is the middle of its postcodes; `near` the town nearest to that; old codes are in use no more."""

    code: str
    point: Point
    near: str
    is_in_use: bool


class Town(NamedTuple):
    """A city, town, village or part of one; `outward` is the code of its nearest postcode."""

    name: str
    point: Point
    people: int
    outward: str
    folded: str


@cache
def outward_codes() -> dict[str, OutwardCode]:
    with OUTWARD_CODES.open(encoding="utf-8", newline="") as file:
        return {
            code: OutwardCode(code, (float(north), float(east)), near, in_use == "1")
            for code, north, east, near, in_use in csv.reader(file)
        }


@cache
def towns() -> tuple[Town, ...]:
    """From south to north."""
    with TOWNS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Town(name, (float(north), float(east)), int(people), outward, folded(name))
            for name, north, east, people, outward in csv.reader(file)
        )


def point_of(outward: str) -> Point | None:
    found = outward_codes().get(outward)
    return found.point if found else None


@lru_cache(maxsize=4096)
def nearest_outward(point: Point) -> str:
    """The outward code in use whose middle is nearest, or nothing where none is near."""
    around = ((km(point, one.point), one.code) for one in outward_codes().values() if one.is_in_use)
    apart, code = min(around, default=(math.inf, ""))
    return code if apart <= NEAR_KM else ""


@lru_cache(maxsize=64)
def town_called(name: str) -> Town | None:
    """The biggest of that name."""
    wanted = folded(name)
    return max((one for one in towns() if one.folded == wanted), key=lambda one: one.people, default=None)


def nearest_town(point: Point) -> str:
    """Its name, or nothing where none is near."""
    reach = NEAR_KM / KM_A_DEGREE
    first = bisect_left(towns(), point[0] - reach, key=_north)
    last = bisect_left(towns(), point[0] + reach, key=_north)
    around = ((km(point, town.point), town.name) for town in towns()[first:last])
    apart, name = min(around, default=(math.inf, ""))
    return name if apart <= NEAR_KM else ""


def _north(town: Town) -> float:
    return town.point[0]


def folded(name: str) -> str:
    """As people type it: `King's Lynn` → `kings lynn`, `Stoke-on-Trent` → `stoke on trent`."""
    bare = name.casefold().replace("'", "").replace("’", "")
    letters = (letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
