"""`python -m protocols.proof.told`: one text is proved in a process of its own, for the hub, which loads no prover.

In by standard input, as JSON: `kind`, `protocol`, `text`, `house`; `others`, the texts in force by kind and id;
`before`, the version in force of the same protocol. Out: `verdict` (proved, not_proved, invalid), `problems` with line
and column, `findings`, each a call in words, and `notes`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from protocols.checking import Checked, Checker
from protocols.proof.findings import Finding
from protocols.proof.kept import KeptProofs


def tell(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The text among all others in force; a house file with every protocol that it would serve."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "place"
        texts = {(kind, key): text for kind, some in asked["others"].items() for key, text in some.items()}
        texts[asked["kind"], asked["protocol"]] = asked["text"]
        texts.setdefault(("house", "house"), asked["house"])
        paths = {key: _write(folder, *key, text) for key, text in texts.items()}
        before = Path(name) / "before.yaml"
        if asked.get("before"):
            before.write_text(asked["before"], encoding="utf-8")
        checker = Checker(KeptProofs(None), folder, against=before if asked.get("before") else None)
        own = paths[asked["kind"], asked["protocol"]]
        if asked["kind"] == "house":
            return _told([_named(checked) for checked in checker.check([folder])])
        done = list(checker.check([own]))
        if done[0].sound:
            done.append(_together(checker, folder, own))
        return _told(done)


def _together(checker: Checker, folder: Path, own: Path) -> Checked:
    """What goes wrong among all in force by this text alone: what was so without it is not its doing."""
    found = checker.place(folder)
    text = own.read_text(encoding="utf-8")
    own.unlink()
    before = checker.place(folder).findings
    own.write_text(text, encoding="utf-8")
    return Checked(folder, found.faults, [one for one in found.findings if one not in before])


def _write(folder: Path, kind: str, name: str, text: str) -> Path:
    path = folder / "house.yaml" if kind == "house" else folder / kind / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _named(checked: Checked) -> Checked:
    """Of many files each finding says whose it is; what only warns of the others is not this house's doing."""
    findings = [
        Finding(one.kind, one.obligation, one.about, f"{checked.file.stem}: {one.words}", one.call)
        for one in checked.findings
        if one.fails
    ]
    return Checked(checked.file, checked.faults, findings, examples=checked.examples)


def _told(done: Sequence[Checked]) -> dict[str, Any]:
    faults = sorted({fault for checked in done for fault in (*checked.faults, *checked.examples)})
    findings = [finding for checked in done for finding in checked.findings]
    verdicts = {checked.verdict for checked in done}
    return {
        "verdict": next((one for one in ("invalid", "not_proved") if one in verdicts), "proved"),
        "problems": [
            {
                "file": Path(fault.file).name,
                "line": fault.line,
                "column": fault.column,
                "message": fault.message,
            }
            for fault in faults
        ],
        "findings": [
            {
                "kind": one.kind,
                "obligation": one.obligation,
                "about": one.about,
                "words": one.words,
                "said": [list(pair) for pair in one.call.said] if one.call else None,
            }
            for one in findings
        ],
        "notes": [note for checked in done for note in checked.notes],
    }


if __name__ == "__main__":
    json.dump(tell(json.load(sys.stdin)), sys.stdout)
