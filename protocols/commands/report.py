"""What was found, for whoever reads it: on a terminal, in a pull request, or by a program."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protocols.checking import Checked
from protocols.faults import Fault
from protocols.proof.findings import Finding
from protocols.proof.where import line_of


def all_sound(done: Sequence[Checked]) -> bool:
    """Whether all may be used; nothing found at all is not "all is well"."""
    return _files(done) > 0 and all(checked.sound for checked in done)


def as_text(checked: Checked) -> Iterator[str]:
    """Faults first, then each finding as a call."""
    yield from map(str, sorted({*checked.faults, *checked.examples}))
    if checked.findings or checked.notes:
        yield f"{checked.file}:"
    yield from map(str, checked.findings)
    yield from (f"    {note}" for note in checked.notes)


def in_all(done: Sequence[Checked]) -> str:
    """The last line."""
    if all_sound(done):
        return f"{_files(done)} files, all sound and proved"
    faults = {fault for checked in done for fault in (*checked.faults, *checked.examples)}
    unproved = sum(finding.fails for checked in done for finding in checked.findings)
    return f"{_files(done)} files, {len(faults)} faults, {unproved} not proved"


def as_json(checked: Checked) -> Iterator[str]:
    """One object a file, on a line of its own. A folder has one where its protocols do not go together."""
    if not checked.file.is_dir() or checked.faults or checked.findings:
        yield json.dumps(told(checked), ensure_ascii=False)


def told(checked: Checked) -> dict[str, Any]:
    """`file verdict problems warnings`. A problem or warning has `obligation line column message`, and `call`, the
    answers that show it."""
    problems = [_fault("shape", fault) for fault in sorted(set(checked.faults))]
    problems += [_fault("example", fault) for fault in sorted(set(checked.examples))]
    problems += [_found(checked.text, one) for one in checked.findings if one.fails]
    warnings = [_found(checked.text, one) for one in checked.findings if not one.fails]
    return {
        "file": str(checked.file),
        "verdict": checked.verdict,
        "problems": problems,
        "warnings": warnings,
    }


def _fault(obligation: str, fault: Fault) -> dict[str, Any]:
    return {
        "obligation": obligation,
        "line": fault.line,
        "column": fault.column,
        "message": fault.message,
        "call": None,
    }


def _found(text: str, finding: Finding) -> dict[str, Any]:
    return {
        "obligation": finding.obligation,
        "line": line_of(text, finding),
        "column": 1,
        "message": finding.words,
        "call": dict(finding.call.said) if finding.call else None,
    }


def as_markdown(done: Sequence[Checked]) -> Iterator[str]:
    yield "# Protocols"
    for checked in done:
        yield f"\n## {checked.file.name}: {'sound and proved' if checked.sound else 'NOT to be used'}\n"
        yield from (f"- {fault}" for fault in sorted({*checked.faults, *checked.examples}))
        yield from (f"- {note}" for note in checked.notes)
        for title, found in _groups(checked.findings):
            yield f"\n### {title}\n"
            yield from (f"```\n{finding}\n```" for finding in found)


_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Not proved": ("not_proved", "undecided"),
    "Calls that are answered more slowly than before": ("slower",),
    "Calls that are answered faster than before": ("faster",),
    "Warnings": ("warning",),
    "For a second reader": ("review",),
}


def _groups(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    for title, kinds in _GROUPS.items():
        found = [finding for finding in findings if finding.kind in kinds]
        if found:
            yield title, found


def _files(done: Sequence[Checked]) -> int:
    return sum(checked.file.suffix == ".yaml" for checked in done)
