"""`python -m benchmarks [NAME …]`: measures all or what is named, prints a table, writes `results.json`."""

import os
import subprocess
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
    record_reads,
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
    "record_reads": record_reads.measure,
    "together": together.measure,
    "deciding": deciding.measure,
    "proving": proving.measure,
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(MEASURES):
        print(f"Not measured here: {', '.join(unknown)}. There are {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    if len(names) != 1:  # each in a process of its own: what one leaves behind slows the next
        each = [[sys.executable, "-m", "benchmarks", name] for name in names or MEASURES]
        codes = [subprocess.run(one).returncode for one in each]  # all of them, whatever one ends with
        return int(any(codes))
    machine = figures.machine() | {"quick": bool(os.environ.get("FP_BENCH_QUICK"))}
    found = []
    for name in names:
        began = time.monotonic()
        found += MEASURES[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(figures.table(found))
    figures.write(found, machine)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
