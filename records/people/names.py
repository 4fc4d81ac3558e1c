"""Names as they are typed, read and heard. Pure."""

import re
import unicodedata

from jellyfish import metaphone

LONGEST_SOUND = 40
MOST_WORDS = 6
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "rev", "fr"})


def folded(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents and titles: `Mrs Zoë O'Brien-Wójcik` → zoe obrien wojcik."""
    plain = name.casefold().replace("ł", "l").replace("ø", "o").replace("'", "").replace("’", "")
    letters = (one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    words = re.findall(r"[^\W\d_]+", "".join(letters))
    return tuple(word for word in words if word not in TITLES)[:MOST_WORDS]


def sound(word: str) -> str:
    """How one folded word sounds in English; a word of another script, or one that has no sound, is its own."""
    said = word.replace("mps", "ms")  # Thompson is said as Tomson
    said = f"to{said[3:]}" if said.startswith("tho") else said
    heard = metaphone(said) if word.isascii() else ""
    return (heard or word.upper())[:LONGEST_SOUND]


def sounds(name: str) -> frozenset[str]:
    return frozenset(sound(word) for word in folded(name))


def is_same(one: str, other: str) -> bool:
    """The same words, in any order; two names of which nothing is known are not the same."""
    mine = sorted(folded(one))
    return bool(mine) and mine == sorted(folded(other))


def sounds_alike(sought: str, name: str) -> bool:
    """Whether each word that was said sounds like one of the name's: a surname alone finds her too."""
    said = sounds(sought)
    return bool(said) and said <= sounds(name)
