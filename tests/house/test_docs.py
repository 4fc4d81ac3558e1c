"""What the documents promise, a test checks."""

import re
from pathlib import Path

import pytest

from dispatch.offers import OFFER
from records.__main__ import DRAWN
from records.drawing import diagram, document
from records.lifecycles import LIFECYCLES, Owed

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
    ROOT / "docs" / "architecture.md",
    ROOT / "docs" / "api.md",
    DRAWN,
]
NAMED = re.compile(r"`((?:[a-z_]+/)+[\w.]+\.\w+)(?:::\w+)?`")
LINKED = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)")


def test_the_lifecycles_are_drawn_from_the_tables() -> None:
    assert DRAWN.read_text() == document(), "run `python -m records`"


def test_every_move_is_in_the_drawing() -> None:
    for owed in Owed:
        section = document().split(f"## {owed.value.replace('_', ' ').capitalize()}\n")[1].split("\n## ")[0]
        for (state, event), new in LIFECYCLES[owed].items():
            (line,) = [
                line
                for line in section.splitlines()
                if line.startswith(f"| `{event}` |")
                and line.endswith(f"| {new} |")
                and state in line.split("|")[2]
            ]
            assert line


def test_the_life_of_an_offer_is_in_the_architecture() -> None:
    drawn = "\n".join(diagram(OFFER, "sent", ["sent"]))
    assert drawn in (ROOT / "docs" / "architecture.md").read_text(), drawn


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    missing = [name for name in NAMED.findall(path.read_text()) if not (ROOT / name).exists()]
    assert not missing


def test_the_architecture_names_the_house() -> None:
    named = set(NAMED.findall((ROOT / "docs" / "architecture.md").read_text()))
    assert len(named) >= 25, "a description that names nothing cannot be wrong"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    missing = [link for link in LINKED.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing


def test_every_decision_says_why_and_what_came_of_it() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{nth:04}" for nth in range(1, len(decisions) + 1)]
    assert len(decisions) >= 8
    for path in decisions:
        text = path.read_text()
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], (
            path.name
        )
        assert re.match(r"# \d+\. \S", text), path.name
