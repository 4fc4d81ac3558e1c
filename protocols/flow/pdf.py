"""A sheet as PDF, with the same words at the same places. Pure: the same sheet gives the same bytes."""

import unicodedata
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from protocols.flow.paper import INK, Arrow, Box, Mark, Sheet, Words
from protocols.flow.svg import head_of


def pdf(sheet: Sheet) -> bytes:
    """The file."""
    out = BytesIO()
    height = sheet.paper.height
    canvas = Canvas(out, pagesize=(sheet.paper.width, height), invariant=1, lang="en-GB")
    canvas.setTitle(sheet.title)
    canvas.setSubject(sheet.about)
    canvas.setCreator("First Point")
    for page in sheet.pages:
        for mark in page.marks:
            _draw(canvas, mark, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, mark: Mark, height: float) -> None:
    match mark:
        case Words(x=x, y=y, text=text, face=face):
            canvas.setFillColor(HexColor(face.ink))
            canvas.setFont(face.font, face.size)
            canvas.drawString(x, height - y, printable(text))
        case Box(x=x, y=y, width=width, height=high, fill=fill, line=line, thick=thick):
            canvas.setFillColor(HexColor(fill))
            canvas.setStrokeColor(HexColor(line or fill))
            canvas.setLineWidth(thick)
            canvas.rect(x, height - y - high, width, high, stroke=int(line is not None), fill=1)
        case Arrow():
            _arrow(canvas, mark, height)


def _arrow(canvas: Canvas, arrow: Arrow, height: float) -> None:
    canvas.setStrokeColor(HexColor(INK))
    canvas.setFillColor(HexColor(INK))
    canvas.setLineWidth(1)
    canvas.line(arrow.x, height - arrow.y, arrow.to_x, height - arrow.to_y)
    if arrow.head:
        path = canvas.beginPath()
        (x, y), *others = head_of(arrow)
        path.moveTo(x, height - y)
        for x, y in others:
            path.lineTo(x, height - y)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)


def printable(text: str) -> str:
    """The faces that every reader has know western European letters: another keeps its letter and loses its mark."""
    return "".join(letter if _known(letter) else _plain(letter) for letter in text)


def _known(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _plain(letter: str) -> str:
    found = "".join(part for part in unicodedata.normalize("NFKD", letter) if _known(part))
    return found or "?"
