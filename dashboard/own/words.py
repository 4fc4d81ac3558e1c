"""The words of the own page, by language: one file each, `dashboard/words/own.<language>.json`.

A file says of itself what its language is called, which way it is read, and whether a native speaker has checked it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "words"
FIRST = "en"


@dataclass(frozen=True)
class Words:
    """Called with a key it says the words; `dir` is `ltr` or `rtl`."""

    lang: str
    title: str
    dir: str
    checked: bool
    words: dict[str, str]
    months: tuple[str, ...]

    def __call__(self, key: str, **parts: Any) -> str:
        """Raises `KeyError` for a key that is in no file: a page must not go out with a hole in it."""
        return self.words[key].format(**parts)

    def maybe(self, kind: str, value: str) -> str:
        """Words of our own for a value of a list; the value itself where there are none."""
        return self.words.get(f"{kind}.{value}", value.replace("_", " "))

    def day(self, at: date) -> str:
        return f"{at.day} {self.months[at.month - 1]} {at.year}"

    def at(self, at: datetime) -> str:
        """`at`: local time."""
        return f"{self.day(at)}, {at:%H:%M}"


@cache
def languages() -> dict[str, Words]:
    """The first stands first."""
    found = {}
    for path in sorted(FOLDER.glob("own.*.json"), key=lambda one: (f".{FIRST}." not in one.name, one.name)):
        lang = path.name.split(".")[1]
        found[lang] = read(lang, json.loads(path.read_text()))
    return found


def read(lang: str, said: dict[str, Any]) -> Words:
    about = said["about"]
    return Words(lang, about["title"], about["dir"], about["checked"], said["words"], tuple(said["months"]))


def in_language(lang: str) -> Words:
    return languages().get(lang) or languages()[FIRST]
