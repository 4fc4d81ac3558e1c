# make run: a training hub with demo data.  make test: everything that can break, tried.  docs/running.md says more.
# PYTHON=/path/to/python3.11 names another interpreter; nothing else needs to be on the machine.

.PHONY: help setup dev run demo-day demo-reset test check format mutate bench soak pins lock clean
.DEFAULT_GOAL := help

PY := .venv/bin/python
INSTALL = command -v $(or $(PYTHON),python3) >/dev/null || { echo "First Point needs Python 3.11 or newer, and there is no $(or $(PYTHON),python3) here." >&2; exit 1; }; \
	$(or $(PYTHON),python3) setup/install.py
ROOMS := hub records triage dispatch protocols workers dashboard phones demo_day tests benchmarks
PINS := $(PY) -m uv pip compile -q --upgrade --generate-hashes --universal --no-annotate --no-header --python-version 3.11

help: ## what can be made here
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## .venv and node_modules from hashed pins
	@$(INSTALL) run

dev: ## the same with what tests and checks need
	@$(INSTALL) dev

run: setup ## a training hub with demo data on FP_PORT (8000)
	@exec $(PY) -m hub.supervisor

demo-day: setup ## a busy day at 20 times its speed, on FP_PORT (8000); ARGS="--speed 60 --responders 100" for another
	@exec $(PY) -m demo_day $(ARGS)

demo-reset: setup ## empties the data folder of a training place (keeps its secrets)
	@exec $(PY) -m hub.data_folder reset

# Browsers want a core each; the rest waits for databases and carriers as much as it works. 5: ARGS chose nothing.
TEST := $(PY) -m pytest -m "not soak"
test: dev ## all tests but the long ones
	@$(TEST) -n 2 tests/browser $(ARGS) || [ $$? -eq 5 ]
	@$(TEST) -n 3 --ignore=tests/browser $(ARGS) || [ $$? -eq 5 ]

soak: dev ## the tests that take long, and those of tests/service on PostgreSQL
	@exec $(PY) -m pytest -m soak $(ARGS)

check: dev ## style, types, layers, protocols
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict $(ROOMS) setup
	$(PY) -c "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
	$(PY) -m protocols check

format: dev ## puts the code into the house's shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

mutate: dev ## changes the engine and the prover line by line, to see that tests notice (hours); ARGS names mutants
	@$(PY) -m uv pip install -q --target .mutmut --require-hashes -r requirements/mutate.txt
	@PYTHONPATH=.mutmut $(PY) -m mutmut run $(ARGS)

bench: dev ## measures, into benchmarks/results.json
	@exec $(PY) -m benchmarks

pins: dev ## compiles requirements/*.in anew, to the newest versions allowed
	cd requirements && for name in uv run dev mutate; do ../$(PINS) $$name.in -o $$name.txt || exit 1; done

lock: dev ## writes package-lock.json anew, without download addresses
	$(PY) setup/lock.py

clean: ## takes away what was installed and made, but never data/
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .proof_cache .mutmut mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
