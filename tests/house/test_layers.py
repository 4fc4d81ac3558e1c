"""The contracts of `.importlinter` cover every room, hold, and can each fail."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_ROOMS = {"tests", "benchmarks", "migrations", "setup"}
LINT = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
FAULTS = {
    "house": ("records/tasks.py", "import dispatch.texts"),
    "phones-know-nothing": ("phones/rules.py", "import hub.errors"),
    "nobody-knows-phones": ("hub/errors.py", "import phones.twiml"),
    "twilio": ("dispatch/texts.py", "import twilio.rest"),
    "inside": ("triage/store.py", "import triage.service"),
    "pure": ("records/rules.py", "import hub.db"),
    "pure-directly": ("dispatch/ranking.py", "import random"),
    "time": ("records/service.py", "import time"),
    "proofs-apart": ("protocols/loader.py", "import protocols.proof.prover"),
    "nobody-knows-the-demo-day": ("hub/clock.py", "import demo_day.day"),
}
"""For each contract, one import that it is there to stop."""


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def rooms() -> set[str]:
    return set(contracts()["importlinter"]["root_packages"].split())


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT]
    env = {"PYTHONPATH": str(folder), "COLUMNS": "400", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the house with all those imports in it."""
    folder = tmp_path_factory.mktemp("house")
    for room in rooms():
        shutil.copytree(
            ROOT / room, folder / room, ignore=lambda _, names: [n for n in names if "." in n[:-3]]
        )
    shutil.copy(ROOT / ".importlinter", folder)
    for path, line in FAULTS.values():
        file = folder / path
        file.write_text(f"{file.read_text()}\n{line}\n")
    return lint(folder).stdout


def test_every_room_is_under_contract() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS
    assert packages == rooms()


def test_every_contract_has_its_fault() -> None:
    named = {section.removeprefix("importlinter:contract:") for section in contracts().sections()[1:]}
    assert named == set(FAULTS)


@pytest.mark.parametrize("contract", FAULTS)
def test_the_contract_can_fail(broken: str, contract: str) -> None:
    name = contracts()[f"importlinter:contract:{contract}"]["name"]
    assert re.search(rf"^{re.escape(name)}\s+BROKEN\b.*$", broken, re.MULTILINE), broken


def test_all_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-4000:]


def test_only_the_clock_asks_what_time_it_is() -> None:
    asks = re.compile(r"datetime\.now\(|utcnow\(|\.today\(|time\.time\(")
    files = [path for room in rooms() - {"phones"} for path in (ROOT / room).rglob("*.py")]
    asking = {str(path.relative_to(ROOT)) for path in files if asks.search(path.read_text(encoding="utf-8"))}
    assert asking == {"hub/clock.py"}
