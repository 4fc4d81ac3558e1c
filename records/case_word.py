"""What the board says of a case in one word: a pure function of what the case owes."""

from collections.abc import Iterable

from records.lifecycles import Owed, Word

ORDER: tuple[tuple[Owed, str, Word], ...] = (
    (Owed.position, "with_person", Word.with_person),
    (Owed.position, "no_access", Word.no_access),
    (Owed.position, "at_door", Word.at_door),
    (Owed.hand_over, "requested", Word.handing_over),
    (Owed.position, "en_route", Word.travelling),
    (Owed.position, "accepted", Word.accepted),
    (Owed.call, "ringing", Word.taking_call),
    (Owed.call, "on_line", Word.taking_call),
    (Owed.assessment, "taking", Word.taking_call),
    (Owed.position, "offered", Word.offered),
    (Owed.hold, "held", Word.held),
    (Owed.position, "open", Word.seeking),
    (Owed.call_back, "due", Word.call_back),
    (Owed.call_back, "failed", Word.call_back),
    (Owed.task, "open", Word.to_finish),
)
"""The first that is true is the word: what the person at the other end is living through comes first."""

STEPS: dict[Word, int] = {
    Word.taking_call: 1,
    Word.call_back: 1,
    Word.held: 1,
    Word.seeking: 2,
    Word.handing_over: 2,
    Word.offered: 2,
    Word.accepted: 3,
    Word.travelling: 4,
    Word.at_door: 5,
    Word.no_access: 5,
    Word.with_person: 5,
    Word.to_finish: 6,
    Word.closed: 6,
}
"""How many of the board's six steps are behind."""


def case_word(owed: Iterable[tuple[Owed, str]]) -> Word:
    """`owed` holds (kind, state) of every row that is still owed; nothing owed means closed."""
    live = set(owed)
    return next((word for kind, state, word in ORDER if (kind, state) in live), Word.closed)
