"""Draws the lifecycle tables for people: one Mermaid diagram and one list of events for each thing that can be owed."""

from collections.abc import Iterable, Mapping

from records.lifecycles import LIFECYCLES, OWING, STATES, UNDO_TO, Owed

HEAD = """# Everything a case can owe, and how it ends

Drawn from the tables in `records/lifecycles.py` by `python -m records`; do not edit it by hand, a test compares.

A case is open as long as one of its rows is in a state that still owes something (drawn with a thick border below),
and every such row has a deadline that will wake somebody. Whatever is owed also accepts `supersede`: the caller rang
back, the person died, 999 took over, a duplicate. What is not in a table is refused. The life of an offer is in
[architecture.md](architecture.md): it belongs to `dispatch`, and the position speaks for it.
"""
ABOUT = {
    Owed.call: "One contact by telephone. A call that is dropped opens a call-back in the same transaction.",
    Owed.assessment: "One run of a triage protocol, on the exact version it was begun with.",
    Owed.call_back: "Somebody must be rung. A failed one goes on to the next way and never closes (S6).",
    Owed.hold: "The case waits until a time, on purpose: overnight, or booked.",
    Owed.position: "One pair of hands. A forward jump is legal; a skipped WITH asks when care began (S2). A"
    " mistaken step can be undone to the state it came from (`undo_to_…`, not drawn; S25).",
    Owed.hand_over: "Another service takes over, or is asked to. Refused or timed out it opens a call-back (S30).",
    Owed.task: "Something that a person of the hub must do or read.",
}
SUPERSEDE = "supersede"
Table = Mapping[tuple[str, str], str]


def document() -> str:
    """The whole of docs/lifecycle.md."""
    return "\n".join([HEAD, *(_section(owed) for owed in Owed)])


def _section(owed: Owed) -> str:
    start = str(next(iter(STATES[owed])))
    table = {(state, event): new for (state, event), new in LIFECYCLES[owed].items() if event != SUPERSEDE}
    forward = {move: new for move, new in table.items() if not move[1].startswith(UNDO_TO)}
    owing = sorted(OWING[owed], key=[str(state) for state in STATES[owed]].index)
    return "\n".join(
        [
            f"## {owed.value.replace('_', ' ').capitalize()}",
            ABOUT[owed],
            "",
            *diagram(forward, start, owing),
            "",
            *events(table),
            f"| `{SUPERSEDE}` | {', '.join(owing)} | superseded |",
            "",
        ]
    )


def diagram(table: Table, start: str, owing: Iterable[str] = ()) -> list[str]:
    """The moves as a Mermaid state diagram; an end is a state that no move leaves."""
    moves: dict[tuple[str, str], list[str]] = {}
    for (state, event), new in table.items():
        moves.setdefault((state, new), []).append(event)
    leaves = {state for state, _ in table}
    ends = dict.fromkeys(new for new in table.values() if new not in leaves)
    return [
        "```mermaid",
        "stateDiagram-v2",
        "    classDef owing stroke-width:3px",
        f"    [*] --> {start}",
        *(f"    {state} --> {new}: {', '.join(said)}" for (state, new), said in moves.items()),
        *(f"    {end} --> [*]" for end in ends),
        *(f"    class {state} owing" for state in owing),
        "```",
    ]


def events(table: Table) -> list[str]:
    """The moves as a list: event, from, to."""
    by_event: dict[tuple[str, str], list[str]] = {}
    for (state, event), new in table.items():
        by_event.setdefault((event, new), []).append(state)
    return [
        "| event | from | to |",
        "|---|---|---|",
        *(f"| `{event}` | {', '.join(states)} | {new} |" for (event, new), states in by_event.items()),
    ]
