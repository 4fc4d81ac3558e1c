"""Every kind of deadline and of effect that anything in the code can set has somebody who handles it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dispatch.visits import OVERDUE
from records.rules import WARN_AT
from workers.jobs import INSIDE, OUTSIDE
from workers.ticker import ALONE, WITH_DESK

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("hub", "records", "triage", "dispatch", "workers", "dashboard")
PASSED_ON = {
    ("dispatch/visits.py", "overdue"): set(OVERDUE),
    ("records/service.py", "_set_dues"): set(),
    ("records/service.py", "_deadline"): set(),
    ("records/service.py", "set_priority"): {"breach", *(f"near_{percent}" for percent in WARN_AT)},
}
"""Functions that hand a kind on which they were given, and what they can be given."""
Place = tuple[str, str]


@cache
def functions() -> list[tuple[Place, ast.AST]]:
    return list(_functions())


def _functions() -> Iterator[tuple[Place, ast.AST]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield (str(path.relative_to(ROOT)), node.name), node


def words(value: ast.expr, inside: ast.AST) -> set[str] | None:
    """What the expression can be; None where reading alone does not tell."""
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.IfExp):
        both = words(value.body, inside), words(value.orelse, inside)
        return None if None in both else set().union(*(one or set() for one in both))
    if isinstance(value, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(inside)
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == value.id for t in node.targets)
        ]
        found = [words(one, inside) for one in assigned]
        return set().union(*(one or set() for one in found)) if found and None not in found else None
    return None


def set_somewhere(call_names: set[str], keyword: str, position: int | None) -> dict[Place, set[str] | None]:
    found: dict[Place, set[str] | None] = {}
    for place, function in functions():
        for node in ast.walk(function):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in call_names
            ):
                continue
            given = [k.value for k in node.keywords if k.arg == keyword]
            if not given and position is not None and len(node.args) > position:
                given = [node.args[position]]
            if given:
                here = words(given[0], function)
                known = found.get(place, set())
                found[place] = None if here is None or known is None else known | here
    return found


def test_every_deadline_has_a_handler() -> None:
    handled = set(ALONE) | set(WITH_DESK)
    by_due = set_somewhere({"Due"}, "kind", 0)
    places = set_somewhere({"Deadline", "_deadline"}, "kind", None) | by_due
    not_read = {place for place, kinds in places.items() if kinds is None}
    assert not_read <= set(PASSED_ON), f"say in PASSED_ON what these can set: {not_read - set(PASSED_ON)}"
    kinds = set().union(*(kinds for kinds in places.values() if kinds), *PASSED_ON.values())
    assert kinds - handled == set(), "set somewhere and handled nowhere"
    assert handled - kinds == set(), "handled and never set"
    assert len(kinds) >= 18


def test_no_kind_has_two_handlers() -> None:
    assert not set(ALONE) & set(WITH_DESK)


def test_every_effect_has_a_worker() -> None:
    places = set_somewhere({"Effect"}, "kind", None)
    assert None not in places.values(), places
    kinds = set().union(*(kinds or set() for kinds in places.values()))
    assert kinds == set(INSIDE) | set(OUTSIDE)
    assert not set(INSIDE) & set(OUTSIDE)
