"""`export`: a triage protocol in the words of FHIR, for systems that are not First Point."""

import argparse
import json
from pathlib import Path
from typing import Any

from protocols.commands import names_protocol, read, say
from protocols.exchange.bundle import bundle
from protocols.exchange.limits import not_said
from protocols.exchange.names import BASE


def add_commands(commands: Any) -> None:
    export = commands.add_parser(
        "export",
        help="a triage protocol as FHIR R4: Questionnaire, PlanDefinition, ActivityDefinitions",
        description="Prints one FHIR R4 Bundle as JSON. What FHIR cannot say of the protocol stands in the "
        "PlanDefinition's description, and is printed with --out.",
    )
    names_protocol(export)
    export.add_argument("--out", type=Path, metavar="FILE", help="write it here")
    export.add_argument(
        "--base", default=BASE, metavar="URL", help="where the addresses of the definitions begin"
    )
    export.set_defaults(run=_export)


def _export(chosen: argparse.Namespace) -> int:
    protocol, house = read(chosen)
    sent = bundle(protocol, house, chosen.base.rstrip("/"))
    text = json.dumps(sent, ensure_ascii=False, indent=2)
    if chosen.out is None:
        say(text)
        return 0
    chosen.out.write_text(f"{text}\n", encoding="utf-8")
    say(f"{protocol.title} {protocol.version}: {len(sent['entry'])} resources. Not said in them:")
    for one in not_said(protocol):
        say(f"    {one}")
    return 0
