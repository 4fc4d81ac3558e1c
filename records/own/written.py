"""What is written on somebody's page: in whose words, and how often in one day."""

from datetime import timedelta

from hub.errors import Refused
from records.own.model import OwnAccess, OwnKind

A_DAY = timedelta(hours=24)
MOST_IN_A_DAY = 9
"""Plans by all together, and consents by each who may say them: so that nothing is crowded out. [LOCAL]"""
IN_OWN_WORDS = "in their own words"
FOR_THEM = "written for them"
"""What a plan is about that was written on their page, by the person or by their attorney."""


class TooMany(Refused):
    """They have written as often as anybody reads."""


def must_be_few(written_today: int) -> None:
    """Raises `TooMany`. Pure."""
    if written_today >= MOST_IN_A_DAY:
        raise TooMany("This has been changed many times today. Ring us, please.")


def about(access: OwnAccess) -> str:
    """Pure."""
    return IN_OWN_WORDS if access.kind is OwnKind.person else FOR_THEM


def how_said(access: OwnAccess) -> str:
    """Whoever reads a consent must see whether it was the person who said so. Pure."""
    if access.kind is OwnKind.person:
        return "on their own page, in their own words"
    return f"on their page, by {access.name} ({access.kind.value})"
