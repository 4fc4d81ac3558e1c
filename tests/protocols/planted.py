"""Tables of edits to the texts of tests/protocols/sound.py, as they stand in the .yaml files beside this one."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.protocols.sound import TEXTS, edited

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Edited:
    """A sound text with its edits. `finds` is an obligation and `about` what it is violated about, where it is."""

    name: str
    base: str
    edits: tuple[tuple[str, str], ...]
    finds: str = ""
    about: str = ""
    why: str = ""
    says: str = ""
    shows: tuple[str, str] | tuple[()] = ()

    @property
    def text(self) -> str:
        return edited(TEXTS[self.base], *self.edits)

    def __str__(self) -> str:
        return f"{self.finds}: {self.name}" if self.finds else self.name


@cache
def table(name: str) -> tuple[Edited, ...]:
    """The rows of a table; their names differ, so that a failing test names one of them."""
    rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    found = tuple(
        Edited(base=row.pop("in"), edits=tuple((one["was"], one["now"]) for one in row.pop("edits")), **row)
        for row in rows
    )
    assert len({one.name for one in found}) == len(found)
    return found
