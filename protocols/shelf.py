"""The protocols in force, read again while the hub runs: a broken file never replaces a working one.

A training place runs what is in its folder, drafts too, but for what was put in force by its people since. A live place
runs triage and escalation protocols that were put in force, and no other; its house comes from the folder until one is.
"""

import contextlib
import logging
import re
from pathlib import Path

from protocols.faults import Fault, ProtocolError
from protocols.governed import NOTHING_DECIDED, Ask, Governed, without_stopped
from protocols.loader import Library, load_library, read_file, yaml_in
from protocols.source import sha256_of

log = logging.getLogger(__name__)
READ_EVERY_S = 2.0
"""How often every process looks whether a file has changed, or anything was decided: a stop counts everywhere within
5 s. Machine time."""
KINDS = ("triage", "escalation")
_NAME = re.compile(r"^(?:protocol|escalation):\s*[\"']?([\w-]+)", re.MULTILINE)
_Marks = dict[Path, tuple[int, int]]


class Shelf:
    """`library` is what runs; `faults` says what on the disk is broken, and is therefore not in it."""

    def __init__(self, folder: Path, *, draft: bool, governed: Ask | None = None) -> None:
        """Raises `ProtocolError` where there is nothing to run on: no sound house, or a priority nobody would serve.

        A triage protocol that is broken from the start is left out, and told. `governed`: what was decided; None: the
        folder alone counts.
        """
        self._folder, self._draft, self._ask = folder, draft, governed
        self._governed = NOTHING_DECIDED
        self._good: dict[Path, str] = {}
        self._marks = self._look()
        self._governed = self._decided()
        self.library, self.faults = self._load()

    def read_again(self) -> bool:
        """Whether anything has changed: then `library` and `faults` are new. Cheap where nothing was touched."""
        marks, governed = self._look(), self._decided()
        if marks == self._marks and governed is self._governed:
            return False
        self._marks, self._governed = marks, governed
        try:
            self.library, self.faults = self._load()
        except ProtocolError as error:
            self.faults = list(error.faults)  # together they do not hold: the whole library stays as it was
            stopped = {**self.library.stopped, **governed.stopped}
            self.library = without_stopped(self.library, stopped)  # but for a stop, which counts at once
        return True

    def texts(self) -> dict[Path, str]:
        """What the folder holds, sound or not, the house first; a file that cannot be read is left out."""
        found: dict[Path, str] = {}
        for path in (self._house, *self._files()):
            with contextlib.suppress(ProtocolError):
                found[path] = read_file(path) or ""
        return found

    def _decided(self) -> Governed:
        """The last that could be read: a database that is away takes nothing away, and lets nothing go on."""
        if self._ask is None:
            return NOTHING_DECIDED
        try:
            return self._ask()
        except Exception:
            log.exception("decisions_not_read")
            return self._governed

    def _look(self) -> _Marks:
        found: _Marks = {}
        for path in (self._house, *self._files()):
            try:
                seen = path.stat()
            except OSError:
                continue
            found[path] = (seen.st_mtime_ns, seen.st_size)
        return found

    def _files(self) -> list[Path]:
        return [path for kind in KINDS for path in yaml_in(self._folder / kind)]

    def _load(self) -> tuple[Library, list[Fault]]:
        """Each broken file in turn gives way to its last sound text, until what is left holds together."""
        instead: dict[Path, str | None] = {}
        told: list[Fault] = []
        decided = self._chosen()

        def read(path: Path) -> str | None:
            return instead[path] if path in instead else decided.get(path) or read_file(path)

        while True:
            try:
                library = load_library(
                    self._folder,
                    draft=self._draft,
                    read=read,
                    files=lambda folder: [path for path in decided if path.parent == folder],
                )
            except ProtocolError as error:
                may_give_way = {*decided} - ({self._house} - self._good.keys())
                broken = {Path(fault.file) for fault in error.faults} & may_give_way - instead.keys()
                if not broken:
                    raise
                told += [fault for fault in error.faults if Path(fault.file) in broken]
                instead |= {path: self._good.get(path) for path in broken}
            else:
                for path in decided:
                    if (text := read(path)) is not None:
                        self._good[path] = text
                return without_stopped(library, self._governed.stopped), told

    def _chosen(self) -> dict[Path, str | None]:
        """The files that make up the library; with a text what was decided, with None what the folder holds."""
        texts = {
            self._house if kind == "house" else self._folder / kind / f"{name}.yaml": (kind, name, text)
            for (kind, name), text in self._governed.texts.items()
        }
        chosen: dict[Path, str | None] = {self._house: None}
        if self._draft or self._ask is None:
            chosen |= dict.fromkeys(self._files())
        runs = {
            (path.parent.name, name)
            for path in list(chosen)
            if path != self._house and (name := self._runs(path, chosen)) is not None
        }
        for path, (kind, name, text) in texts.items():
            if kind == "house":
                if not self._draft or not self._is_newer(path):
                    chosen[path] = text
            elif (kind, name) not in runs:
                chosen[path] = text
        return dict(sorted(chosen.items()))

    def _runs(self, path: Path, chosen: dict[Path, str | None]) -> str | None:
        """The id in this file of the folder; a text that runs no more is taken out of `chosen`."""
        try:
            text = read_file(path) or ""
        except ProtocolError:
            return None
        if sha256_of(text) in self._governed.over:
            del chosen[path]
            return None
        named = _NAME.search(text)
        return named[1] if named else None

    def _is_newer(self, path: Path) -> bool:
        """Whether the folder's text was not there yet when it was decided otherwise."""
        try:
            return sha256_of(read_file(path) or "") not in self._governed.over
        except ProtocolError:
            return False

    @property
    def _house(self) -> Path:
        return self._folder / "house.yaml"
