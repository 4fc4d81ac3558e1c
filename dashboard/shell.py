"""The one page that opens while the hub is away, and what it is made of. It holds the house's words and nothing of any
case; the worker in the browser keeps it, by a version that changes with any part of it.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from protocols.loader import Library

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = ("away.html", "frame.html", "_capture.html", "_away_flag.html", "_sources.html")
SCRIPTS = ("keys.js", "away.js")
OTHERS = ("first-point.css", "triage.css", "capture.css", "icon.svg")
FONT = "/static/font/source-sans-3-latin-wght-normal.woff2"
PAGE = "/calls/away"
_IMPORTED = re.compile(r'(?:from|import) "(?:\./|/static/)([\w-]+\.js)"')


def files() -> list[str]:
    """Our own files that the page needs, with every script that its scripts import."""
    found, to_read = [*OTHERS], list(SCRIPTS)
    while to_read:
        name = to_read.pop()
        if name not in found:
            found.append(name)
            to_read += _IMPORTED.findall((STATIC / name).read_text())
    return sorted(found)


def worker(library: Library) -> str:
    """The worker's script for this version of the page."""
    names = files()
    told = [f"/static/{name}" for name in names]
    version = hashlib.sha256(_made_of() + "".join(_words(library)).encode()).hexdigest()[:16]
    script = (STATIC / "calls-worker.js").read_text()
    return script.replace("VERSION_OF_THE_SHELL", version).replace(
        '"FILES_OF_THE_SHELL"', ", ".join(f'"{one}"' for one in (*told, FONT))
    )


def _words(library: Library) -> list[str]:
    return [library.house.sha256, *(one.sha256 for one in library.triage.values())]


@cache
def _made_of() -> bytes:
    """Of the files as they were when this process first looked: it serves no others."""
    paths = [*(HERE / "templates" / name for name in TEMPLATES), *(STATIC / name for name in files())]
    return b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)
