"""`python -m benchmarks [NAME …]`: measures all or what is named, prints a table, writes `results.json`."""

import gc
import os
import sys
import time
from collections.abc import Callable

from benchmarks import (
    boards,
    captures,
    deciding,
    disposition,
    figures,
    growth,
    handlers,
    paint,
    proving,
    referrals,
    replies,
    together,
)
from benchmarks.figures import Figure

MEASURES: dict[str, Callable[[], list[Figure]]] = {
    "disposition": disposition.measure,
    "captures": captures.measure,
    "growth": growth.measure,
    "handlers": handlers.measure,
    "boards": boards.measure,
    "paint": paint.measure,
    "replies": replies.measure,
    "referrals": referrals.measure,
    "together": together.measure,
    "deciding": deciding.measure,
    "proving": proving.measure,
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(MEASURES):
        print(f"Not measured here: {', '.join(unknown)}. There are {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    machine = figures.machine() | {"quick": bool(os.environ.get("FP_BENCH_QUICK"))}
    found = []
    for name in names or MEASURES:
        gc.collect()
        gc.freeze()  # what the measures before have left lying is not looked through during this one
        began = time.monotonic()
        found += MEASURES[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(figures.table(found))
    figures.write(found, machine)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
