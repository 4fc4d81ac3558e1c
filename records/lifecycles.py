"""The life of every row that a case can owe: one literal table each, (state, event) → state.

`docs/lifecycle.md` is drawn from these tables (`python -m records`), and `tests/pure` searches all their joint states.
Whatever is still owed also accepts `supersede`: the caller rang back, the person died, 999 took over, a duplicate. The
last step of a visit can be undone.
"""

from enum import StrEnum


class Owed(StrEnum):
    """What can be owed, by the name of its table."""

    call = "call"
    assessment = "assessment"
    call_back = "call_back"
    hold = "hold"
    position = "position"
    hand_over = "hand_over"
    task = "task"


class CallState(StrEnum):
    ringing = "ringing"
    on_line = "on_line"
    ended = "ended"
    dropped = "dropped"
    superseded = "superseded"


class AssessmentState(StrEnum):
    taking = "taking"
    finished = "finished"
    broken_off = "broken_off"
    superseded = "superseded"


class CallBackState(StrEnum):
    due = "due"
    failed = "failed"
    done = "done"
    superseded = "superseded"


class HoldState(StrEnum):
    held = "held"
    ended = "ended"
    superseded = "superseded"


class PositionState(StrEnum):
    open = "open"
    offered = "offered"
    accepted = "accepted"
    en_route = "en_route"
    at_door = "at_door"
    with_person = "with_person"
    no_access = "no_access"
    done = "done"
    stood_down = "stood_down"
    superseded = "superseded"


class HandOverState(StrEnum):
    requested = "requested"
    confirmed = "confirmed"
    refused = "refused"
    timed_out = "timed_out"
    superseded = "superseded"


class TaskState(StrEnum):
    open = "open"
    done = "done"
    superseded = "superseded"


class Word(StrEnum):
    """What the board says of a case in one word."""

    taking_call = "taking the call"
    seeking = "seeking"
    offered = "offered"
    accepted = "accepted"
    travelling = "travelling"
    at_door = "at door"
    no_access = "no access"
    with_person = "with them"
    handing_over = "handing over"
    call_back = "call-back"
    held = "held"
    to_finish = "to finish"
    closed = "closed"


Table = dict[tuple[str, str], str]

CALL: Table = {
    ("ringing", "answer"): "on_line",
    ("ringing", "drop"): "dropped",
    ("on_line", "end"): "ended",
    ("on_line", "drop"): "dropped",
}
ASSESSMENT: Table = {
    ("taking", "finish"): "finished",
    ("taking", "break_off"): "broken_off",
}
CALL_BACK: Table = {
    ("due", "reach"): "done",
    ("due", "fail"): "failed",
    ("failed", "try_next_way"): "due",  # S6: a failed call-back goes on to the next way and never closes
}
HOLD: Table = {
    ("held", "end"): "ended",
}
POSITION: Table = {
    ("open", "offer"): "offered",
    ("open", "accept"): "accepted",  # a late yes to a position that is still open
    ("offered", "accept"): "accepted",
    ("offered", "withdraw_offers"): "open",
    ("accepted", "set_off"): "en_route",
    ("accepted", "arrive"): "at_door",
    ("accepted", "begin_care"): "with_person",
    ("accepted", "finish"): "done",
    ("accepted", "find_no_access"): "no_access",
    ("accepted", "hand_back"): "open",
    ("en_route", "arrive"): "at_door",
    ("en_route", "begin_care"): "with_person",
    ("en_route", "finish"): "done",
    ("en_route", "find_no_access"): "no_access",
    ("en_route", "hand_back"): "open",
    ("at_door", "begin_care"): "with_person",
    ("at_door", "finish"): "done",
    ("at_door", "find_no_access"): "no_access",
    ("at_door", "hand_back"): "open",
    ("with_person", "finish"): "done",
    ("with_person", "hand_back"): "open",
    ("no_access", "arrive"): "at_door",
    ("no_access", "begin_care"): "with_person",
    ("no_access", "find_person"): "done",  # S27: seen, heard, or whereabouts confirmed
    ("no_access", "hand_back"): "open",
    ("open", "stand_down"): "stood_down",
    ("offered", "stand_down"): "stood_down",
    ("accepted", "stand_down"): "stood_down",
    ("en_route", "stand_down"): "stood_down",
    ("at_door", "stand_down"): "stood_down",
}
HAND_OVER: Table = {
    ("requested", "confirm"): "confirmed",
    ("requested", "refuse"): "refused",
    ("requested", "time_out"): "timed_out",
    ("timed_out", "request"): "requested",
    ("timed_out", "confirm"): "confirmed",  # the reference came late; better late than asked for twice
    ("refused", "request"): "requested",
}
TASK: Table = {
    ("open", "do"): "done",
}

OWING: dict[Owed, frozenset[str]] = {
    Owed.call: frozenset({"ringing", "on_line"}),
    Owed.assessment: frozenset({"taking"}),
    Owed.call_back: frozenset({"due", "failed"}),
    Owed.hold: frozenset({"held"}),
    Owed.position: frozenset(
        {"open", "offered", "accepted", "en_route", "at_door", "with_person", "no_access"}
    ),
    Owed.hand_over: frozenset({"requested"}),
    Owed.task: frozenset({"open"}),
}
"""The states in which a row still owes something, and so keeps its case open."""

STATES: dict[Owed, type[StrEnum]] = {
    Owed.call: CallState,
    Owed.assessment: AssessmentState,
    Owed.call_back: CallBackState,
    Owed.hold: HoldState,
    Owed.position: PositionState,
    Owed.hand_over: HandOverState,
    Owed.task: TaskState,
}


STEPS = frozenset({"set_off", "arrive", "begin_care", "finish", "find_no_access", "find_person"})
UNDO_TO = "undo_to_"


def _with_steps_undone(table: Table) -> Table:
    """S25: a mistaken step can be taken back to the state it came from."""
    return table | {(new, f"{UNDO_TO}{old}"): old for (old, event), new in table.items() if event in STEPS}


def _superseding(owed: Owed, table: Table) -> Table:
    return table | {(state, "supersede"): "superseded" for state in sorted(OWING[owed])}


LIFECYCLES: dict[Owed, Table] = {
    owed: _superseding(owed, table)
    for owed, table in {
        Owed.call: CALL,
        Owed.assessment: ASSESSMENT,
        Owed.call_back: CALL_BACK,
        Owed.hold: HOLD,
        Owed.position: _with_steps_undone(POSITION),
        Owed.hand_over: HAND_OVER,
        Owed.task: TASK,
    }.items()
}
"""No table of an offer is here: it lives in `dispatch`, and the position speaks for it."""


def after(owed: Owed, state: str, event: str) -> str | None:
    """The state that `event` leads to, or None where it is not possible now."""
    return LIFECYCLES[owed].get((state, event))


def owes(owed: Owed, state: str) -> bool:
    return state in OWING[owed]
