"""S15: whether two ways of writing an address mean one front door. Pure."""

import re
from typing import NamedTuple

SHORT = {
    "rd": "road",
    "st": "street",
    "ave": "avenue",
    "ln": "lane",
    "cl": "close",
    "dr": "drive",
    "cres": "crescent",
    "ct": "court",
    "gdns": "gardens",
    "sq": "square",
    "apt": "flat",
    "apartment": "flat",
    "no": "",
    "number": "",
}


class Home(NamedTuple):
    """Where somebody is, as it was typed."""

    address: str
    postcode: str | None

    @property
    def words(self) -> str:
        """As people read it; a postcode that was said with the address stands there once."""
        squeezed = re.sub(r"\s", "", self.address).upper()
        is_said = self.postcode and self.postcode.replace(" ", "") in squeezed
        return ", ".join(part for part in (self.address, None if is_said else self.postcode) if part)


def is_exact(home: Home) -> bool:
    """A whole postcode and something before it: enough to know the door by."""
    return bool(home.postcode and " " in home.postcode and _parts(home))


def same_door(one: Home, other: Home) -> bool:
    """The same numbers and street under one whole postcode; a town behind one of them makes no other door, a flat does.
    What is not exact is never the same."""
    if not (is_exact(one) and is_exact(other)) or one.postcode != other.postcode:
        return False
    short, long = sorted((_parts(one), _parts(other)), key=len)
    more = long[len(short) :]
    return long[: len(short)] == short and not any(
        re.search("[0-9]", part) or part == "flat" for part in more
    )


def is_typed_on(before: Home, now: Home) -> bool:
    """The same address, further typed or taken back, rather than another one."""
    if before.postcode and now.postcode and not _begins(before.postcode, now.postcode):
        return False
    return _begins(" ".join(_parts(before)), " ".join(_parts(now)))


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short)


def _parts(home: Home) -> list[str]:
    said = home.address.casefold()
    if home.postcode:
        said = re.sub(re.escape(home.postcode.casefold()).replace(r"\ ", r"\s*"), " ", said)
    parts = [SHORT.get(part, part) for part in re.findall(r"\w+", said.replace("'", "").replace("’", ""))]
    return [part for part in parts if part]
