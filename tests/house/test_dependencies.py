"""Every direct dependency says in docs/dependencies.md why it is there, and nothing else does."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = sorted((ROOT / "requirements").glob("*.txt"))


def wanted() -> set[str]:
    lines = [line for path in (ROOT / "requirements").glob("*.in") for line in path.read_text().splitlines()]
    named = {re.split(r"[=<>\[ ]", line)[0] for line in lines if line and not line.startswith(("-", "#"))}
    package = json.loads((ROOT / "package.json").read_text())
    return named | set(package["dependencies"]) | set(package["devDependencies"])


def explained() -> list[str]:
    return re.findall(r"^\| `([^`]+)` \| \S", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)


def test_each_dependency_has_one_line() -> None:
    assert sorted(explained()) == sorted(wanted())


def test_each_is_pinned_with_hashes_and_without_addresses() -> None:
    for path in PINS:
        text = path.read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries), path
    lock = json.loads((ROOT / "package-lock.json").read_text())
    installed = [package for name, package in lock["packages"].items() if name]
    assert all(package["integrity"].startswith("sha512-") for package in installed)
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_what_tests_need_contains_what_running_needs() -> None:
    run, dev = ((ROOT / "requirements" / f"{name}.txt").read_text() for name in ("run", "dev"))
    pins = re.findall(r"^\S+==\S+", run, re.MULTILINE)
    assert set(pins) <= set(re.findall(r"^\S+==\S+", dev, re.MULTILINE))
