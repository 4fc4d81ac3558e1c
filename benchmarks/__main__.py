"""`python -m benchmarks [NAME …]`: measures, prints a table and writes `results.json`."""

import os
import sys
import time

from benchmarks import captures, disposition, figures, growth

MEASURES = {"disposition": disposition.measure, "captures": captures.measure, "growth": growth.measure}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(MEASURES):
        print(
            f"Not measured here: {', '.join(sorted(unknown))}. There are {', '.join(MEASURES)}.",
            file=sys.stderr,
        )
        return 2
    facts = {"quick": bool(os.environ.get("FP_BENCH_QUICK"))}
    load = figures.machine()
    found = []
    for name in names or MEASURES:
        began = time.monotonic()
        found += MEASURES[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(figures.table(found))
    if not names:
        figures.write(found, load | facts)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
