"""S20: who depends on the person, and which animals: asked, owed until it is known, and in the way of closing."""

from datetime import timedelta
from typing import Any

import pytest

from records import alarms, dependants, store
from records.dependants import Said, Whom
from records.model import Case, CaseState, Task, TaskKind
from tests.desk import Desk, entry, types
from tests.story import BEST_ANSWERS, VISIT
from workers.ticker import ALONE

NEVER = "Ask whether anybody, or any animal, depends on them."
NO = {
    "refuser": "person",
    "capacity": "yes",
    "understood": "She knows that she may fall again.",
    "risks": "Another fall.",
    "ring": "Us.",
}


def the_task(desk: Desk) -> list[Task]:
    with desk.hub.db.read() as session:
        live = store.rows_of(session, Task, desk.rows(Case)[-1].key, live=True)
    return [task for task in live if task.kind is TaskKind.dependants]


def asks(desk: Desk) -> list[str]:
    return [task.words for task in the_task(desk)]


def known(desk: Desk) -> dict[Whom, dependants.Depends]:
    return dependants.of_case(desk.rows(Case)[-1])


def triaged(desk: Desk, *typed: dict[str, Any]) -> dict[str, int]:
    """A fall that wants a visit; of dependants only what is `typed`."""
    call: dict[str, int] = desk.does("/api/calls/new")
    if typed:
        types(desk, call["call"], *typed)
    begun = desk.does(f"/api/cases/{call['case']}/assessments", {"protocol": "fall-at-home"})
    number = begun["view"]["assessment"]
    for question, answer in (BEST_ANSWERS | VISIT).items():
        desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    desk.does(f"/api/assessments/{number}/finish")
    return call


def test_never_asked_is_owed_from_the_disposition_on_and_in_the_way_of_closing(desk: Desk) -> None:
    new = triaged(desk)
    assert asks(desk) == [NEVER]
    said = desk.does(f"/api/cases/{new['case']}/declined", NO | {"call": new["call"]})
    assert "who depends on them, and who looks after those" in said["said"], said
    assert desk.rows(Case)[-1].state is CaseState.open
    desk.does(f"/api/cases/{new['case']}/dependants", {"answer": "nobody"})
    assert desk.rows(Case)[-1].state is CaseState.closed
    assert known(desk)[Whom.people].said is Said.no


def test_asked_and_nobody_is_nothing_owed(desk: Desk) -> None:
    triaged(desk, entry("dependants", "nobody"))
    assert asks(desk) == []


def test_one_key_on_the_call_answers_it_later(desk: Desk) -> None:
    new = triaged(desk)
    types(desk, new["call"], entry("dependants", "nobody"))
    assert asks(desk) == []


@pytest.mark.parametrize(
    ("typed", "owed"),
    [
        (
            [entry("dependants", "unknown"), entry("animals", "no")],
            "Find out whether anybody depends on them.",
        ),
        (
            [entry("dependants", "no"), entry("animals", "yes")],
            "They have animals: who looks after those now?",
        ),
        ([entry("dependants", "no"), entry("animals_words", "Bess, a dog")], "They have animals"),
        ([entry("dependants", "no")], "Ask whether they have animals."),
        (
            [entry("dependants_words", "two grandchildren"), entry("animals", "no")],
            "Somebody depends on them",
        ),
    ],
    ids=["not known is never no", "animals", "what is typed counts as yes", "half asked", "children"],
)
def test_what_is_not_settled_on_the_call_is_owed(desk: Desk, typed: list[dict[str, Any]], owed: str) -> None:
    triaged(desk, *[one | {"id": entry("animals", "")["id"]} for one in typed])
    (words,) = asks(desk)
    assert words.startswith(owed), words
    assert "grandchildren" not in words, "a board shows no words of the caller's"


def test_who_looks_after_them_is_said_in_words(desk: Desk) -> None:
    new = triaged(desk, entry("dependants", "yes"), entry("dependants_words", "two grandchildren"))
    (task,) = the_task(desk)
    path = f"/api/cases/{new['case']}/dependants"
    assert "people" in desk.does(path, {"answer": "nobody"}, 422)["problem"], "the call said yes"
    assert "who looks after them" in desk.does(path, {"answer": "looked_after"}, 422)["problem"]
    assert "who was told" in desk.does(path, {"answer": "not_known"}, 422)["problem"]
    desk.does(f"/api/tasks/{task.key}/done", {"words": "Done."}, 422)
    desk.does(path, {"answer": "looked_after", "words": "Janet is with them."})
    assert asks(desk) == ["Ask whether they have animals."], "nobody has said anything of those"
    assert known(desk)[Whom.people].care == "Janet is with them."
    desk.does(path, {"answer": "nobody"})
    assert asks(desk) == []
    assert (known(desk)[Whom.people].said, known(desk)[Whom.animals].said) == (Said.yes, Said.no)
    types(desk, new["call"], entry("dependants_words", "three grandchildren"))
    assert asks(desk) == ["Somebody depends on them: who looks after them now?"], "not the same as before"


def test_not_known_names_who_was_told_and_stays_unknown(desk: Desk) -> None:
    new = triaged(desk, entry("dependants", "not_known"))
    body = {"answer": "not_known", "words": "The crew was told to look."}
    desk.does(f"/api/cases/{new['case']}/dependants", body)
    assert asks(desk) == []
    assert {one.said for one in known(desk).values()} == {Said.unknown}


def test_999_asks_it_at_once_and_late_is_an_alarm(desk: Desk) -> None:
    new = desk.does("/api/calls/new")
    assert asks(desk) == []
    desk.does(f"/api/calls/{new['call']}/999", {"dialled_by": "hub"})
    (task,) = the_task(desk)
    desk.clock.at += timedelta(minutes=31)
    with desk.hub.db.write() as session:
        ALONE["task"](session, task.key, desk.clock.now())
        assert any(NEVER in alarm.words for alarm in alarms.live(session, desk.place))


def test_the_summary_tells_of_them(desk: Desk) -> None:
    new = triaged(desk, entry("animals", "yes"), entry("animals_words", "a dog"))
    text = desk.does_get(f"/api/cases/{new['case']}/sbard")["text"]
    assert "- Animals: yes; a dog" in text
    assert "not settled: Ask whether anybody depends on them; they have animals" in text


def test_advice_alone_takes_nobody_away(desk: Desk) -> None:
    new = desk.does("/api/calls/new")
    types(desk, new["call"], entry("dependants", "yes"))
    assert asks(desk) == []


def test_a_duplicate_takes_what_is_known_with_it(desk: Desk) -> None:
    first = triaged(desk)
    ref = desk.rows(Case)[-1].ref
    desk.does(f"/api/calls/{first['call']}/end")
    second = desk.does("/api/calls/new")
    types(desk, second["call"], entry("animals", "yes"), entry("animals_words", "a parrot"))
    desk.does(f"/api/cases/{second['case']}/duplicate", {"ref": ref, "call": second["call"]})
    with desk.hub.db.read() as session:
        kept = dependants.of_case(session.get_one(Case, first["case"]))
        (words,) = [
            task.words
            for task in store.rows_of(session, Task, first["case"], live=True)
            if task.kind is TaskKind.dependants
        ]
    assert kept[Whom.animals].words == "a parrot"
    assert words == "Ask whether anybody depends on them; they have animals: who looks after those now?"


def test_the_page_shows_it_and_its_fields_hold_it(desk: Desk) -> None:
    new = triaged(desk, entry("animals", "yes"), entry("animals_words", "Bess, with the neighbour"))
    page = desk.jay.get(f"/calls/{new['call']}").text
    assert "they have animals: who looks after those now?" in page
    assert 'value="Bess, with the neighbour"' in page
    assert '<option value="yes" selected>' in page
    panel = desk.jay.get(f"/cases/{new['case']}/panel").text
    assert "Bess, with the neighbour" in panel
