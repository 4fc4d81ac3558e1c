"""Cards of lines, set in rows one below the other, over as many columns and pages as it takes. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from protocols.flow.paper import INK, WHITE, Arrow, Box, Face, Mark, Page, Paper, Words, wrapped

MARGIN = 34.0
PAD = 5.0
GAP = 7.0
"""Between two cards, one below the other."""
HEAD, FOOT = 62.0, 20.0
CONTINUED = Face(7.5, italic=True)


@dataclass(frozen=True)
class Line:
    """`marks` stand in the card, `x` from its inner left and `y` from the line's top."""

    height: float
    marks: tuple[Mark, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(mark.text for mark in self.marks if isinstance(mark, Words))


def lines(text: str, face: Face, width: float, *, indent: float = 0, before: float = 0) -> list[Line]:
    """A paragraph; `before` is the space above it."""
    found = [
        Line(face.leading, (Words(indent, face.size, part, face),))
        for part in wrapped(text, face, width - indent)
    ]
    return [Line(before), *found] if before and found else found


def ticks(answers: Sequence[str], face: Face, width: float) -> list[Line]:
    """A box to tick before each answer, as many in a line as fit."""
    side, x = face.size * 0.85, 0.0
    found: list[Line] = []
    marks: list[Mark] = []
    for answer in answers:
        for place, part in enumerate(wrapped(answer, face, width - side - 3)):
            wide = side + 3 + face.width(part)
            if marks and (x + wide > width or place):
                found.append(Line(face.leading + 1, tuple(marks)))
                marks, x = [], 0.0
            if not place:
                marks.append(Box(x, face.size - side + 1, side, side))
            marks.append(Words(x + side + 3, face.size, part, face))
            x += wide + 9
    return [*found, Line(face.leading + 1, tuple(marks))] if marks else found


@dataclass(frozen=True)
class Card:
    """`edge` colours the bar at its left; `number` is written where it goes on in another column."""

    lines: tuple[Line, ...]
    edge: str = INK
    fill: str = WHITE
    number: str = ""

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines) + 2 * PAD

    def cut(self, height: float) -> Iterator["Card"]:
        """Itself, or pieces that are no higher."""
        if self.height <= height:
            yield self
            return
        more = Line(
            CONTINUED.leading, (Words(0, CONTINUED.size, f"{self.number} continued".strip(), CONTINUED),)
        )
        taken: list[Line] = []
        for line in self.lines:
            if taken and sum(one.height for one in taken) + line.height + 2 * PAD > height:
                yield Card(tuple(taken), self.edge, self.fill, self.number)
                taken = [more]
            taken.append(line)
        yield Card(tuple(taken), self.edge, self.fill, self.number)

    def drawn(self, x: float, y: float, width: float, height: float) -> Iterator[Mark]:
        yield Box(x, y, width, height, self.fill)
        yield Box(x, y, BAR, height, self.edge, None)
        for line in self.lines:
            for mark in line.marks:
                yield mark.moved(x + BAR + PAD, y + PAD)
            y += line.height


BAR = 4.0


@dataclass(frozen=True)
class Row:
    """One card, and those that an arrow leads to from it; `joined`: an arrow leads here from the row above."""

    card: Card
    exits: tuple[Card, ...] = ()
    indent: float = 0
    joined: bool = False
    heading: bool = False

    def height(self) -> float:
        return max(self.card.height, _stacked(self.exits))


def _stacked(cards: Iterable[Card]) -> float:
    heights = [card.height for card in cards]
    return sum(heights) + 4 * max(len(heights) - 1, 0)


@dataclass
class Setting:
    """Sets rows into the columns of a paper. `left` is the width of a row's first card where it has exits."""

    paper: Paper
    left: float = 246.0
    between: float = 24.0
    pages: list[Page] = field(default_factory=list)
    _column: int = 0
    _y: float = 0
    _spine: float | None = None

    @property
    def width(self) -> float:
        return self.paper.width / self.paper.columns - 2 * MARGIN

    @property
    def top(self) -> float:
        return MARGIN + HEAD

    @property
    def bottom(self) -> float:
        return self.paper.height - MARGIN - FOOT

    @property
    def exit_width(self) -> float:
        return self.width - self.left - self.between

    def put(self, rows: Sequence[Row]) -> None:
        for place, row in enumerate(rows):
            with_next = rows[place + 1].height() + GAP if row.heading and place + 1 < len(rows) else 0.0
            self._room_for(row.height() + min(with_next, (self.bottom - self.top) / 2))
            for piece in self._pieces(row):
                self._room_for(piece.height())
                self._draw(piece)

    def new_column(self) -> None:
        """The next row begins a column of its own."""
        self._column = (self._column + 1) % self.paper.columns if self.pages else 0
        if self._column == 0:
            self.pages.append(Page())
        self._y, self._spine = self.top, None

    def _room_for(self, height: float) -> None:
        full = self.bottom - self.top
        if not self.pages or (self._y + min(height, full) > self.bottom and self._y > self.top):
            self.new_column()

    def _pieces(self, row: Row) -> Iterator[Row]:
        full = self.bottom - self.top
        if row.height() <= full:
            yield row
            return
        stacks: list[list[Card]] = [[]]
        for card in (piece for one in row.exits for piece in one.cut(full)):
            if _stacked([*stacks[-1], card]) > full:
                stacks.append([])
            stacks[-1].append(card)
        more = (
            Line(CONTINUED.leading, (Words(0, CONTINUED.size, f"{row.card.number} continued", CONTINUED),)),
        )
        for card, exits in zip_longest(row.card.cut(full), stacks):
            again = Card(more, row.card.edge, row.card.fill, row.card.number)
            yield Row(card or again, tuple(exits or ()), row.indent, row.joined, row.heading)

    def _draw(self, row: Row) -> None:
        x = MARGIN + self._column * self.paper.width / self.paper.columns + row.indent
        width = (self.left if row.exits else self.width) - row.indent
        marks, y = self.pages[-1].marks, self._y
        if row.joined and self._spine is not None:
            marks.append(Arrow(x + 14, self._spine, x + 14, y))
        marks.extend(row.card.drawn(x, y, width, row.card.height))
        right, down = x + width, y
        for one in row.exits:
            middle = down + min(one.height / 2, 12)
            elbow = min(middle, y + row.card.height - 4)
            if elbow < middle:  # lower than the card: a step down on the way
                way = right + self.between / 2
                marks.append(Arrow(right, elbow, way, elbow, head=False))
                marks.append(Arrow(way, elbow, way, middle, head=False))
                marks.append(Arrow(way, middle, right + self.between, middle))
            else:
                marks.append(Arrow(right, middle, right + self.between, middle))
            marks.extend(one.drawn(right + self.between, down, self.exit_width, one.height))
            down += one.height + 4
        self._spine = y + row.card.height
        self._y = y + row.height() + GAP
