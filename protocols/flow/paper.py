"""What a sheet is drawn of: words, boxes and lines at places on a page, in points from its top left corner. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfmetrics import stringWidth

INK, GREY, WHITE, PALE, BLUE, RED = "#212b32", "#4c6272", "#ffffff", "#f3f6f8", "#005eb8", "#b8190e"
LEADING = 1.24
"""Of one line to the next, in sizes of its letters."""


@dataclass(frozen=True)
class Face:
    """How words look. `size` in points."""

    size: float
    bold: bool = False
    italic: bool = False
    ink: str = INK

    @property
    def font(self) -> str:
        """Of the faces that every reader of PDF has, and whose widths Arial and Liberation Sans share."""
        return "Helvetica-Bold" if self.bold else "Helvetica-Oblique" if self.italic else "Helvetica"

    @property
    def leading(self) -> float:
        return self.size * LEADING

    def width(self, text: str) -> float:
        return float(stringWidth(text, self.font, self.size))


@dataclass(frozen=True)
class Words:
    """`x`, `y`: where the baseline begins."""

    x: float
    y: float
    text: str
    face: Face

    def moved(self, x: float, y: float) -> "Words":
        return Words(self.x + x, self.y + y, self.text, self.face)

    @property
    def right(self) -> float:
        return self.x + self.face.width(self.text)


@dataclass(frozen=True)
class Box:
    """`x`, `y`: the upper left corner. Without `line` it is only filled."""

    x: float
    y: float
    width: float
    height: float
    fill: str = WHITE
    line: str | None = INK
    thick: float = 0.8

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height, self.fill, self.line, self.thick)


@dataclass(frozen=True)
class Arrow:
    """Straight, with its head at the second point; without `head` a line."""

    x: float
    y: float
    to_x: float
    to_y: float
    head: bool = True
    ink: str = INK

    def moved(self, x: float, y: float) -> "Arrow":
        return Arrow(self.x + x, self.y + y, self.to_x + x, self.to_y + y, self.head, self.ink)


Mark = Words | Box | Arrow


@dataclass(frozen=True)
class Paper:
    """`columns` stand side by side, each as wide as a page of A4."""

    name: str
    width: float
    height: float
    columns: int


A4 = Paper("A4", 595.28, 841.89, 1)
A3 = Paper("A3", 1190.55, 841.89, 2)
PAPERS = {"a4": A4, "a3": A3}


@dataclass
class Page:
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """`title` and `about` are for the file's own description."""

    title: str
    about: str
    paper: Paper
    pages: tuple[Page, ...]


def wrapped(text: str, face: Face, width: float) -> Iterator[str]:
    """The text in lines that are no wider. A word that is wider by itself is cut."""
    line = ""
    for word in text.split():
        for part in _cut(word, face, width):
            longer = f"{line} {part}" if line else part
            if line and face.width(longer) > width:
                yield line
                line = part
            else:
                line = longer
    if line:
        yield line


def _cut(word: str, face: Face, width: float) -> Iterator[str]:
    while face.width(word) > width and len(word) > 1:
        fits = next((n for n in range(len(word) - 1, 1, -1) if face.width(word[:n]) <= width), 1)
        yield word[:fits]
        word = word[fits:]
    yield word
