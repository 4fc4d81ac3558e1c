"""S18, S19: what the own page shows is one table, each cell asked. Its words are whole in every language."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from dashboard.own.words import FOLDER, in_language, languages, read
from records.own.corrections import one_month_after
from records.own.model import OwnAccess, OwnKind, Sees
from records.own.showing import TABLE, Item, Viewer, item_of, may_show, viewer_of
from records.people.fact_model import Fact, FactKind
from records.people.model import OfPerson, PersonAddress, PersonName, SourceKind

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
NEVER = {Item.staff_safety, Item.at_risk, Item.way_in, Item.in_confidence, Item.in_error, Item.sealed}
CELLS = {
    Viewer.person: set(Item) - NEVER,
    Viewer.attorney: set(Item) - NEVER - {Item.delegates, Item.earlier_plans},
    Viewer.carer_all: {Item.visits, Item.plans, Item.health, Item.who_they_are},
    Viewer.carer_some: {Item.visits, Item.plans},
}
USED = re.compile(r'w\("([a-z_.0-9]+)"[,)]')


@pytest.mark.parametrize("viewer", Viewer)
@pytest.mark.parametrize("item", Item)
def test_s18_every_cell_of_the_table(viewer: Viewer, item: Item) -> None:
    assert may_show(viewer, item) == (item in CELLS[viewer])
    assert item in TABLE


def row(table: type[OfPerson], **said: Any) -> OfPerson:
    return table(place="leeds", person_id=1, recorded_at=NOW, recorded_by="Jay", **said)


@pytest.mark.parametrize("kind", FactKind)
@pytest.mark.parametrize("source", SourceKind)
def test_what_a_fact_is_for_the_table(kind: FactKind, source: SourceKind) -> None:
    """What a carer told counts as said in confidence: nobody has asked them whether it may be read."""
    fact = row(Fact, kind=kind, about="x", source_kind=source)
    assert item_of(fact, sealed=True) is Item.sealed
    if source is SourceKind.carer:
        assert item_of(fact) is Item.in_confidence
    elif kind in (FactKind.staff_safety, FactKind.at_risk):
        assert item_of(fact) in NEVER
    else:
        assert item_of(fact) is (Item.plans if kind is FactKind.plan else Item.health)
    fact.entered_in_error_at = NOW
    assert item_of(fact) is Item.in_error


def test_who_they_are_is_theirs_whoever_said_it() -> None:
    assert item_of(row(PersonName, words="Maureen", source_kind=SourceKind.carer)) is Item.who_they_are
    assert item_of(row(PersonAddress, address="12 Oak Road", source_kind=SourceKind.carer)) is Item.contact


def test_who_a_viewer_is() -> None:
    def of(kind: OwnKind, sees: Sees = Sees.all) -> Viewer:
        agreed: Any = {"kind": kind, "sees": sees}
        return viewer_of(OwnAccess(**agreed))

    assert [of(kind) for kind in OwnKind] == [Viewer.person, Viewer.carer_all, Viewer.attorney]
    assert of(OwnKind.carer, Sees.plans_and_visits) is Viewer.carer_some
    assert of(OwnKind.attorney, Sees.plans_and_visits) is Viewer.attorney


@pytest.mark.parametrize(
    ("at", "by"),
    [((2026, 1, 31), (2026, 2, 28)), ((2026, 12, 5), (2027, 1, 5)), ((2028, 1, 30), (2028, 2, 29))],
)
def test_a_month_is_a_month(at: tuple[int, int, int], by: tuple[int, int, int]) -> None:
    assert one_month_after(datetime(*at, tzinfo=UTC)) == datetime(*by, tzinfo=UTC)


@pytest.mark.parametrize("lang", languages())
def test_every_language_says_everything_with_the_same_parts(lang: str) -> None:
    first, other = in_language("en"), in_language(lang)
    assert other.words.keys() == first.words.keys()
    assert len(other.months) == 12
    assert other.dir in ("ltr", "rtl")
    for key, words in first.words.items():
        assert _parts(other.words[key]) == _parts(words), key
        assert words or key == "not_checked"
    assert other.checked != bool(other.words["not_checked"]), "what nobody has checked says so"


def _parts(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_every_key_that_a_page_asks_for_is_there_and_none_is_left_over() -> None:
    folder = Path(FOLDER).parent
    sources = [*(folder / "templates" / "own").glob("*.html"), *(folder / "own").glob("*.py")]
    text = "\n".join(path.read_text() for path in sources)
    keys = in_language("en").words
    assert set(USED.findall(text)) <= set(keys)
    families = {key.split(".")[0] for key in keys if f'"{key}"' not in text}
    by_value = {
        "size",
        "source",
        "fact",
        "need",
        "outcome",
        "job",
        "safe",
        "kind",
        "did",
        "why",
        "answered",
        "start",
    }
    assert families <= by_value | {"home", "consent", "delegates", "problem"}


def test_a_language_is_read_from_right_to_left_where_it_says_so() -> None:
    said = json.loads((FOLDER / "own.en.json").read_text())
    said["about"]["dir"] = "rtl"
    assert read("ar", said).dir == "rtl"
    assert in_language("xx").lang == "en"
