"""How long a text is on the air, in signs of GSM-7; `static/gsm-count.js` counts the same while somebody types."""

from math import ceil

ONE_PART, EACH_OF_SEVERAL = 160, 153
DOUBLE = frozenset("^{}\\[]~|€")


def length(words: str) -> int:
    """A sign of the extension table counts twice."""
    return len(words) + sum(sign in DOUBLE for sign in words)


def parts(words: str) -> int:
    """How many texts a network makes of it."""
    signs = length(words)
    return 1 if signs <= ONE_PART else ceil(signs / EACH_OF_SEVERAL)
