"""A figure, its floor and its bar; and how they are written down."""

import json
import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
TABLE = re.compile(r"(?<=<!-- results -->\n).*?(?=\n<!-- /results -->)", re.DOTALL)
MACHINE = "machine"


@dataclass(frozen=True)
class Figure:
    """`floor`: the same with nothing on it, raw, in the same run. `bar`: what was promised (None: reported only)."""

    name: str
    value: float
    floor: float
    bar: float | None = None

    @property
    def more_is_better(self) -> bool:
        return self.name.endswith(("_per_s", "_vs_zen"))

    @property
    def holds(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.more_is_better else self.value <= self.bar

    @property
    def ratio(self) -> float:
        """How many times as dear as the floor."""
        return self.floor / self.value if self.more_is_better else self.value / self.floor


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was really measured."""
    ranked = sorted(values)
    return ranked[round(percent / 100 * (len(ranked) - 1))]


def p50(values: Sequence[float]) -> float:
    return percentile(values, 50)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 95)


def p99(values: Sequence[float]) -> float:
    return percentile(values, 99)


def write(figures: Sequence[Figure], machine: dict[str, Any]) -> None:
    """Into `results.json` and the page's table; what was not measured this time stays."""
    entries = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    entries.pop(MACHINE, None)
    for figure in figures:
        entry = {"value": short(figure.value), "floor": short(figure.floor)}
        entries[figure.name] = entry | ({"bar": figure.bar} if figure.bar is not None else {})
    RESULTS.write_text(json.dumps(entries | {MACHINE: machine}, indent=2) + "\n")
    shown = table(kept())
    PAGE.write_text(TABLE.sub(lambda _: shown, PAGE.read_text()))


def kept() -> list[Figure]:
    """What `results.json` holds."""
    entries = json.loads(RESULTS.read_text())
    return [Figure(name, **entry) for name, entry in entries.items() if name != MACHINE]


def short(value: float) -> float:
    """Three digits: more mean nothing."""
    return float(f"{value:.3g}")


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
    for figure in figures:
        sign = "≥" if figure.more_is_better else "≤"
        bar = f"{sign} {figure.bar:g}" if figure.bar is not None else ""
        verdict = "" if figure.bar is None else ("holds" if figure.holds else "**missed**")
        value, floor = short(figure.value), short(figure.floor)
        lines.append(f"| `{figure.name}` | {value:g} | {floor:g} | {figure.ratio:.1f} | {bar} | {verdict} |")
    return "\n".join(lines)
