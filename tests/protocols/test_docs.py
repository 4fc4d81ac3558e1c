"""What docs/protocols.md shows is what the loader takes."""

import re
from pathlib import Path

from protocols.examples import run_examples
from protocols.loader import load_house, parse_escalation, parse_triage

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
HOUSE = load_house(ROOT / "protocols" / "house.yaml")


def test_the_protocols_in_the_documentation_load_and_their_examples_hold():
    triage, escalation = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    protocol = parse_triage(triage, "docs", HOUSE)
    assert run_examples(protocol, HOUSE, "docs") == ()
    assert parse_escalation(escalation, "docs", HOUSE).serves == ("one_hour",)
