"""`new` and `schema`: how a protocol begins."""

import argparse
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.errors import Refused
from protocols.checking import house_of
from protocols.commands import LIBRARY, names_house, say
from protocols.loader import load_house, parse_triage
from protocols.model import House
from protocols.schema import KINDS, published

REVIEW_AFTER = timedelta(days=180)
_NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")


def add_commands(commands: Any) -> None:
    new = commands.add_parser(
        "new",
        help="begin a triage protocol",
        description="Writes a small sound protocol to build on: the danger signs that the house asks "
        "everywhere, one question, and examples.",
    )
    new.add_argument("name", help="its id, such as pain-in-the-leg")
    new.add_argument("--title", help="as handlers see it; without it, from the name")
    new.add_argument("--out", type=Path, help="the file; without it NAME.yaml here")
    names_house(new)
    new.set_defaults(run=_new)
    schema = commands.add_parser("schema", help="print a published JSON Schema, or write all into a folder")
    schema.add_argument("kind", nargs="?", choices=KINDS)
    schema.add_argument("--out", type=Path, help="write house.json, triage.json and escalation.json here")
    schema.set_defaults(run=_schema)


def _schema(chosen: argparse.Namespace) -> int:
    for each in KINDS:
        text = json.dumps(published(each), indent=2, ensure_ascii=False)
        if chosen.out is not None:
            chosen.out.mkdir(parents=True, exist_ok=True)
            (chosen.out / f"{each}.json").write_text(text + "\n", encoding="utf-8")
        elif chosen.kind in (None, each):
            say(text)
    return 0


def _new(chosen: argparse.Namespace) -> int:
    if not _NAME.fullmatch(chosen.name):
        raise Refused(
            f'"{chosen.name}" cannot be an id; use small letters and hyphens, such as pain-in-the-leg'
        )
    path = chosen.out or Path(f"{chosen.name}.yaml")
    if path.exists():
        raise Refused(f"{path} is there already; give another --out, or remove it first")
    house = load_house(house_of(path, chosen.house, LIBRARY))
    title = chosen.title or chosen.name.replace("-", " ").capitalize()
    text = begun(chosen.name, title, house, SystemClock().now().date() + REVIEW_AFTER)
    parse_triage(text, str(path), house)
    path.write_text(text, encoding="utf-8")
    say(f"{path}: a draft to build on. Then: python -m protocols check {path}")
    return 0


def begun(name: str, title: str, house: House, review_by: date) -> str:
    """A draft that is sound in its house: every danger sign that the house asks everywhere, and one question more."""
    signs = [_Asked.of(sign, house) for sign in house.every_protocol_asks]
    first, last = house.priorities[0].id, house.priorities[-1].id
    lines = [
        "# A draft, not clinically approved. What each key means stands in docs/protocols.md.",
        f"protocol: {name}",
        "version: 0.1.0",
        "status: draft",
        f"title: {json.dumps(title)}",
        f"review_by: {review_by}",
        "questions:               # asked in this order",
        *(f"  - {one.question}" for one in signs),
        '  - {id: worse, ask: "Worse than yesterday?", kind: yes_no, worse: yes,',
        '     say: "Is it worse than it was yesterday?", why: What gets worse cannot wait.,',
        "     means: {yes: worse than yesterday, no: no worse than yesterday}}",
        "red_flags:               # sign: the house's floor and words to say",
        *(f"  - {{flag: {one.sign}, if: {one.condition}, sign: {one.sign}}}" for one in signs),
        "dispositions:            # most urgent first; a rule fires unless it is known to be false",
        "  - id: emergency",
        f"    priority: {first}",
        "    response: ambulance",
        "    ends_call: yes",
        "    when:",
        *(f"      - {{rule: {one.sign}, if: {one.condition}}}" for one in signs),
        "  - id: clinician",
        f"    priority: {house.clinician}",
        "    response: a clinician rings back",
        "    when:",
        "      - {rule: worse, if: {worse: yes}}",
        "  - id: nothing_urgent",
        f"    priority: {last}",
        "    response: advice",
        "    advice: [Ring us again if anything changes.]",
        "    otherwise: yes",
        f"dropped_call: {{to: {house.clinician}, who: call handler, within: 5 min}}",
        "examples:",
        "  - {example: All is as it was, answers: {}, gives: nothing_urgent, because: nothing has changed}",
        "  - {example: Getting worse, answers: {worse: yes}, gives: clinician, because: it cannot wait}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Asked:
    """How one danger sign is asked for: as the house's first minute asks it, else by a question of its own."""

    sign: str
    question: str
    condition: str

    @classmethod
    def of(cls, sign: str, house: House) -> "_Asked":
        first = next((one for one in house.first_minute if one.sign == sign), None)
        asked = house.questions.get(first.id) if first else None
        if first is None or asked is None or asked.kind not in ("yes_no", "choice"):
            ask = json.dumps(f"{house.signs[sign].title}?", ensure_ascii=False)
            return cls(sign, f"{{id: {sign}, ask: {ask}, kind: yes_no, worse: yes}}", f"{{{sign}: yes}}")
        ask = json.dumps(asked.ask or first.ask, ensure_ascii=False)
        answers = f", answers: [{', '.join(asked.answers)}]" if asked.kind == "choice" else ""
        danger = first.carried(first.danger[0])
        said = f"{{at_least: {danger}}}" if asked.kind == "choice" else danger
        question = f"{{id: {first.id}, ask: {ask}, kind: {asked.kind}{answers}, worse: {asked.worse}}}"
        return cls(sign, question, f"{{{first.id}: {said}}}")
