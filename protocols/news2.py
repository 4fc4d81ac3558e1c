"""NEWS2: the chart of the Royal College of Physicians, and the interval that a missing observation leaves.

Nothing is ever imputed: an observation that was not taken could be any, so the total is an interval (S7). A value
between two bands of the chart (35.05 °C) counts in the worse of the two, and one that cannot be true in the worst.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from protocols.house import Answer

NUMBERS: Final = ("resp", "spo2", "systolic", "pulse", "temp")
# Without this question SpO2 is read on scale 1: scale 2 is only for a clinician's recorded decision.
SCALE: Final = "spo2_scale"
MOST: Final = 20
WORST: Final = 3

# What was typed for an observation cannot be true, and was confirmed (S7: kept, and scored as the worst).
IMPLAUSIBLE: Final = "implausible"

# By observation: what was said, IMPLAUSIBLE, or None if it is missing. One that is not there was not reached yet.
Said = Mapping[str, Answer | None]
Span = tuple[int, int]


@dataclass(frozen=True)
class Observation:
    """One row of the chart. `mild` scores 0; each of `cuts` is the last value of a band of the chart."""

    id: str
    title: str
    unit: str | None
    step: float | None
    mild: Answer
    answers: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()


OBSERVATIONS: Final[Mapping[str, Observation]] = {
    one.id: one
    for one in (
        Observation("resp", "breaths", "/min", 1, 16, cuts=(8, 11, 20, 24)),
        Observation(SCALE, "SpO2 scale", None, None, "scale_1", answers=("scale_1", "scale_2")),
        Observation("spo2", "oxygen saturation", "%", 1, 98, cuts=(83, 85, 87, 91, 92, 93, 94, 95, 96)),
        Observation("oxygen", "air or oxygen", None, None, "air", answers=("air", "oxygen")),
        Observation("systolic", "systolic blood pressure", "mmHg", 1, 130, cuts=(90, 100, 110, 219)),
        Observation("pulse", "pulse", "/min", 1, 70, cuts=(40, 50, 90, 110, 130)),
        Observation(
            "consciousness",
            "consciousness",
            None,
            None,
            "alert",
            answers=("alert", "new_confusion", "voice", "pain", "unresponsive"),
        ),
        Observation("temp", "temperature", "°C", 0.1, 37, cuts=(35, 36, 38, 39)),
    )
}
# Each must be asked for by a protocol that uses the score; the scale only where scale 2 may be meant.
NEEDED: Final = tuple(name for name in OBSERVATIONS if name != SCALE)


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | Respirations/min | ≤8  |        | 9–11      | 12–20     |           | 21–24   | ≥25  |
def _resp(rate: float) -> int:
    if rate < 9 or rate > 24:
        return 3
    if rate > 20:
        return 2
    return 1 if rate < 12 else 0


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | SpO2 % scale 1   | ≤91 | 92–93  | 94–95     | ≥96       |           |         |      |
def _spo2_scale_1(percent: float) -> int:
    if percent < 92:
        return 3
    if percent < 94:
        return 2
    return 1 if percent < 96 else 0


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | SpO2 % scale 2   | ≤83 | 84–85  | 86–87     | 88–92, or | 93–94     | 95–96   | ≥97  |
# |                  |     |        |           | ≥93 air   | on oxygen | on oxygen | on oxygen |
def _spo2_scale_2(percent: float, on_oxygen: bool) -> int:
    if percent < 84:
        return 3
    if percent < 86:
        return 2
    if percent < 88:
        return 1
    if percent <= 92 or not on_oxygen:
        return 0
    if percent > 96:
        return 3
    return 2 if percent > 94 else 1


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | Air or oxygen    |     | oxygen |           | air       |           |         |      |
def _oxygen(on_oxygen: bool) -> int:
    return 2 if on_oxygen else 0


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | Systolic mmHg    | ≤90 | 91–100 | 101–110   | 111–219   |           |         | ≥220 |
def _systolic(pressure: float) -> int:
    if pressure < 91 or pressure > 219:
        return 3
    if pressure < 101:
        return 2
    return 1 if pressure < 111 else 0


# |                  | 3   | 2      | 1         | 0         | 1         | 2       | 3    |
# | Pulse /min       | ≤40 |        | 41–50     | 51–90     | 91–110    | 111–130 | ≥131 |
def _pulse(rate: float) -> int:
    if rate < 41 or rate > 130:
        return 3
    if rate > 110:
        return 2
    return 1 if rate < 51 or rate > 90 else 0


# |                  | 0         | 3                                                     |
# | Consciousness    | alert     | new confusion, voice, pain, unresponsive              |
def _consciousness(level: str) -> int:
    return 0 if level == "alert" else 3


# |                  | 3     | 2    | 1         | 0         | 1         | 2       | 3    |
# | Temperature °C   | ≤35.0 |      | 35.1–36.0 | 36.1–38.0 | 38.1–39.0 | ≥39.1   |      |
def _temp(degrees: float) -> int:
    if degrees < 35.1:
        return 3
    if degrees > 39.0:
        return 2
    return 1 if degrees < 36.1 or degrees > 38.0 else 0


@dataclass(frozen=True)
class Weighed:
    """The total, and the highest points of any one observation, each from the least to the most that they can be."""

    total: Span
    single: Span
    points: Mapping[str, Span]


def weigh(said: Said) -> Weighed:
    """The score of these observations. One that was not reached reads as 0; a missing one as all that it could be."""
    alone = {
        "resp": _span(said, "resp", _resp),
        "systolic": _span(said, "systolic", _systolic),
        "pulse": _span(said, "pulse", _pulse),
        "consciousness": _span(said, "consciousness", _consciousness),
        "temp": _span(said, "temp", _temp),
    }
    # SpO2 and oxygen hang together on scale 2, so every way that these can be is weighed as a pair.
    pairs = [
        (_oxygen(on_oxygen), _spo2_span(said, scale, on_oxygen))
        for on_oxygen in _ways(said, "oxygen", "oxygen")
        for scale in _ways(said, SCALE, "scale_2")
    ]
    lows, highs = [low for low, _ in alone.values()], [high for _, high in alone.values()]
    oxygen = [given for given, _ in pairs]
    return Weighed(
        total=(
            sum(lows) + min(given + low for given, (low, _) in pairs),
            sum(highs) + max(given + high for given, (_, high) in pairs),
        ),
        single=(
            max(*lows, min(max(given, low) for given, (low, _) in pairs)),
            max(*highs, max(max(given, high) for given, (_, high) in pairs)),
        ),
        points={
            **alone,
            "oxygen": (min(oxygen), max(oxygen)),
            "spo2": (min(low for _, (low, _) in pairs), max(high for _, (_, high) in pairs)),
        },
    )


def known_total(answers: Mapping[str, Any], plausible: Mapping[str, tuple[float, float]]) -> int | None:
    """The total where each observation was taken and can be true; else None (S7). Nobody asked for the scale: it is 1;
    whoever was asked and does not know has said neither."""
    scale = answers.get(SCALE, "scale_1")
    if scale not in OBSERVATIONS[SCALE].answers:
        return None
    said = {name: answers.get(name) for name in NEEDED}
    for name, value in said.items():
        if value is None or value == "unknown":
            return None
        if name in NUMBERS:
            low, high = plausible.get(name, (float("-inf"), float("inf")))
            if not isinstance(value, int | float) or not low <= value <= high:
                return None
    least, most = weigh(said | {SCALE: scale}).total
    return least if least == most else None


def _ways(said: Said, name: str, word: str) -> tuple[bool, ...]:
    """Whether this word holds: both, where it is not known."""
    if name not in said:
        return (False,)
    value = said[name]
    return (False, True) if value is None else (value == word,)


def _spo2_span(said: Said, scale_2: bool, on_oxygen: bool) -> Span:
    if scale_2:
        return _span(said, "spo2", lambda percent: _spo2_scale_2(percent, on_oxygen))
    return _span(said, "spo2", _spo2_scale_1)


def _span(said: Said, name: str, chart: Callable[[Any], int]) -> Span:
    if name not in said:
        return (0, 0)
    value = said[name]
    if value is None:
        return (0, WORST)
    points = WORST if value == IMPLAUSIBLE else chart(value)
    return (points, points)


def bands(name: str, said: Said, more_cuts: Iterable[float] = ()) -> tuple[tuple[float, str], ...]:
    """One value of each band of a row, with the band in words; SpO2's bands follow from the scale and the oxygen.

    `more_cuts` are the last values below other thresholds, so that each band lies wholly on one side of them.
    """
    row = OBSERVATIONS[name]
    cuts = sorted({*(_spo2_cuts(said) if name == "spo2" else row.cuts), *more_cuts})
    firsts = [round(cut + (row.step or 1), 1) for cut in cuts]
    between = [
        (first, f"{first:g} {row.unit}" if first == last else f"{first:g} to {last:g} {row.unit}")
        for first, last in zip(firsts, cuts[1:], strict=False)
    ]
    lowest, highest = f"{cuts[0]:g} {row.unit} or less", f"{firsts[-1]:g} {row.unit} or more"
    return ((cuts[0], lowest), *between, (firsts[-1], highest))


def _spo2_cuts(said: Said) -> tuple[float, ...]:
    match said.get(SCALE, "scale_1"), said.get("oxygen", "air"):
        case "scale_1", _:
            return (91, 93, 95)
        case "scale_2", "air":
            return (83, 85, 87)
        case "scale_2", "oxygen":
            return (83, 85, 87, 92, 94, 96)
    return OBSERVATIONS["spo2"].cuts
