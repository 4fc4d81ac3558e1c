"""NEWS2 against the chart of the Royal College of Physicians: every band, complete, incomplete, on both scales."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.news2 import IMPLAUSIBLE, OBSERVATIONS, bands, known_total, weigh

MILD = {name: one.mild for name, one in OBSERVATIONS.items()}

# observation, from, to (as the chart prints them), points
CHART = [
    ("resp", 1, 8, 3),
    ("resp", 9, 11, 1),
    ("resp", 12, 20, 0),
    ("resp", 21, 24, 2),
    ("resp", 25, 80, 3),
    ("spo2", 50, 91, 3),
    ("spo2", 92, 93, 2),
    ("spo2", 94, 95, 1),
    ("spo2", 96, 100, 0),
    ("oxygen", "air", "air", 0),
    ("oxygen", "oxygen", "oxygen", 2),
    ("systolic", 40, 90, 3),
    ("systolic", 91, 100, 2),
    ("systolic", 101, 110, 1),
    ("systolic", 111, 219, 0),
    ("systolic", 220, 300, 3),
    ("pulse", 20, 40, 3),
    ("pulse", 41, 50, 1),
    ("pulse", 51, 90, 0),
    ("pulse", 91, 110, 1),
    ("pulse", 111, 130, 2),
    ("pulse", 131, 250, 3),
    ("consciousness", "alert", "alert", 0),
    ("consciousness", "new_confusion", "new_confusion", 3),
    ("consciousness", "voice", "voice", 3),
    ("consciousness", "pain", "pain", 3),
    ("consciousness", "unresponsive", "unresponsive", 3),
    ("temp", 25, 35.0, 3),
    ("temp", 35.1, 36.0, 1),
    ("temp", 36.1, 38.0, 0),
    ("temp", 38.1, 39.0, 1),
    ("temp", 39.1, 45, 2),
]
# from, to, points on air, points on oxygen (without the 2 for the oxygen itself)
SCALE_2 = [
    (50, 83, 3, 3),
    (84, 85, 2, 2),
    (86, 87, 1, 1),
    (88, 92, 0, 0),
    (93, 94, 0, 1),
    (95, 96, 0, 2),
    (97, 100, 0, 3),
]


def _between(name, low, high):
    """Every value of the band that can be written down."""
    step = OBSERVATIONS[name].step
    if step is None:
        return [low]
    return [round(low + place * step, 1) for place in range(round((high - low) / step) + 1)]


@pytest.mark.parametrize("row", CHART, ids=lambda row: f"{row[0]} {row[1]} to {row[2]}")
def test_every_band_of_the_chart(row):
    name, low, high, points = row
    for value in _between(name, low, high):
        weighed = weigh({**MILD, name: value})
        assert weighed.total == weighed.single == (points, points)
        assert weighed.points[name] == (points, points)


@pytest.mark.parametrize("row", SCALE_2, ids=lambda row: f"{row[0]} to {row[1]}")
def test_every_band_of_scale_2_on_air_and_on_oxygen(row):
    low, high, on_air, on_oxygen = row
    for value in _between("spo2", low, high):
        said = {**MILD, "spo2_scale": "scale_2", "spo2": value}
        assert weigh(said).total == (on_air, on_air)
        assert weigh({**said, "oxygen": "oxygen"}).total == (on_oxygen + 2, on_oxygen + 2)


@pytest.mark.parametrize(
    ("said", "total", "why"),
    [
        ({}, 0, "well"),
        (
            {
                "resp": 24,
                "spo2": 92,
                "oxygen": "oxygen",
                "temp": 38.5,
                "systolic": 95,
                "pulse": 115,
                "consciousness": "voice",
            },
            14,
            "the hand-made check",
        ),
        (
            {"resp": 21, "pulse": 95, "spo2": 93, "temp": 37.5, "systolic": 120},
            5,
            "published examples say 6; by the chart it is 5",
        ),
        (
            {
                "resp": 25,
                "spo2": 91,
                "oxygen": "oxygen",
                "systolic": 90,
                "pulse": 131,
                "consciousness": "pain",
                "temp": 35,
            },
            20,
            "the most there is",
        ),
        ({"temp": 35.05}, 3, "between two bands, the worse"),
        ({"temp": 38.05}, 1, "between two bands, the worse"),
        ({"resp": 20.5}, 2, "between two bands, the worse"),
        ({"systolic": 219.5}, 3, "between two bands, the worse"),
        ({"spo2": 92.5, "spo2_scale": "scale_2", "oxygen": "oxygen"}, 3, "between two bands, the worse"),
        ({"pulse": IMPLAUSIBLE}, 3, "cannot be true: the worst"),
        ({"spo2": IMPLAUSIBLE, "spo2_scale": "scale_2"}, 3, "cannot be true: the worst, on scale 2 as well"),
    ],
)
def test_totals(said, total, why):
    assert weigh({**MILD, **said}).total == (total, total), why


@pytest.mark.parametrize(
    ("said", "total", "single", "why"),
    [
        ({"temp": None}, (0, 3), (0, 3), "one missing could be anything"),
        ({"resp": 25, "temp": None}, (3, 6), (3, 3), "a red score is red whatever else is missing"),
        ({"oxygen": None}, (0, 2), (0, 2), "oxygen scores 2 or nothing"),
        ({"consciousness": None}, (0, 3), (0, 3), "not known whether confused"),
        ({"spo2": 90, "spo2_scale": None}, (0, 3), (0, 3), "3 on scale 1, 0 on scale 2: the worse may count"),
        ({"spo2": 97, "spo2_scale": None}, (0, 0), (0, 0), "on air both scales agree"),
        ({"spo2": 97, "spo2_scale": None, "oxygen": "oxygen"}, (2, 5), (2, 3), "too much oxygen on scale 2"),
        ({"spo2": 97, "spo2_scale": "scale_2", "oxygen": None}, (0, 5), (0, 3), "air 0, or oxygen 2 + 3"),
        ({"spo2": 90, "oxygen": None}, (3, 5), (3, 3), "scale 1 reads no differently on oxygen"),
        (dict.fromkeys(MILD), (0, 20), (0, 3), "nothing was taken"),
    ],
)
def test_a_missing_observation_makes_an_interval(said, total, single, why):
    weighed = weigh({**MILD, **said})
    assert (weighed.total, weighed.single) == (total, single), why


def test_what_was_not_reached_reads_as_0_and_without_a_decision_it_is_scale_1():
    assert weigh({}).total == (0, 0)
    assert weigh({"spo2": 90}).total == (3, 3)


# ---- the reference: the chart's rows, summed over every completion ----


def by_the_chart(said):
    """Total and highest single points of complete observations, read off the printed rows."""
    on_oxygen = said["oxygen"] == "oxygen"
    points = []
    for name, value in said.items():
        if name == "spo2" and said["spo2_scale"] == "scale_2":
            points += [row[3 if on_oxygen else 2] for row in SCALE_2 if row[0] <= value <= row[1]]
        elif name != "spo2_scale":
            rows = [row for row in CHART if row[0] == name]
            points += [
                row[3] for row in rows if row[1] == value or (row[1] != row[2] and row[1] <= value <= row[2])
            ]
    assert len(points) == 7
    return sum(points), max(points)


def _edges(name):
    rows = [row[1] for row in CHART if row[0] == name]
    return sorted({*rows, *(row[0] for row in SCALE_2)} if name == "spo2" else rows)


OPTIONS = {name: list(one.answers) or _edges(name) for name, one in OBSERVATIONS.items()}


@st.composite
def taken(draw, *, most_missing=4):
    """Observations, some of them missing."""
    missing = draw(st.sets(st.sampled_from(sorted(OPTIONS)), max_size=most_missing))
    said = {name: draw(st.sampled_from(options)) for name, options in OPTIONS.items()}
    return {name: None if name in missing else value for name, value in said.items()}


@settings(max_examples=150)
@given(taken(most_missing=3))
def test_the_interval_is_exactly_what_the_completions_span(said):
    ways = [OPTIONS[name] if value is None else [value] for name, value in said.items()]
    found = [by_the_chart(dict(zip(said, way, strict=True))) for way in itertools.product(*ways)]
    weighed = weigh(said)
    assert weighed.total == (min(one for one, _ in found), max(one for one, _ in found))
    assert weighed.single == (min(one for _, one in found), max(one for _, one in found))


@settings(max_examples=300)
@given(taken(most_missing=8), st.data())
def test_taking_one_more_observation_never_widens_the_interval(said, data):
    missing = sorted(name for name, value in said.items() if value is None)
    if not missing:
        return
    name = data.draw(st.sampled_from(missing))
    value = data.draw(
        st.sampled_from([*OPTIONS[name], *([] if OBSERVATIONS[name].answers else [IMPLAUSIBLE])])
    )
    before, after = weigh(said), weigh({**said, name: value})
    for wide, narrow in ((before.total, after.total), (before.single, after.single)):
        assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    assert all(
        before.points[one][0] <= low <= high <= before.points[one][1]
        for one, (low, high) in after.points.items()
    )


def test_s7_what_is_told_others_is_a_total_of_which_nothing_is_missing():
    assert known_total(MILD, {}) == 0
    assert known_total({**MILD, "spo2_scale": "scale_2", "spo2": 88}, {}) == 0
    for unknown in ({"spo2_scale": "unknown"}, {"pulse": "unknown"}, {"temp": None}, {"resp": "implausible"}):
        assert known_total({**MILD, **unknown}, {}) is None, unknown


@pytest.mark.parametrize("on", ["air", "oxygen"])
@pytest.mark.parametrize("scale", ["scale_1", "scale_2"])
def test_the_bands_for_explanations_are_those_of_the_chart(scale, on):
    said = {**MILD, "spo2_scale": scale, "oxygen": on}
    for name in ("resp", "spo2", "systolic", "pulse", "temp"):
        tried = [weigh({**said, name: value}).points[name] for value, _ in bands(name, said)]
        assert all(one != other for one, other in itertools.pairwise(tried)), name
        assert {points for points, _ in tried} == {
            weigh({**said, name: value}).points[name][0] for value in OPTIONS[name]
        }


def test_bands_in_words():
    assert [words for _, words in bands("temp", {})] == [
        "35 °C or less",
        "35.1 to 36 °C",
        "36.1 to 38 °C",
        "38.1 to 39 °C",
        "39.1 °C or more",
    ]
    assert bands("spo2", {"spo2_scale": "unknown"})[4] == (92, "92 %")


# scale, oxygen, the first value of each band but the lowest, as the chart has them
SPO2_BANDS = [
    ({}, [92, 94, 96]),
    ({"spo2_scale": "scale_1", "oxygen": "oxygen"}, [92, 94, 96]),
    ({"spo2_scale": "scale_2"}, [84, 86, 88]),
    ({"spo2_scale": "scale_2", "oxygen": "air"}, [84, 86, 88]),
    ({"spo2_scale": "scale_2", "oxygen": "oxygen"}, [84, 86, 88, 93, 95, 97]),
    ({"spo2_scale": "scale_2", "oxygen": "unknown"}, [84, 86, 88, 92, 93, 94, 95, 96, 97]),
]


@pytest.mark.parametrize(("said", "firsts"), SPO2_BANDS, ids=str)
def test_the_bands_of_saturation_are_those_of_its_scale(said, firsts):
    assert [value for value, _ in bands("spo2", said)][1:] == firsts


def test_a_further_threshold_parts_a_band_in_the_steps_of_its_row():
    said = [words for _, words in bands("pulse", {}, [114])]
    assert said[3:] == ["91 to 110 /min", "111 to 114 /min", "115 to 130 /min", "131 /min or more"]
    assert (37.3, "37.3 to 38 °C") in bands("temp", {}, [37.2])
