"""The pages that open while the hub does not answer, and what they are made of. What is kept of them holds the house's
words and nothing of any case; the worker in the browser keeps it, by a version that changes with any part of it.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE / "static"
FONT = "/static/font/source-sans-3-latin-wght-normal.woff2"
_IMPORTED = re.compile(r'(?:from|import) "(?:\./|/static/)([\w-]+\.js)"')


@dataclass(frozen=True)
class Shell:
    """`page` is kept by the worker `<name>-worker.js` with every script that `scripts` import."""

    name: str
    page: str
    templates: tuple[str, ...]
    scripts: tuple[str, ...]
    others: tuple[str, ...]


CALLS = Shell(
    "calls",
    "/calls/away",
    ("away.html", "frame.html", "_capture.html", "_away_flag.html", "_sources.html"),
    ("keys.js", "away.js"),
    ("first-point.css", "triage.css", "capture.css", "icon.svg"),
)
VISIT = Shell(
    "visit",
    "/visit-away",
    ("visit_away.html", "frame.html"),
    ("keys.js", "responder.js", "queue.js", "visit-away.js"),
    ("first-point.css", "responder.css", "icon.svg"),
)


def files(shell: Shell) -> list[str]:
    """Our own files that the page needs, with every script that its scripts import."""
    found, to_read = [*shell.others], list(shell.scripts)
    while to_read:
        name = to_read.pop()
        if name not in found:
            found.append(name)
            to_read += _IMPORTED.findall((STATIC / name).read_text())
    return sorted(found)


def worker(shell: Shell, *words: str) -> str:
    """The worker's script for this version of the page; `words`: what else the page is made of."""
    version = hashlib.sha256(_made_of(shell) + "".join(words).encode()).hexdigest()[:16]
    kept = [*(f"/static/{name}" for name in files(shell)), FONT]
    told = {
        "NAME_OF_THE_SHELL": shell.name,
        "VERSION_OF_THE_SHELL": version,
        "PAGE_OF_THE_SHELL": shell.page,
        '"FILES_OF_THE_SHELL"': ", ".join(f'"{one}"' for one in kept),
    }
    script = "".join((STATIC / name).read_text() for name in _workers(shell))
    for mark, word in told.items():
        script = script.replace(mark, word)
    return script


def _workers(shell: Shell) -> tuple[str, str]:
    return "shell-worker.js", f"{shell.name}-worker.js"


@cache
def _made_of(shell: Shell) -> bytes:
    """Of the files as they were when this process first looked: it serves no others."""
    names = (*files(shell), *_workers(shell))
    paths = [*(HERE / "templates" / name for name in shell.templates), *(STATIC / name for name in names)]
    return b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)
