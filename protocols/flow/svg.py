"""A sheet as SVG: plain text that can be read aloud and searched, no style that a strict policy would refuse. Pure."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from protocols.flow.paper import INK, WHITE, Arrow, Box, Mark, Page, Sheet, Words

BETWEEN = 14
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def svg(sheet: Sheet, pages: Sequence[Page] | None = None) -> str:
    """All pages one below the other, or those that are given."""
    shown = sheet.pages if pages is None else tuple(pages)
    width, height = sheet.paper.width, len(shown) * (sheet.paper.height + BETWEEN) - BETWEEN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}pt" height="{height:.2f}pt" '
        f'viewBox="0 0 {width:.2f} {height:.2f}" font-family="{FONT}" xml:lang="en-GB">',
        f"<title>{escape(sheet.title)}</title><desc>{escape(sheet.about)}</desc>",
    ]
    for place, page in enumerate(shown):
        down = place * (sheet.paper.height + BETWEEN)
        parts.append(f'<g transform="translate(0 {down:.2f})">')
        parts.append(f'<rect width="{width:.2f}" height="{sheet.paper.height:.2f}" fill="{WHITE}"/>')
        parts.extend(part for mark in page.marks for part in _drawn(mark))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _drawn(mark: Mark) -> Iterator[str]:
    match mark:
        case Words(x=x, y=y, text=text, face=face):
            weight = ' font-weight="bold"' if face.bold else ""
            slant = ' font-style="italic"' if face.italic else ""
            # The length holds where another face stands in for ours: nothing may run over an edge.
            yield (
                f'<text x="{x:.2f}" y="{y:.2f}" font-size="{face.size:g}"{weight}{slant} fill="{face.ink}" '
                f'textLength="{face.width(text):.2f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
            )
        case Box(x=x, y=y, width=width, height=height, fill=fill, line=line, thick=thick):
            stroke = f' stroke="{line}" stroke-width="{thick:g}"' if line else ""
            yield (
                f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"{stroke}/>'
            )
        case Arrow():
            yield from _arrow(mark)


def _arrow(arrow: Arrow) -> Iterator[str]:
    yield (
        f'<line x1="{arrow.x:.2f}" y1="{arrow.y:.2f}" x2="{arrow.to_x:.2f}" y2="{arrow.to_y:.2f}" '
        f'stroke="{INK}" stroke-width="1"/>'
    )
    if arrow.head:
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in head_of(arrow))
        yield f'<polygon points="{points}" fill="{INK}"/>'


def head_of(arrow: Arrow) -> tuple[tuple[float, float], ...]:
    """The corners of its head: it points right, or down."""
    x, y = arrow.to_x, arrow.to_y
    if arrow.x == arrow.to_x:
        return (x, y), (x - 3, y - 5), (x + 3, y - 5)
    return (x, y), (x - 5, y - 3), (x - 5, y + 3)
