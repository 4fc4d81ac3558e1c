"""The printed protocol holds everything that a caller may be asked and told, and every line of it can be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from protocols.flow.paper import A3, A4, Box, Paper, Sheet, Words
from protocols.flow.pdf import pdf, printable
from protocols.flow.sheet import sheet
from protocols.flow.svg import svg
from protocols.loader import load_house, load_triage
from protocols.model import House, TriageProtocol

FOLDER = Path(__file__).parents[2] / "protocols"
HOUSE = load_house(FOLDER / "house.yaml")
FILES = sorted((FOLDER / "triage").glob("*.yaml"))
SHEETS = [(file.stem, paper) for file in FILES for paper in (A4, A3)]


def protocol_of(name: str, house: House = HOUSE) -> TriageProtocol:
    return load_triage(FOLDER / "triage" / f"{name}.yaml", house)


def letters(text: str) -> str:
    """Without what wrapping may change."""
    return "".join(text.split())


def all_words(drawn: Sheet) -> str:
    return letters(
        "".join(mark.text for page in drawn.pages for mark in page.marks if isinstance(mark, Words))
    )


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_it_holds_all_that_is_asked_and_told(name: str) -> None:
    protocol = protocol_of(name)
    text = all_words(sheet(protocol, HOUSE))
    for question in protocol.questions:
        assert letters(question.ask) in text
        assert letters(question.say or "") in text
    for flag in protocol.red_flags:
        assert letters(flag.title) in text
        assert all(letters(line) in text for line in flag.words)
    for disposition in protocol.dispositions:
        label = HOUSE.priority(disposition.priority).label
        assert letters(f"{label}: {disposition.title}") in text
        assert all(letters(line) in text for line in disposition.advice)
        for planned in disposition.positions:
            assert letters(HOUSE.position(planned.kind).title.split(" (")[0]) in text
    for population in protocol.population:
        assert letters(population.go_to) in text
    for permit in protocol.exceptions:
        assert letters(permit.because) in text
    for part in (protocol.title, protocol.version, protocol.sha256, "NOT CLINICALLY APPROVED", "page 1 of"):
        assert letters(part) in text


@pytest.mark.parametrize(("name", "paper"), SHEETS, ids=lambda one: getattr(one, "name", one))
def test_no_words_lie_on_others_or_run_off(name: str, paper: Paper) -> None:
    for page in sheet(protocol_of(name), HOUSE, paper).pages:
        boxes = [mark for mark in page.marks if isinstance(mark, Box) and mark.line and mark.height > 15]
        said = [mark for mark in page.marks if isinstance(mark, Words)]
        for mark in said:
            assert mark.x >= 30
            assert mark.right <= paper.width - 30
            assert 20 <= mark.y <= paper.height - 20
            around = [
                box
                for box in boxes
                if box.y < mark.y <= box.y + box.height and box.x < mark.x < box.x + box.width
            ]
            assert all(mark.right <= box.x + box.width for box in around), mark.text
        for place, one in enumerate(said):
            for other in said[place + 1 :]:
                apart = one.right <= other.x or other.right <= one.x
                assert apart or abs(one.y - other.y) >= min(one.face.size, other.face.size), (
                    one.text,
                    other.text,
                )
        for place, box in enumerate(boxes):
            for beside in boxes[place + 1 :]:
                across = box.x < beside.x + beside.width and beside.x < box.x + box.width
                down = box.y < beside.y + beside.height and beside.y < box.y + box.height
                assert not (across and down)


def test_each_page_says_what_it_is_of() -> None:
    """Pages of paper part from each other: each carries the status, the version, its text's sum and its number."""
    drawn = sheet(protocol_of("fall-at-home"), HOUSE)
    for number, page in enumerate(drawn.pages, 1):
        words = [mark.text for mark in page.marks if isinstance(mark, Words)]
        assert "DRAFT – NOT CLINICALLY APPROVED" in words
        assert f"page {number} of {len(drawn.pages)}" in words
        assert any(protocol_of("fall-at-home").sha256 in one for one in words)


def test_what_is_longer_than_a_page_goes_on_on_the_next() -> None:
    protocol = protocol_of("fall-at-home")
    advice = tuple(f"Line {n}: {'keep them warm and stay ' * 6}" for n in range(80))
    long = replace(
        protocol,
        dispositions=(*protocol.dispositions[:-1], replace(protocol.dispositions[-1], advice=advice)),
    )
    flag = replace(protocol.red_flags[0], words=advice)
    for drawn in (sheet(long, HOUSE), sheet(replace(protocol, red_flags=(flag,)), HOUSE)):
        text = all_words(drawn)
        assert "continued" in text
        assert all(letters(f"Line {n}: keep") in text for n in range(80))
        for page in drawn.pages:
            assert all(mark.y < A4.height - 20 for mark in page.marks if isinstance(mark, Words))


def test_both_files_are_the_same_for_ever_and_hold_no_style() -> None:
    drawn = sheet(protocol_of("front"), HOUSE)
    assert pdf(drawn) == pdf(sheet(protocol_of("front"), HOUSE))
    assert pdf(drawn).startswith(b"%PDF-")
    text = svg(drawn)
    assert "style=" not in text.replace("font-style=", "")
    assert text.count("<g ") == len(drawn.pages)


def test_a_name_from_elsewhere_can_be_printed() -> None:
    assert printable("Łucja Dvořák – “yes” …") == "?ucja Dvorák – “yes” …"
