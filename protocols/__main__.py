"""`python -m protocols check [files…]` and `python -m protocols schema [house|triage|escalation]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from protocols.examples import run_examples
from protocols.faults import Fault
from protocols.loader import ProtocolError, load_escalation, load_house, load_library, load_triage
from protocols.model import House
from protocols.schema import KINDS, published

FOLDER = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 if all is well, 1 with the faults printed as file:line:column."""
    parser = argparse.ArgumentParser(prog="python -m protocols", description="Check First Point's protocols.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="load, validate, and run the examples of protocol files")
    check.add_argument(
        "files", nargs="*", type=Path, help="files or folders; without any, the house's own folder"
    )
    check.add_argument("--house", type=Path, help="the house file; without it the nearest house.yaml")
    schema = commands.add_parser("schema", help="print a published JSON Schema, or write all into a folder")
    schema.add_argument("kind", nargs="?", choices=KINDS)
    schema.add_argument("--out", type=Path, help="write house.json, triage.json and escalation.json here")
    chosen = parser.parse_args(arguments)
    if chosen.command == "schema":
        return _schema(chosen.kind, chosen.out)
    return _check(chosen.files or [FOLDER], chosen.house)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _schema(kind: str | None, out: Path | None) -> int:
    for each in KINDS:
        text = json.dumps(published(each), indent=2, ensure_ascii=False)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{each}.json").write_text(text + "\n", encoding="utf-8")
        elif kind in (None, each):
            _say(text)
    return 0


def _check(paths: Sequence[Path], house_path: Path | None) -> int:
    faults: list[Fault] = []
    checked = 0
    for path in paths:
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        for file in files:
            checked += 1
            faults += _check_file(file, house_path or _nearest_house(file))
        if path.is_dir() and (path / "house.yaml").exists() and not faults:
            faults += _check_library(path)
    for fault in sorted(set(faults)):
        _say(str(fault))
    _say(f"{checked} files, {len(set(faults))} faults" if faults else f"{checked} files, all sound")
    return 1 if faults or not checked else 0


def _nearest_house(file: Path) -> Path:
    for folder in file.resolve().parents:
        if (folder / "house.yaml").exists():
            return folder / "house.yaml"
    return FOLDER / "house.yaml"


def _check_file(file: Path, house_path: Path) -> Sequence[Fault]:
    try:
        if file.name == "house.yaml":
            load_house(file)
            return ()
        house = load_house(house_path)
        return _check_protocol(file, house)
    except ProtocolError as error:
        return error.faults


def _check_protocol(file: Path, house: House) -> Sequence[Fault]:
    if _is_escalation(file):
        load_escalation(file, house)
        return ()
    return run_examples(load_triage(file, house), house, str(file))


def _is_escalation(file: Path) -> bool:
    """By its first key; a file that cannot be read is left to the loader, which says why."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(line.startswith("escalation:") for line in text.splitlines())


def _check_library(folder: Path) -> Sequence[Fault]:
    try:
        load_library(folder, draft=True)
    except ProtocolError as error:
        return error.faults
    return ()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
