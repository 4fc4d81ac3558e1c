"""`check` and `prove`: what nobody may use, and why."""

import argparse
from pathlib import Path
from typing import Any

from protocols.checking import Checked, Checker
from protocols.commands import LIBRARY, names_house, names_protocol, read, report, say
from protocols.proof.kept import KeptProofs
from protocols.proof.prover import steps

KEPT = Path(".proof_cache")


def add_commands(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help="shape, examples and proofs of files, or of the whole library",
        description="Shape, examples and proofs of each file named, or of the whole library. "
        "Ends with 0 only if all hold.",
    )
    check.add_argument(
        "files", nargs="*", type=Path, help="files or folders; without any, the library's folder"
    )
    names_house(check)
    check.add_argument("--format", choices=("text", "json"), default="text", help="json: one object a file")
    check.add_argument("--against", type=Path, help="the approved file or folder: says which calls change")
    check.add_argument("--report", type=Path, help="write what was found as Markdown too, for a pull request")
    check.add_argument("--anew", action="store_true", help=f"prove everything, whatever {KEPT} keeps")
    check.set_defaults(run=_check, parser=check)
    prove = commands.add_parser(
        "prove",
        help="the proofs of one triage protocol alone, step by step",
        description="Each obligation of one triage protocol as it is proved; no examples, "
        "and nothing that was kept.",
    )
    names_protocol(prove)
    prove.set_defaults(run=_prove)


def _check(chosen: argparse.Namespace) -> int:
    if chosen.against is not None and not chosen.against.exists():
        chosen.parser.error(f"there is no {chosen.against} to compare with; is the name right?")
    checker = Checker(KeptProofs(None if chosen.anew else KEPT), LIBRARY, chosen.house, chosen.against)
    lines = report.as_json if chosen.format == "json" else report.as_text
    done: list[Checked] = []
    for checked in checker.check(chosen.files or [LIBRARY]):
        done.append(checked)
        for line in lines(checked):
            say(line)
    if chosen.report is not None:
        chosen.report.write_text("\n".join(report.as_markdown(done)) + "\n", encoding="utf-8")
    if chosen.format == "text":
        say(report.in_all(done))
    return 0 if report.all_sound(done) else 1


def _prove(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    fails = 0
    for name, findings in steps(protocol, house):
        ill = sum(one.fails for one in findings)
        fails += ill
        say(f"{name}: {f'{ill} not proved' if ill else 'proved'}")
        for finding in findings:
            say(str(finding))
    say(f"{chosen.file}: {f'{fails} not proved' if fails else 'proved'}")
    return 1 if fails else 0
