"""The hazard log: every safety rule once, with a control that is there and a test that exists, or said to be open."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LOG: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "safety" / "hazards.yaml").read_text())
HAZARDS: list[dict[str, Any]] = LOG["hazards"]
RULES = [f"S{nth}" for nth in range(1, 33)]
STATUS = {"controlled", "partly", "open"}
# DCB0129, as the log itself states it: likelihood × severity → risk 1 (acceptable) to 5 (unacceptable).
LIKELIHOOD = ["very low", "low", "medium", "high", "very high"]
SEVERITY = ["minor", "significant", "considerable", "major", "catastrophic"]
NEEDED = {"rule", "title", "hazard", "cause", "impact", "status", "initial", "residual"}
ALLOWED = NEEDED | {"controls", "tests", "missing"}


def known(hazard: dict[str, Any]) -> str:
    return str(hazard["rule"])


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@cache
def names_of(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def test_every_rule_stands_there_once_and_in_order() -> None:
    assert [known(hazard) for hazard in HAZARDS] == RULES


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
def test_it_says_everything(hazard: dict[str, Any]) -> None:
    assert set(hazard) >= NEEDED
    assert set(hazard) <= ALLOWED
    assert hazard["status"] in STATUS
    for key in ("title", "hazard", "cause", "impact"):
        assert len(str(hazard[key])) > 10, key


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
def test_its_status_is_honest(hazard: dict[str, Any]) -> None:
    """Controlled: a control and a test, nothing missing. Partly: both, and what is missing. Open: why."""
    status = hazard["status"]
    assert bool(hazard.get("missing")) == (status != "controlled")
    assert bool(hazard.get("controls")) == (status != "open")
    assert bool(hazard.get("tests")) == (status != "open")


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
def test_its_controls_are_in_the_code(hazard: dict[str, Any]) -> None:
    for control in hazard.get("controls", ()):
        path, _, name = control.split(" ")[0].partition("::")
        assert (ROOT / path).exists(), control
        if path.endswith(".py"):
            assert name in names_of(ROOT / path), control


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
def test_its_tests_exist(hazard: dict[str, Any]) -> None:
    for test in hazard.get("tests", ()):
        path, _, name = test.partition("::")
        assert (ROOT / path).exists(), test
        assert name.startswith("test_"), test
        assert name in names_of_tests(ROOT / path), test


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
@pytest.mark.parametrize("when", ["initial", "residual"])
def test_its_risk_follows_from_the_matrix(hazard: dict[str, Any], when: str) -> None:
    rated = hazard[when]
    assert set(rated) == {"severity", "likelihood", "risk"}
    row = LOG["matrix"][rated["likelihood"]]
    assert rated["risk"] == row[SEVERITY.index(rated["severity"])]


@pytest.mark.parametrize("hazard", HAZARDS, ids=known)
def test_what_is_left_is_no_more_than_there_was_and_open_is_not_called_better(hazard: dict[str, Any]) -> None:
    assert hazard["residual"]["risk"] <= hazard["initial"]["risk"]
    if hazard["status"] == "open":
        assert hazard["residual"] == hazard["initial"], "nothing has been done about it yet"


def test_the_matrix_is_that_of_dcb0129() -> None:
    assert list(LOG["matrix"]) == LIKELIHOOD[::-1]
    rows = [LOG["matrix"][likelihood] for likelihood in LIKELIHOOD]
    assert rows == [[1, 1, 2, 2, 3], [1, 2, 2, 3, 4], [2, 2, 3, 3, 4], [2, 3, 3, 4, 5], [3, 4, 4, 5, 5]]
    for row in rows:
        assert row == sorted(row)


def test_every_rule_that_the_code_names_is_not_called_open() -> None:
    """Who says in the code that it keeps a rule must say so in the log too."""
    named: set[str] = set()
    for room in ("hub", "records", "triage", "dispatch", "workers", "protocols"):
        for path in (ROOT / room).rglob("*.py"):
            named |= set(re.findall(r"\bS(?:[12]?[0-9]|3[0-2])\b", path.read_text()))
    still_open = {known(hazard) for hazard in HAZARDS if hazard["status"] == "open"}
    assert not named & still_open
