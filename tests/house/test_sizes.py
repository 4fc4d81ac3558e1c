"""A file that grows past its limit has two jobs; so has a function. Names say the one job."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("hub", "records", "protocols", "triage", "dispatch", "workers", "dashboard", "phones", "setup")
FILE_LIMIT, FUNCTION_LIMIT = 350, 60
LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions that may be longer, and why; a name here that is short again must go."""
FORBIDDEN = ("utils", "helpers", "common", "misc", "manager", "base")
ASKS_THE_TIME = {"hub/clock.py", "phones/network.py", "phones/store.py"}
"""Who may ask what time it is: one clock of the hub, and the telephone network outside the house."""
COMMITS = {"hub/db.py"}
STATES_SET = {
    "dashboard/bars/app.py: app.state",
    "dashboard/own/app.py: app.state",
    "dashboard/v1/app.py: app.state",
    "dispatch/phones.py: phone.state",
    "dispatch/reading_back.py: phone.state",
    "records/alarms.py: alarm.state",
    "records/keeping/checking.py: request.state",
    "records/keeping/erasing.py: erasure.state",
    "records/keeping/erasures.py: erasure.state",
    "records/keeping/requests.py: request.state",
    "records/keeping/running.py: run.state",
    "records/service.py: case.state",
    "records/shift_handovers.py: list_.state",
}
"""Open and closed of a case, the end of an alarm or a list, how far a request or a retention is, whether a phone gets
texts, and what one application shares with another: none is an owed row."""


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_file_has_one_job(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= FILE_LIMIT
    assert path.stem not in FORBIDDEN, "say what it does"
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the first line says what the file is for"


def test_a_function_has_one_job() -> None:
    long = {
        f"{name_of(path)}::{function.name}"
        for path in sources()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LIMIT
    }
    assert long == set(LONGER_FUNCTIONS)


def test_nothing_is_imported_inside_a_function() -> None:
    """Imports inside functions hide circles that the layers forbid."""
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


def calls(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(f"{ast.unparse(node.func.value)}.{node.func.attr}")
    return found


def test_one_clock_is_asked() -> None:
    asks = {
        name_of(path) for path in sources() if calls(path) & {"datetime.now", "datetime.utcnow", "time.time"}
    }
    assert asks <= ASKS_THE_TIME, asks - ASKS_THE_TIME
    assert "hub/clock.py" in asks


def test_one_file_commits() -> None:
    house = [path for path in sources() if path.parts[-2] not in ("phones",)]
    commits = {
        name_of(path) for path in house if any(call.endswith("session.commit") for call in calls(path))
    }
    assert commits == COMMITS


def test_one_function_writes_states() -> None:
    """`records.service.move` alone, through `records.store.swap_state`: nobody sets `.state` of an owed row."""
    written = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
                written.add(f"{name_of(path)}: {ast.unparse(node)}")
    assert {one for one in written if not one.startswith("phones/")} == STATES_SET
