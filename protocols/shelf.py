"""The protocols in force, read again while the hub runs: a broken file never replaces a working one."""

from pathlib import Path

from protocols.faults import Fault, ProtocolError
from protocols.loader import Library, load_library, read_file

READ_EVERY_S = 5.0
"""How often every process looks whether a file has changed. Machine time."""
_Marks = dict[Path, tuple[int, int]]


class Shelf:
    """`library` is what runs; `faults` says what on the disk is broken, and is therefore not in it."""

    def __init__(self, folder: Path, *, draft: bool) -> None:
        """Raises `ProtocolError` where there is nothing to run on: no sound house, or a priority nobody would serve.

        A triage protocol that is broken from the start is left out, and told.
        """
        self._folder, self._draft = folder, draft
        self._good: dict[Path, str] = {}
        self._marks = self._look()
        self.library, self.faults = self._load()

    def read_again(self) -> bool:
        """Whether anything has changed: then `library` and `faults` are new. Cheap where no file was touched."""
        marks = self._look()
        if marks == self._marks:
            return False
        self._marks = marks
        try:
            self.library, self.faults = self._load()
        except ProtocolError as error:
            self.faults = list(error.faults)  # together they do not hold: the whole library stays as it was
        return True

    def _look(self) -> _Marks:
        found: _Marks = {}
        for path in (self._folder / "house.yaml", *self._files()):
            try:
                seen = path.stat()
            except OSError:
                continue
            found[path] = (seen.st_mtime_ns, seen.st_size)
        return found

    def _files(self) -> list[Path]:
        return [
            path for kind in ("triage", "escalation") for path in sorted((self._folder / kind).glob("*.yaml"))
        ]

    def _load(self) -> tuple[Library, list[Fault]]:
        """Each broken file in turn gives way to its last sound text, until what is left holds together."""
        instead: dict[Path, str | None] = {}
        told: list[Fault] = []

        def read(path: Path) -> str | None:
            return instead[path] if path in instead else read_file(path)

        while True:
            try:
                library = load_library(self._folder, draft=self._draft, read=read)
            except ProtocolError as error:
                broken = {Path(fault.file) for fault in error.faults} & self._replaceable() - instead.keys()
                if not broken:
                    raise
                told += [fault for fault in error.faults if Path(fault.file) in broken]
                instead |= {path: self._good.get(path) for path in broken}
            else:
                for path in self._replaceable():
                    if (text := read(path)) is not None:
                        self._good[path] = text
                return library, told

    def _replaceable(self) -> set[Path]:
        house = self._folder / "house.yaml"
        return {*self._files(), *([house] if house in self._good else [])}
