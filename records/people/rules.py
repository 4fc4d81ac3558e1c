"""What counts of what is known of a person, what is held against what, and whom a case is about. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from hub.errors import Refused
from records.homes import Home, same_door
from records.people.fact_model import ANY, HAS_DIED, Fact, FactKind, Says
from records.people.model import OfPerson
from records.people.names import is_same

FRAIL_FROM = {"rockwood": (5, 7)}
"""Where a scale goes from fit to frail to severely frail: two scores within one of these do not disagree. [LOCAL]"""
NEVER_DISAGREES = frozenset({FactKind.staff_safety})
"""One who met a danger and one who met none are both right: nothing takes a warning away."""


def nhs_number(text: str) -> str:
    """Ten digits with their check digit: weights 10…2, check = 11 − (sum mod 11), 11 → 0, 10 → not valid."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise Refused("An NHS number has ten digits. What you typed is kept; check it with the caller.")
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    if check == 10 or check % 11 != int(digits[9]):
        raise Refused(
            "This is not a valid NHS number: its last digit does not fit. Kept; check it with the caller."
        )
    return digits


def says_died(fact: Fact) -> bool:
    """S28: that somebody of the hub said so, and nobody since that it was an error."""
    is_it = fact.kind is FactKind.at_risk and fact.about == HAS_DIED
    return is_it and fact.says is Says.present and not fact.in_error


def spaced(nhs_number: str) -> str:
    """As people read it: `999 000 0018`."""
    return f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"


def is_over(row: OfPerson, now: datetime) -> bool:
    """Its source gave it until then: it is shown as past, and counts no more."""
    return row.valid_until is not None and row.valid_until <= now


def standing(facts: Sequence[Fact]) -> list[Fact]:
    """Those that are neither in error nor superseded; one whose successor was an error stands again."""
    good = [fact for fact in facts if not fact.in_error]
    replaced = {fact.supersedes_id for fact in good}
    return [fact for fact in good if fact.id not in replaced]


def disagree(one: Fact, other: Fact) -> bool:
    """Whether two sources cannot both be right. Of one source the newer word stands, and the older is read beside it.

    Communication and plans: about the same matter, and they say another thing of it. Conditions, medicines, risks,
    dependants: one says yes, the other no. Allergies: the same, and “none known” against any. Frailty: the scores of
    one scale lie in different bands. Notes to staff safety never do.
    """
    if one.kind is not other.kind or one.kind in NEVER_DISAGREES or _source(one) == _source(other):
        return False
    if not _same_matter(one, other):
        return False
    if one.says is not other.says:
        return True
    if Says.absent in (one.says, other.says):
        return False
    if one.kind is FactKind.frailty:
        bands = _band(one), _band(other)
        return None not in bands and bands[0] != bands[1]
    if one.kind in (FactKind.communication, FactKind.plan):
        mine, theirs = _plain(one.value), _plain(other.value)
        return bool(mine and theirs and mine != theirs)
    return False


def disagreeing(facts: Sequence[Fact], now: datetime) -> dict[int, tuple[int, ...]]:
    """By the number of a fact that counts: those it cannot be right beside."""
    live = [fact for fact in standing(facts) if not is_over(fact, now)]
    found = {one.key: tuple(other.key for other in live if disagree(one, other)) for one in live}
    return {key: others for key, others in found.items() if others}


def _same_matter(one: Fact, other: Fact) -> bool:
    mine, theirs = _plain(one.about), _plain(other.about)
    speaks_of_all = (mine == ANY and one.says is Says.absent) or (theirs == ANY and other.says is Says.absent)
    return mine == theirs or (speaks_of_all and mine != theirs and one.says is not other.says)


def _source(fact: Fact) -> tuple[str, str]:
    return fact.source_kind, _plain(fact.source)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _band(fact: Fact) -> int | None:
    """None where the value is no number of a scale that is known: then nothing can be said."""
    steps = FRAIL_FROM.get(_plain(fact.about))
    if steps is None or not re.fullmatch(r"[0-9]{1,2}", fact.value.strip()):
        return None
    return sum(int(fact.value) >= step for step in steps)


@dataclass(frozen=True)
class Who:
    """By what somebody can be told from somebody else: a case's own words, or all that is known of one person."""

    names: tuple[str, ...] = ()
    born: frozenset[date] = frozenset()
    nhs_numbers: frozenset[str] = frozenset()
    homes: tuple[Home, ...] = ()


def agree(one: Who, other: Who, field: str) -> bool | None:
    """None where one of the two does not know it: unknown is neither the same nor another (S8)."""
    if field == "person_name":
        return _any_of(one.names, other.names, is_same)
    if field == "address":
        return _any_of(one.homes, other.homes, same_door)
    mine, theirs = getattr(one, PLURAL[field]), getattr(other, PLURAL[field])
    return bool(mine & theirs) if mine and theirs else None


PLURAL: Mapping[str, str] = {"born": "born", "nhs_number": "nhs_numbers"}


def _any_of(mine: Collection[object], theirs: Collection[object], same: object) -> bool | None:
    if not mine or not theirs:
        return None
    return any(same(a, b) for a in mine for b in theirs)  # type: ignore[operator]


def is_person(said: Who, person: Who, read: Iterable[str]) -> bool:
    """Whether this person was meant. Never on a name alone."""
    return is_the_same(partial(agree, said, person), read)


def is_the_same(agree: Callable[[str], bool | None], read: Iterable[str]) -> bool:
    """S14: the same NHS number, or the same name and date of birth; something that was read back says so too, and
    neither number nor date of birth speaks against it. `agree`: by identifier; None where one of the two is unknown."""
    number, born = agree("nhs_number"), agree("born")
    if not (number or (agree("person_name") and born)) or False in (number, born):
        return False
    return any(agree(field) for field in read)
