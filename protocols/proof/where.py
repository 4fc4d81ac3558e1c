"""Where in its file a finding is about something: editors and pull requests show it there."""

from collections.abc import Iterator
from typing import Any, Final

from protocols.faults import ProtocolError
from protocols.proof.findings import Finding
from protocols.source import Path, read_source

_LISTS: Final = {
    "questions": "id",
    "red_flags": "flag",
    "scores": "score",
    "exceptions": "exception",
    "dispositions": "id",
}
"""The key by which each list names its entries."""
_OF_FLAGS: Final = ("floor", "hidden", "dropped", "population")


def line_of(text: str, finding: Finding) -> int:
    """The line, from 1, of what the finding is about; 1 where that is the file, or not in it."""
    try:
        source = read_source(text, "")
    except ProtocolError:
        return 1
    about = finding.about.split(", ")
    found = [path for name, path in _named(source.data) if name in about]
    flags_first = finding.obligation in _OF_FLAGS
    found.sort(key=lambda path: (path[0] == "red_flags") != flags_first)
    return source.spots[found[0]][0] if found else 1


def _named(data: Any) -> Iterator[tuple[str, Path]]:
    """Everything that a finding can be about, by its id; a rule as `disposition.rule`."""
    for part, key in _LISTS.items():
        for place, entry in enumerate(data.get(part, [])):
            if isinstance(entry, str):
                yield entry, (part, place)
                continue
            yield entry[key], (part, place, key)
            for nth, rule in enumerate(entry.get("when", [])):
                yield f"{entry[key]}.{rule['rule']}", (part, place, "when", nth, "rule")
