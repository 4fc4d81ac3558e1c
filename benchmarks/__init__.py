"""What `make bench` measures: real processes, raw floors from the same run. `docs/benchmarks.md` says what is meant."""
