"""The first minute and the signs as the pages carry them, for the time when the hub is away (S6, S9)."""

import dataclasses
from typing import Any

from protocols.loader import Library
from protocols.model import House
from triage import view


def first_signs(house: House) -> list[dict[str, Any]]:
    """Each question of the first minute with its dangerous answers, and the exact words of its sign."""
    return [
        {
            "id": one.id,
            "ask": one.ask,
            "say": one.say,
            "why": one.why,
            "danger": list(one.danger),
            "title": house.signs[one.sign].title,
            "words": list(house.signs[one.sign].words),
        }
        for one in house.first_minute
    ]


def single_signs(library: Library) -> list[dict[str, Any]]:
    """Every sign that one answer alone shows, of all protocols, each once."""
    found = {
        flag.title: flag
        for protocol in library.triage.values()
        for flag in view.single_flags(protocol, library.house)
    }
    return [dataclasses.asdict(flag) for flag in found.values()]
