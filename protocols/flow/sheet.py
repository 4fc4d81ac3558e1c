"""A triage protocol as the flow sheet that clinicians pin to a wall: whom it is for, each question with its words, what
an answer leads to, what is said, who is sent. Pure: the same text gives the same sheet."""

from collections.abc import Iterator
from datetime import date

from protocols.durations import said_bound
from protocols.faults import listed
from protocols.flow.cards import BAR as EDGE
from protocols.flow.cards import MARGIN, PAD, Card, Line, Row, Setting, lines, ticks
from protocols.flow.exits import exits_of, ink_of_rank
from protocols.flow.paper import (
    A4,
    BLUE,
    GREY,
    INK,
    PALE,
    RED,
    WHITE,
    Box,
    Face,
    Mark,
    Paper,
    Sheet,
    Words,
    wrapped,
)
from protocols.model import Disposition, ExceptionPermit, House, Question, Score, TriageProtocol
from protocols.said import capital, said

TITLE, HEADING, BOLD, PLAIN = Face(19, bold=True), Face(12, bold=True), Face(9.5, bold=True), Face(9)
ALOUD, SMALL, GATE = Face(9, italic=True), Face(7.5, ink=GREY), Face(8, bold=True, ink=BLUE)
STATUS = {
    "draft": "DRAFT – NOT CLINICALLY APPROVED",
    "in_review": "IN REVIEW – NOT CLINICALLY APPROVED",
    "approved": "APPROVED",
    "retired": "RETIRED – DO NOT USE",
}
HOW_TO = (
    "Ask from the top. What an arrow leads to is the least that is done: the most urgent of all counts, and "
    "whoever any of them sends. Not known counts as the worst that it could be, unless it says “only if known”."
)


def sheet(protocol: TriageProtocol, house: House, paper: Paper = A4, stands: str = "") -> Sheet:
    """Its pages. `stands`: who approved it and since when it is in force, as one line."""
    drawn = _Drawn(protocol, house, Setting(paper))
    drawn.draw()
    pages = drawn.setting.pages
    for number, page in enumerate(pages, 1):
        page.marks[:0] = list(_head(protocol, paper, stands))
        page.marks.extend(_foot(protocol, paper, number, len(pages)))
    about = f"{protocol.protocol} {protocol.version}, {protocol.status}, sha256 {protocol.sha256}"
    return Sheet(protocol.title, about, paper, tuple(pages))


def _head(protocol: TriageProtocol, paper: Paper, stands: str) -> Iterator[Mark]:
    """On every page, since pages of paper part from each other."""
    words = STATUS.get(protocol.status, protocol.status.upper())
    face = Face(14, bold=True, ink=WHITE)
    wide = face.width(words) + 20
    yield Box(
        paper.width - MARGIN - wide, MARGIN - 8, wide, 26, INK if protocol.status == "approved" else RED, None
    )
    yield Words(paper.width - MARGIN - wide + 10, MARGIN + 10, words, face)
    room = paper.width - 2 * MARGIN - wide - 14
    size = next((size for size in (19, 16, 13, 11) if Face(size, bold=True).width(protocol.title) <= room), 9)
    title = Face(size, bold=True)
    yield Words(MARGIN, MARGIN + 10, next(wrapped(protocol.title, title, room), ""), title)
    need = f" · for the need {protocol.need.replace('_', ' ')}" if protocol.need else ""
    about = f"Version {protocol.version} · to be reviewed by {_day(protocol.review_by)} · {protocol.protocol}{need}"
    told = f"{stands} · {about}" if stands else about
    yield Words(MARGIN, MARGIN + 30, next(wrapped(told, PLAIN, paper.width - 2 * MARGIN)), PLAIN)
    for place, part in enumerate(list(wrapped(HOW_TO, SMALL, paper.width - 2 * MARGIN))[:2]):
        yield Words(MARGIN, MARGIN + 42 + place * SMALL.leading, part, SMALL)


def _foot(protocol: TriageProtocol, paper: Paper, number: int, of: int) -> Iterator[Mark]:
    y = paper.height - MARGIN + 6
    yield Box(MARGIN, y - 12, paper.width - 2 * MARGIN, 0.6, GREY, None)
    yield Words(MARGIN, y, f"{protocol.protocol} {protocol.version} · sha256 {protocol.sha256}", SMALL)
    words = f"page {number} of {of}"
    face = Face(9, bold=True)
    yield Words(paper.width - MARGIN - face.width(words), y, words, face)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day.strftime('%B %Y')}"


class _Drawn:
    def __init__(self, protocol: TriageProtocol, house: House, setting: Setting) -> None:
        self.protocol, self.house, self.setting = protocol, house, setting
        self.full = setting.width - EDGE - 2 * PAD
        self.exits = exits_of(protocol, house, setting.exit_width - EDGE - 2 * PAD)

    def draw(self) -> None:
        self.setting.put(list(self._population()))
        self.setting.put([self._asked(question) for question in self.protocol.questions])
        self.setting.put([self._otherwise(), *map(self._score, self.protocol.scores)])
        done = [self._done(one) for one in self.protocol.dispositions]
        self.setting.put([self._heading("What is done, and what is said"), *done])
        rest = [*map(self._excused, self.protocol.exceptions), *self._evidence()]
        if rest:
            self.setting.put([self._heading("Exceptions that are signed for, and evidence"), *rest])

    def _heading(self, text: str) -> Row:
        line = Line(HEADING.leading, (Words(0, HEADING.size, text, HEADING),))
        return Row(Card((line,), INK, PALE), heading=True)

    def _population(self) -> Iterator[Row]:
        for one in self.protocol.population:
            otherwise = self.protocol.disposition(one.otherwise)
            words = [
                *lines(f"For whom: {said(one.condition, self.protocol)}", BOLD, self.full),
                *lines(f"For others: {otherwise.title}. Turn to: {one.go_to}.", PLAIN, self.full),
            ]
            yield Row(Card(tuple(words), BLUE, PALE))

    def _asked(self, question: Question) -> Row:
        exits = self.exits.get(question.index, ())
        indent = 14.0 if question.ask_if else 0.0
        width = (self.setting.left if exits else self.setting.width) - indent - EDGE - 2 * PAD
        words: list[Line] = []
        if question.ask_if:
            words += lines(f"Only if: {said(question.ask_if, self.protocol)}", GATE, width)
        words += lines(f"{question.index + 1}.  {question.ask}", BOLD, width)
        if question.say:
            words += lines(f"“{question.say}”", ALOUD, width, before=1.5)
        words += [Line(2), *self._answers(question, width)]
        if question.why:
            words += lines(question.why, SMALL, width, before=1)
        fill = PALE if question.ask_if else WHITE
        number = f"{question.index + 1}."
        return Row(Card(tuple(words), INK, fill, number), exits, indent, joined=question.index > 0)

    def _answers(self, question: Question, width: float) -> list[Line]:
        if question.kind == "number":
            low, high = question.range or (0.0, 0.0)
            unit = question.unit or ""
            number = f"________ {unit}  ({said_bound(low, None)} to {said_bound(high, unit)})"
            return [*lines(number, PLAIN, width), *ticks(("Not known",), PLAIN, width)]
        titles = [question.answer_titles.get(one, capital(one.replace("_", " "))) for one in question.answers]
        return ticks((*titles, "Not known"), PLAIN, width)

    def _otherwise(self) -> Row:
        last = self.protocol.dispositions[-1]
        unknowns, dropped = self.protocol.unknowns, self.protocol.dropped_call
        words = [
            *lines(f"None of these: {last.title}", BOLD, self.full),
            *lines(
                f"{unknowns.limit} or more not known: at least {self._label(unknowns.to)}.",
                PLAIN,
                self.full,
                before=1,
            ),
            *lines(
                f"The line drops: at least {self._label(dropped.to)}; the {dropped.who} rings back within "
                f"{dropped.within_min} min.",
                PLAIN,
                self.full,
            ),
        ]
        return Row(Card(tuple(words), BLUE, PALE), joined=True)

    def _score(self, score: Score) -> Row:
        asked = ", ".join(str(index + 1) for index in score.asks)
        how = "as its chart has it" if score.kind == "news2" else "one for each with its worse answer"
        return Row(
            Card(tuple(lines(f"{score.title}: {how}, from questions {asked}.", PLAIN, self.full)), BLUE)
        )

    def _done(self, one: Disposition) -> Row:
        words = lines(f"{self._label(one.priority)}: {one.title}", BOLD, self.full)
        ends = " No more questions are asked." if one.ends_call else ""
        does = f"{capital(one.response)}. Sends: {self._who(one)}.{ends}"
        words += lines(does, PLAIN, self.full)
        if one.advice:
            words += lines(f"Say: “{' '.join(one.advice)}”", ALOUD, self.full, before=1)
        if one.evidence:
            words += lines(f"Evidence: {'; '.join(one.evidence)}", SMALL, self.full, before=1.5)
        return Row(Card(tuple(words), ink_of_rank(self.house.rank[one.priority]), WHITE, one.title))

    def _who(self, one: Disposition) -> str:
        titles = []
        for planned in one.positions:
            kind = self.house.position(planned.kind)
            titles.append(kind.with_equipment(kind.title) + (" (beside 999)" if planned.with_999 else ""))
        return listed(titles, "and") if titles else "nobody of ours"

    def _excused(self, one: ExceptionPermit) -> Row:
        words = lines(capital(said(one.condition, self.protocol)), BOLD, self.full)
        back = f" The {one.who} calls back within {one.within_min} min." if one.who else ""
        signed = listed(one.signed, "and") or "nobody"
        words += lines(
            f"Never slower than {self._label(one.never_below)}, because {one.because}.{back} Signed: {signed}.",
            PLAIN,
            self.full,
        )
        return Row(Card(tuple(words), BLUE, WHITE, one.id))

    def _evidence(self) -> Iterator[Row]:
        words = [line for one in self.protocol.evidence for line in lines(one, SMALL, self.full)]
        if words:
            yield Row(Card(tuple(words), GREY, WHITE, "Evidence"))

    def _label(self, priority: str) -> str:
        return self.house.priority(priority).label
