"""Two or three letters of a postcode, or the beginning of a name, and the places that could be meant. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from records.gazetteer import OutwardCode, folded, nearest_town, outward_codes, towns
from records.national_grid import Point, km
from triage.postcodes import postcodes_of

AT_MOST = 8
SHORTEST, LONGEST = 2, 60
"""Nothing longer begins any name: it is somebody's sentence in the wrong field."""
BEGINS_A_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9]")
OUTWARD = re.compile(r"([A-Z]{1,2})([0-9]+)([A-Z]?)\Z")
INWARD = re.compile(r"[0-9][A-Z]{0,2}\Z")
AFTER_ALL_CODES = 1e9


@dataclass(frozen=True)
class Choice:
    """`postcode` is what the field takes; `where` tells people which place that is."""

    postcode: str
    where: str


@dataclass(frozen=True)
class Found:
    """`is_unlisted`: it looks like a postcode, and none that we know begins so."""

    choices: tuple[Choice, ...] = ()
    is_unlisted: bool = False


Ranked = tuple[float, str, Choice]


def search(typed: str, home: Point | None = None) -> Found:
    """The outward code itself; then codes and towns that begin so, nearest to `home` first; then whole postcodes.

    Whole postcodes stand in order of the alphabet: those of one outward code are all equally near.
    """
    text = " ".join(typed.upper().split())
    if not SHORTEST <= len(text) <= LONGEST:
        return Found()
    squeezed = text.replace(" ", "")
    begins = "" if _is_split(text) else squeezed
    itself = outward_codes().get(begins)
    near = sorted(chain(_codes(begins, home), _towns(text, home)), key=lambda ranked: ranked[:2])
    found = chain(
        [_of_code(itself)] if itself else [],
        (choice for _, _, choice in near),
        _whole(text),
    )
    choices = tuple(islice(found, AT_MOST))
    return Found(choices, is_unlisted=not choices and BEGINS_A_POSTCODE.match(squeezed) is not None)


def _is_split(text: str) -> bool:
    """`LS1 2` says where the outward part ends, and is not LS12."""
    first, _, rest = text.partition(" ")
    return bool(rest) and first in outward_codes()


def _codes(begins: str, home: Point | None) -> Iterator[Ranked]:
    """Outward codes in use that go on after what was typed; in their own order where no home is known."""
    for code in outward_codes().values() if begins else ():
        if code.is_in_use and code.code.startswith(begins) and code.code != begins:
            yield km(home, code.point) if home else _in_order(code.code), code.code, _of_code(code)


def _in_order(code: str) -> float:
    """LS2 comes before LS10."""
    split = OUTWARD.match(code)
    return float(split[2]) if split else 0.0


def _of_code(code: OutwardCode) -> Choice:
    return Choice(code.code, _near(code.near))


def _towns(text: str, home: Point | None) -> Iterator[Ranked]:
    """Those of whose words one begins so; the biggest first where no home is known."""
    wanted = folded(text)
    if len(wanted) < SHORTEST:
        return
    for town in towns():
        if f" {wanted}" in f" {town.folded}":
            far = km(home, town.point) if home else AFTER_ALL_CODES - town.people
            yield far, town.name, Choice(town.outward, town.name)


def _whole(text: str) -> Iterator[Choice]:
    """`LS82` is the beginning of LS8 2AB, `LS12` also that of LS12 1AA: each reading in turn."""
    readings = (postcodes_of(outward, inward, AT_MOST) for outward, inward in _readings(text))
    for code, point in _in_turn(readings):
        yield Choice(code, _near(nearest_town(point)) if point else "")


def _readings(text: str) -> Iterator[tuple[str, str]]:
    squeezed = text.replace(" ", "")
    if _is_split(text):
        outward = text.partition(" ")[0]
        inward = squeezed.removeprefix(outward)
        if INWARD.match(inward):
            yield outward, inward
        return
    if squeezed in outward_codes():
        yield squeezed, ""
    for cut in (1, 2, 3):
        outward, inward = squeezed[:-cut], squeezed[-cut:]
        if outward in outward_codes() and INWARD.match(inward):
            yield outward, inward


def _in_turn(readings: Iterable[list[tuple[str, Point | None]]]) -> Iterator[tuple[str, Point | None]]:
    for row in zip_longest(*readings):
        yield from (one for one in row if one is not None)


def _near(town: str) -> str:
    return f"near {town}" if town else ""
