"""Reads the first minute of a house file (S6), and checks it against the house's own signs and questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from protocols.faults import listed, meant
from protocols.first_minute import UNKNOWN, FirstQuestion
from protocols.house import HouseQuestion, Priority, Sign
from protocols.source import Source

Item = tuple[str | int, ...]


def parse_first_minute(
    source: Source,
    data: Sequence[Any],
    signs: Mapping[str, Sign],
    questions: Mapping[str, HouseQuestion],
    priorities: Sequence[Priority],
) -> tuple[FirstQuestion, ...]:
    """The questions in the order that they are asked; their faults are noted in `source`."""
    found: list[FirstQuestion] = []
    for place, said in enumerate(data):
        here: Item = ("first_minute", place)
        if any(said["id"] in other.ids for other in found):
            source.fault((*here, "id"), f'"{said["id"]}" is asked twice in the first minute; keep one')
        _check_sign(source, (*here, "sign"), said["sign"], signs, priorities)
        _check_danger(source, here, said)
        found.append(_question(source, here, said, questions.get(said["id"])))
    return tuple(found)


def _question(source: Source, here: Item, said: Any, house: HouseQuestion | None) -> FirstQuestion:
    words = {key: said.get(key) or (getattr(house, key) if house else None) for key in ("ask", "say", "why")}
    for key in ("ask", "say"):
        if not words[key]:
            source.fault(here, f'the key "{key}" is missing; add the words, as they are said aloud')
    carries = dict(said.get("carries", {}))
    if house is not None:
        for answer in ("yes", "no"):
            becomes = carries.get(answer, answer)
            if becomes not in house.answers:
                where = (*here, "carries", answer) if answer in carries else here
                source.fault(
                    where,
                    f'{answer} becomes "{becomes}", and "{house.id}" is answered {listed(house.answers)}'
                    f"{meant(becomes, list(house.answers))}; say in carries what {answer} is there",
                )
    return FirstQuestion(
        id=said["id"],
        ask=words["ask"] or "",
        say=words["say"] or "",
        why=words["why"] or "",
        danger=tuple(said["danger"]),
        sign=said["sign"],
        carries=carries,
        same_as=tuple(said.get("same_as", ())),
    )


def _check_sign(
    source: Source, where: Item, sign: str, signs: Mapping[str, Sign], priorities: Sequence[Priority]
) -> None:
    known = signs.get(sign)
    if known is None:
        source.fault(where, f'there is no sign "{sign}"{meant(sign, list(signs))}')
    elif known.floor != priorities[0].id:
        source.fault(
            where, f'the first minute hands over at once: "{sign}" must have the floor {priorities[0].id}'
        )
    elif not known.words:
        source.fault(where, f'"{sign}" has no words to say aloud; add them to the sign')


def _check_danger(source: Source, here: Item, said: Any) -> None:
    """S7: where not known is no danger, somebody must have said why."""
    if UNKNOWN in said["danger"] and len(said["danger"]) == 1:
        source.fault((*here, "danger"), "unknown alone is no answer to fear; add yes or no")
    if "yes" in said["danger"] and "no" in said["danger"]:
        source.fault((*here, "danger"), "one answer must be safe; take yes or no away")
    if UNKNOWN not in said["danger"] and "unknown_because" not in said:
        source.fault(
            (*here, "danger"),
            "not known counts as the worst (S7): add unknown to danger, or say why not in unknown_because",
        )
