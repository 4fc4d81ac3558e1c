"""`python -m protocols check [files…]`, `compare OLD NEW`, `print FILE`, `schema [house|triage|escalation]`."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from protocols import comparing
from protocols.checking import Checked, Checker
from protocols.faults import Fault, ProtocolError
from protocols.proof.findings import Finding
from protocols.proof.kept import KeptProofs
from protocols.schema import KINDS, published

FOLDER = Path(__file__).parent
KEPT = Path(".proof_cache")


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 if all is well. 1 with what is wrong: faults as file:line:column, and calls not covered."""
    parser = argparse.ArgumentParser(prog="python -m protocols", description="Check First Point's protocols.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check", help="load, validate, run the examples of protocol files, and prove them"
    )
    check.add_argument(
        "files", nargs="*", type=Path, help="files or folders; without any, the house's own folder"
    )
    check.add_argument("--house", type=Path, help="the house file; without it the nearest house.yaml")
    check.add_argument("--against", type=Path, help="the approved file or folder: says which calls change")
    check.add_argument("--report", type=Path, help="write what was found as Markdown too, for a pull request")
    check.add_argument("--anew", action="store_true", help=f"prove everything, whatever {KEPT} keeps")
    schema = commands.add_parser("schema", help="print a published JSON Schema, or write all into a folder")
    schema.add_argument("kind", nargs="?", choices=KINDS)
    schema.add_argument("--out", type=Path, help="write house.json, triage.json and escalation.json here")
    comparing.add_commands(commands)
    chosen = parser.parse_args(arguments)
    if chosen.command in ("compare", "print"):
        return _compare_or_print(chosen)
    if chosen.command == "schema":
        return _schema(chosen.kind, chosen.out)
    if chosen.against is not None and not chosen.against.exists():
        check.error(f"there is no {chosen.against} to compare with; is the name right?")
    checker = Checker(KeptProofs(None if chosen.anew else KEPT), FOLDER, chosen.house, chosen.against)
    return _check(checker, chosen.files or [FOLDER], chosen.report)


def _compare_or_print(chosen: argparse.Namespace) -> int:
    try:
        for line in comparing.run(chosen):
            _say(line)
    except ProtocolError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _schema(kind: str | None, out: Path | None) -> int:
    for each in KINDS:
        text = json.dumps(published(each), indent=2, ensure_ascii=False)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{each}.json").write_text(text + "\n", encoding="utf-8")
        elif kind in (None, each):
            _say(text)
    return 0


def _check(checker: Checker, paths: Sequence[Path], report: Path | None) -> int:
    done: list[Checked] = []
    for checked in checker.check(paths):
        done.append(checked)
        for line in _lines(checked):
            _say(line)
    faults: set[Fault] = {fault for checked in done for fault in checked.faults}
    unproved = sum(finding.fails for checked in done for finding in checked.findings)
    files = sum(checked.file.suffix == ".yaml" for checked in done)
    if report is not None:
        report.write_text("\n".join(_markdown(done)) + "\n", encoding="utf-8")
    if faults or unproved or not files:
        _say(f"{files} files, {len(faults)} faults, {unproved} not proved")
        return 1
    _say(f"{files} files, all sound and proved")
    return 0


def _lines(checked: Checked) -> Iterator[str]:
    yield from map(str, sorted(set(checked.faults)))
    if checked.findings or checked.notes:
        yield f"{checked.file}:"
    yield from map(str, checked.findings)
    yield from (f"    {note}" for note in checked.notes)


def _markdown(done: Sequence[Checked]) -> Iterator[str]:
    yield "# Protocols"
    for checked in done:
        yield f"\n## {checked.file.name}: {'sound and proved' if checked.sound else 'NOT to be used'}\n"
        yield from (f"- {fault}" for fault in sorted(set(checked.faults)))
        yield from (f"- {note}" for note in checked.notes)
        for title, found in _groups(checked.findings):
            yield f"\n### {title}\n"
            yield from (f"```\n{finding}\n```" for finding in found)


def _groups(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    titles = {
        "Not proved": ("not_proved", "undecided"),
        "Calls that are answered more slowly than before": ("slower",),
        "Calls that are answered faster than before": ("faster",),
        "Warnings": ("warning",),
        "For a second reader": ("review",),
    }
    for title, kinds in titles.items():
        found = [finding for finding in findings if finding.kind in kinds]
        if found:
            yield title, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
