"""What the board shows before anybody has asked for 999: a red flag that the answers have raised, by its source."""

from records.model import Case

FIRST_MINUTE = "first minute"


def mark(case: Case, source: str, *, is_up: bool) -> None:
    """`source`: the protocol, or the first minute; each takes back no more than its own."""
    before = set(case.red_flags or ())
    after = before | {source} if is_up else before - {source}
    if after != before:
        case.red_flags = sorted(after)
