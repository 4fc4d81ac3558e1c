"""A figure, its floor and its bar; and how they are written down."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
SHOWN = 3
"""Digits that mean anything."""


@dataclass(frozen=True)
class Figure:
    """`bar` is what was promised (None: reported only); `at_least` turns it round; `quiet`: not for the table."""

    name: str
    value: float
    floor: float
    bar: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    @property
    def ratio(self) -> float:
        """How many times dearer than the floor: always 1 or more where the floor is a floor."""
        return self.floor / self.value if self.at_least else self.value / self.floor


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was really measured."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(percent / 100 * (len(ranked) - 1)))]


def p50(values: Sequence[float]) -> float:
    return percentile(values, 50)


def p99(values: Sequence[float]) -> float:
    return percentile(values, 99)


def write(figures: Sequence[Figure], facts: dict[str, Any]) -> None:
    entries: dict[str, Any] = {}
    for figure in figures:
        entries[figure.name] = {"value": short(figure.value), "floor": short(figure.floor)}
        if figure.bar is not None:
            entries[figure.name]["bar"] = figure.bar
    entries["machine"] = machine() | facts
    RESULTS.write_text(json.dumps(entries, indent=2) + "\n")


def short(value: float) -> float:
    return float(f"{value:.{SHOWN}g}")


def machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def table(figures: Sequence[Figure]) -> str:
    """Markdown, as `docs/benchmarks.md` shows it."""
    lines = ["| figure | value | floor | × floor | bar | |", "|---|--:|--:|--:|--:|---|"]
    for f in figures:
        sign = "≥" if f.at_least else "≤"
        bar = f"{sign} {f.bar:g}" if f.bar is not None else ""
        verdict = "" if f.bar is None else ("holds" if f.holds else "**missed**")
        lines.append(
            f"| `{f.name}` | {short(f.value):g} | {short(f.floor):g} | {f.ratio:.1f} | {bar} | {verdict} |"
        )
    return "\n".join(lines)
