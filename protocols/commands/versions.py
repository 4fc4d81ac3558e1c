"""`diff` and `print`: what a change is to whom, and the flow sheet on paper.

The hub runs `diff` as a process of its own, since it loads the prover.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from protocols.checking import house_of
from protocols.commands import LIBRARY, names_house, names_protocol, read, say
from protocols.differences import PARTS, Difference, differences
from protocols.flow.paper import PAPERS
from protocols.flow.pdf import pdf
from protocols.flow.sheet import sheet
from protocols.flow.svg import svg
from protocols.loader import load_house, load_triage
from protocols.model import House, TriageProtocol
from protocols.proof.comparison import Comparison
from protocols.proof.findings import Finding


def add_commands(commands: Any) -> None:
    diff = commands.add_parser(
        "diff",
        help="what is not the same in two versions, and for which calls",
        description="What a new version changes, in sentences, and a call for each pair of priorities "
        "that is not answered as before.",
    )
    diff.add_argument("old", type=Path, help="the version before")
    diff.add_argument("new", type=Path, help="the version after it")
    diff.add_argument("--format", choices=("text", "json"), default="text")
    names_house(diff)
    diff.set_defaults(run=_diff)
    show = commands.add_parser("print", help="draw a protocol as a flow sheet, for the wall")
    names_protocol(show)
    show.add_argument("--svg", type=Path, metavar="OUT", help="write it as SVG here")
    show.add_argument("--pdf", type=Path, metavar="OUT", help="write it as PDF here")
    show.add_argument(
        "--paper", choices=sorted(PAPERS), default="a4", help="a4 (upright), or a3 (two columns)"
    )
    show.set_defaults(run=_print)


def _print(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    drawn = sheet(protocol, house, PAPERS[chosen.paper])
    if chosen.svg is not None:
        chosen.svg.write_text(svg(drawn), encoding="utf-8")
    if chosen.pdf is not None:
        chosen.pdf.write_bytes(pdf(drawn))
    say(f"{drawn.title}: {len(drawn.pages)} pages of {drawn.paper.name}")
    return 0


def _diff(chosen: argparse.Namespace) -> int:
    house = load_house(house_of(chosen.new, chosen.house, LIBRARY))
    before, after = load_triage(chosen.old, house), load_triage(chosen.new, house)
    calls = tuple(Comparison(before, after, house).changes())
    said = differences(before, after, house)
    if chosen.format == "json":
        say(json.dumps(as_json(before, after, house, calls, said), ensure_ascii=False))
    else:
        for line in _lines(calls, said):
            say(line)
    return 0


def as_json(
    before: TriageProtocol,
    after: TriageProtocol,
    house: House,
    calls: tuple[Finding, ...],
    said: tuple[Difference, ...],
) -> dict[str, Any]:
    """`calls`: one for each pair of priorities, slower first; `differences`: the sentences."""
    return {
        "before": before.sha256,
        "after": after.sha256,
        "house": house.sha256,
        "calls": [
            {
                "kind": one.kind,
                "words": one.words,
                "said": [list(pair) for pair in one.call.said] if one.call else [],
            }
            for one in calls
        ],
        "differences": [{"part": one.part, "way": one.way, "words": one.words} for one in said],
    }


def _lines(calls: tuple[Finding, ...], said: tuple[Difference, ...]) -> Iterator[str]:
    yield from map(str, calls)
    if not calls:
        yield "No call comes to another priority."
    for part, title in PARTS.items():
        found = [one for one in said if one.part == part]
        if found:
            yield f"{title}:"
        for one in found:
            yield f"    {one.words}" + ("" if one.way == "other" else f" [{one.way}]")
