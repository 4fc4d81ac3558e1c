"""What stands to the right of a question: what is complete once it is answered, and where that leads."""

from collections import defaultdict
from dataclasses import dataclass, field

from protocols.flow.cards import Card, Line, lines
from protocols.flow.paper import GREY, RED, WHITE, Face
from protocols.model import Condition, Disposition, House, RedFlag, TriageProtocol
from protocols.said import Shape, alternatives, bare, capital, last_asked, said, shape

IF, TO, FLAG = Face(9), Face(9.5, bold=True), Face(8.5, bold=True, ink=RED)
SAY, SMALL = Face(8.5, italic=True), Face(7.5, ink=GREY)
INKS = ("#b8190e", "#8a4b00", "#6b3fa0", "#005eb8", "#00662f", "#007f86")


@dataclass
class _Exit:
    """One condition, where it leads by itself and which red flags it raises.

    `unless_known`: the same, known for certain, leads somewhere more urgent.
    """

    condition: Condition
    to: list[Disposition] = field(default_factory=list)
    flags: list[RedFlag] = field(default_factory=list)
    unless_known: bool = False


def exits_of(protocol: TriageProtocol, house: House, width: float) -> dict[int, tuple[Card, ...]]:
    """By the index of the question: the most urgent first. Every rule and every red flag stands once."""
    found: dict[Shape, _Exit] = {}
    first: dict[Shape, _Exit] = {}
    for disposition in protocol.dispositions:
        for rule in disposition.rules:
            for one in alternatives(rule.condition):
                exit_ = found.setdefault(shape(one), _Exit(one))
                before = first.setdefault(shape(bare(one)), exit_)
                exit_.unless_known = before is not exit_ and before.condition != bare(before.condition)
                if disposition not in exit_.to:
                    exit_.to.append(disposition)
    for flag in protocol.red_flags:
        for one in alternatives(flag.condition):
            known = first.get(shape(bare(one)))
            (known or found.setdefault(shape(one), _Exit(one))).flags.append(flag)
    placed: defaultdict[int, list[_Exit]] = defaultdict(list)
    for exit_ in found.values():
        placed[last_asked(exit_.condition)].append(exit_)
    said_of: set[str] = set()
    return {
        index: tuple(
            _card(one, protocol, house, width, said_of)
            for one in sorted(placed[index], key=lambda one: _rank(one, house))
        )
        for index in sorted(placed)
    }


def _rank(exit_: _Exit, house: House) -> int:
    ranks = [house.rank[one.priority] for one in exit_.to]
    return min(ranks + [house.rank[flag.floor] for flag in exit_.flags])


def _card(exit_: _Exit, protocol: TriageProtocol, house: House, width: float, said_of: set[str]) -> Card:
    condition = capital(said(exit_.condition, protocol))
    words: list[Line] = lines(f"{condition} – not known" if exit_.unless_known else condition, IF, width)
    for disposition in exit_.to:
        label = house.priority(disposition.priority).label
        words += lines(f"{label}: {disposition.title}", TO, width, before=1)
    stands = [house.rank[one.priority] for one in exit_.to]
    for flag in exit_.flags:
        held = stands and min(stands) <= house.rank[flag.floor]
        floor = "" if held else f" – at least {house.priority(flag.floor).label}"
        words += lines(f"RED FLAG: {flag.title}{floor}", FLAG, width, before=1)
        if flag.words and flag.flag in said_of:
            words += lines("Say what stands at the first of these.", SMALL, width)
        elif flag.words:
            words += lines(f"Say: “{' '.join(flag.words)}”", SAY, width)
        said_of.add(flag.flag)
    rank = _rank(exit_, house)
    return Card(tuple(words), ink_of_rank(rank), WHITE, "This answer")


def ink_of_rank(rank: int) -> str:
    """The colour of a priority's edge; its words always stand beside it."""
    return INKS[rank] if rank < len(INKS) else GREY
