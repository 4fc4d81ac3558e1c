"""Where outward codes and towns lie, without a network: sound in every row, and right where it can be checked."""

import pytest

from records.gazetteer import nearest_town, outward_codes, point_of, town_called, towns
from records.national_grid import degrees, km

GREAT_BRITAIN = ((49.8, 60.9), (-8.7, 1.8))
ENGLISH_AREAS = """
    AL B BA BB BD BH BL BN BR BS CA CB CH CM CO CR CT CV CW DA DE DH DL DN DT DY E EC EN EX FY GL GU HA HD HG HP HR HU
    HX IG IP KT L LA LE LN LS LU M ME MK N NE NG NN NR NW OL OX PE PL PO PR RG RH RM S SE SG SK SL SM SN SO SP SR SS ST
    SW SY TA TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO
"""


@pytest.mark.parametrize(
    ("easting", "northing", "north", "east", "what"),
    [
        (651409.903, 313177.270, 52.65798, 1.71605, "the worked example of the Ordnance Survey's guide"),
        (529090, 179645, 51.50101, -0.14159, "Buckingham Palace"),
        (429317, 433507, 53.79698, -1.55631, "Leeds"),
        (91492, 11000, 49.9200, -6.3000, "the Isles of Scilly"),
    ],
)
def test_from_the_grid_to_degrees(
    easting: float, northing: float, north: float, east: float, what: str
) -> None:
    assert km(degrees(easting, northing), (north, east)) < 1, what


def test_every_outward_code_lies_in_great_britain() -> None:
    (south, north), (west, east) = GREAT_BRITAIN
    astray = [
        code.code
        for code in outward_codes().values()
        if not (south < code.point[0] < north and west < code.point[1] < east)
    ]
    assert astray == []
    assert not any(code.startswith(("BT", "JE", "GY", "IM")) for code in outward_codes())


def test_no_area_of_england_is_missing() -> None:
    there = {
        code.code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").rstrip("0123456789")
        for code in outward_codes().values()
    }
    assert set(ENGLISH_AREAS.split()) <= there
    assert len(outward_codes()) > 2800


@pytest.mark.parametrize(
    ("outward", "town", "within_km"),
    [("LS1", "Leeds", 2), ("SW1A", "London", 4), ("TR18", "Penzance", 4), ("TD15", "Berwick-Upon-Tweed", 8)],
)
def test_outward_codes_lie_where_their_towns_are(outward: str, town: str, within_km: float) -> None:
    point, there = point_of(outward), town_called(town)
    assert point is not None
    assert there is not None
    assert km(point, there.point) < within_km


def test_an_unknown_code_or_name_is_nowhere() -> None:
    assert point_of("") is None
    assert point_of("ZZ9") is None
    assert town_called("Nowhere at all") is None
    assert nearest_town((57.0, -1.0)) == "", "in the North Sea"


def test_every_town_has_a_code_in_use() -> None:
    assert len(towns()) > 5000
    assert [town.name for town in towns() if not outward_codes()[town.outward].is_in_use] == []
    assert [town.point[0] for town in towns()] == sorted(town.point[0] for town in towns())
