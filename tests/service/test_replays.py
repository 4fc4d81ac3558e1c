"""A month's cases on another version: counts as the engine has them, a slice at a time, and nothing of sealed cases."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub.actors import HUB
from hub.outbox import Effect
from protocols.engine import assess
from protocols.loader import parse_triage
from records import sealing
from records.model import Assessment
from records.service import Due, move, open_case, owe
from tests.desk import Desk
from triage import replays, store
from triage.replay_model import Replay, Replayed
from triage.replay_rules import again

TEXT = (Path(__file__).parents[2] / "protocols" / "triage" / "fall-at-home.yaml").read_text()
NEWER = (
    TEXT.replace("version: 1.3.0", "version: 1.4.0")
    .replace(
        "{rule: severe_pain, if: {pain: severe}}", "{rule: severe_pain, if: {pain: {at_least: moderate}}}"
    )
    .replace(
        "  - {id: pain,",
        '  - {id: alone, ask: "Alone now?", kind: yes_no, worse: yes, say: "Is anybody with them?",\n'
        "     why: Nobody would see it., means: {yes: alone, no: not alone}}\n  - {id: pain,",
    )
    .replace("{mobility: {at_least: worse}}]", "{mobility: {at_least: worse}}, {alone: yes}]")
)
MILD = {
    "breathing": "yes", "rousable": "awake", "bleeding": "no", "stroke": "no", "chest_pain": "no", "self_harm": "no",
    "adult": "yes", "blackout": "no", "new_neck_back": "no", "leg": "no", "limb": "no", "hit_head": "no", "where": "up",
    "pain": "none", "mobility": "same",
}  # fmt: skip
PAST = [
    {},
    {},
    {"pain": "moderate"},
    {"pain": "severe"},
    {"mobility": "worse"},
    {"breathing": "no"},
    {"pain": "unknown"},
]


@pytest.fixture
def versions(sqlite_desk: Desk) -> tuple[str, str]:
    """The sums of the version in force and of a newer one, which is kept."""
    library = sqlite_desk.app.state.library
    old, new = library.triage["fall-at-home"], parse_triage(NEWER, "newer", library.house)
    with sqlite_desk.hub.db.write() as session:
        store.keep_text(session, new.sha256, "triage", new.protocol, new.text)
    return old.sha256, new.sha256


def finished(desk: Desk, answers: dict[str, Any], facts: dict[str, Any] | None = None) -> int:
    """A case of a while ago that ended as these answers had it."""
    now, library = desk.clock.now(), desk.app.state.library
    protocol = library.triage["fall-at-home"]
    given = MILD | answers
    verdict = assess(protocol, library.house, given)
    with desk.hub.db.write() as session:
        case = open_case(session, desk.place, now, now, HUB, "They rang.")
        row = Assessment(
            place=desk.place, opened_at=now, case_id=case.key, protocol=protocol.protocol, protocol_version="1.3.0",
            protocol_sha256=protocol.sha256, house_sha256=library.house.sha256, answers=given, taken_by="Jay Osei",
            facts=facts,
        )  # fmt: skip
        owe(session, row, now, HUB, "Began.", Due("assessment", now))
        end = {"finished_at": now, "disposition": verdict.disposition.id, "priority": verdict.priority}
        move(session, row, "finish", now, HUB, "Done.", disposition_title=verdict.disposition.title, **end)
        return case.key


def address(versions: tuple[str, str]) -> str:
    return f"/protocols/{versions[1]}/against/{versions[0]}"


def runs(desk: Desk) -> int:
    """What the worker does, effect by effect; how many slices it took."""
    slices = 0
    while True:
        (replay,) = desk.rows(Replay)
        if replay.ended_at is not None:
            return slices
        replays.go_on(desk.hub.db, desk.app.state.library, replay.id, desk.clock.now())
        slices += 1


def governance(desk: Desk) -> TestClient:
    return desk.person("Ruth Adeyemi")


def test_its_counts_are_those_of_the_engine(
    sqlite_desk: Desk, versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    monkeypatch.setattr(replays, "WINDOW", 3)
    for answers in PAST:
        finished(desk, answers)
    finished(desk, {"hit_head": "yes", "thinners": "no"}, {"thinners": {"answer": "yes"}})
    ruth = governance(desk)
    assert ruth.post(f"{address(versions)}/replay", json={"days": 31}).status_code == 200
    assert [one.kind for one in desk.rows(Effect) if one.kind == "replay"] == ["replay"]
    assert ruth.get(f"{address(versions)}/progress").json()["running"] is True
    assert ruth.post(f"{address(versions)}/replay", json={"days": 31}).status_code == 409, "one at a time"
    assert runs(desk) == 3, "in slices"
    library = desk.app.state.library
    new = parse_triage(NEWER, "newer", library.house)
    expected: Counter[tuple[str, str]] = Counter()
    for row in desk.rows(Assessment):
        record = {name: fact["answer"] for name, fact in (row.facts or {}).items()}
        was = assess(library.triage["fall-at-home"], library.house, row.answers, record)
        expected[was.disposition.id, assess(new, library.house, row.answers, record).disposition.id] += 1
    with desk.hub.db.read() as session:
        both = replays.pair(session, library, *versions)
        cells = replays.cells(session, session.exec(select(Replay)).one(), both)
    assert {(cell.was.id, cell.becomes.id): cell.cases for cell in cells} == dict(expected)
    assert expected["visit", "clinician"] == 1
    assert {cell.way for cell in cells} == {"same", "faster"}
    assert sum(cell.more for cell in cells) == 2, (
        "of the others, what the newer asks anew could change nothing"
    )
    page = ruth.get(address(versions), params={"was": "visit", "becomes": "clinician"}).text
    assert "Nobody was asked then: “Alone now?”" in page
    assert "counts as not reached" in page
    assert page.count('<th scope="row"><a href="/cases/') == 1


def test_a_slice_that_runs_twice_counts_once(sqlite_desk: Desk, versions: tuple[str, str]) -> None:
    desk = sqlite_desk
    finished(desk, {})
    governance(desk).post(f"{address(versions)}/replay", json={"days": 7})
    for _ in range(2):
        replays.go_on(desk.hub.db, desk.app.state.library, 1, desk.clock.now())
    assert len(desk.rows(Replayed)) == 1


def test_only_the_period_that_was_chosen(sqlite_desk: Desk, versions: tuple[str, str]) -> None:
    desk = sqlite_desk
    finished(desk, {})
    desk.clock.at += timedelta(days=8)
    finished(desk, {"pain": "severe"})
    ruth = governance(desk)
    assert ruth.post(f"{address(versions)}/replay", json={"days": 8}).status_code == 422
    ruth = governance(desk)
    ruth.post(f"{address(versions)}/replay", json={"days": 7})
    runs(desk)
    assert [one.was for one in desk.rows(Replayed)] == ["clinician"]
    ruth.post(f"{address(versions)}/replay", json={"days": 31})
    assert len(desk.rows(Replay)) == 1, "the newer takes the place of the older"


def test_s18_sealed_cases_are_in_no_count(sqlite_desk: Desk, versions: tuple[str, str]) -> None:
    """S18: governance sees no sealed case, a manager sees all."""
    desk = sqlite_desk
    finished(desk, {})
    sealed = finished(desk, {"pain": "severe"})
    with desk.hub.db.write() as session:
        sealing.seal(session, sealed, "A reason.", desk.clock.now(), HUB)
    governance(desk).post(f"{address(versions)}/replay", json={"days": 31})
    runs(desk)
    opened = {"was": "clinician", "becomes": "clinician"}
    hidden = governance(desk).get(address(versions), params=opened).text
    assert "<b>1</b> assessment of" in hidden
    assert "No case of the replay that you may see" in hidden
    seen = desk.person("Dana Cole").get(address(versions), params=opened).text
    assert "<b>2</b> assessments of" in seen
    assert f'href="/cases/{sealed}"' in seen


@pytest.mark.parametrize(
    ("name", "status"),
    [("Ruth Adeyemi", 200), ("Amara Obi", 200), ("Dana Cole", 200), ("Jay Osei", 403), ("Priya Nair", 403)],
)
def test_who_may_look(sqlite_desk: Desk, versions: tuple[str, str], name: str, status: int) -> None:
    client = sqlite_desk.person(name)
    assert client.get(address(versions)).status_code == status
    if status == 403:
        assert client.post(f"{address(versions)}/replay", json={"days": 7}).status_code == 403
        assert client.post(f"{address(versions)}/calls").status_code == 403


def test_the_prover_is_asked_once_in_a_process_of_its_own(
    sqlite_desk: Desk, versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ruth = governance(sqlite_desk)
    html = ruth.post(f"{address(versions)}/calls").json()["html"]
    assert "A response within two hours becomes A clinician rings back within 20 minutes" in html
    assert "Alone now?" in html
    monkeypatch.setattr("dashboard.calls_compared._run", None)
    assert ruth.post(f"{address(versions)}/calls").json()["html"] == html
    assert "becomes" in ruth.get(address(versions)).text


def test_the_flow_sheet_of_any_kept_version(sqlite_desk: Desk, versions: tuple[str, str]) -> None:
    jay = sqlite_desk.jay
    drawn = jay.get(f"/protocols/{versions[1]}/flow.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "Alone now?" in drawn.text
    assert jay.get(f"/protocols/{versions[0]}/flow.pdf", params={"paper": "a3"}).content.startswith(b"%PDF-")
    assert jay.get(f"/protocols/{'0' * 64}/flow.pdf").status_code == 404
    assert jay.get("/protocols/x%00/flow.svg").status_code == 404
    assert jay.get(f"/protocols/{versions[0]}/flow.svg", params={"paper": "a2"}).status_code == 422


def test_two_protocols_are_not_compared(sqlite_desk: Desk, versions: tuple[str, str]) -> None:
    front = sqlite_desk.app.state.library.triage["front"].sha256
    answer = governance(sqlite_desk).get(f"/protocols/{front}/against/{versions[0]}")
    assert answer.status_code == 422
    assert "two protocols" in answer.text


def test_what_was_not_asked_is_not_reached_and_what_does_not_fit_is_left_out(sqlite_desk: Desk) -> None:
    """Put as not known, the new question would make every past call a visit."""
    library = sqlite_desk.app.state.library
    old, new = library.triage["fall-at-home"], parse_triage(NEWER, "newer", library.house)
    mild = again(old, new, library.house, MILD, {})
    assert (mild.was.disposition.id, mild.becomes.disposition.id, mild.more) == ("therapy", "therapy", True)
    assert assess(new, library.house, MILD | {"alone": "unknown"}).disposition.id == "visit"
    back = again(new, old, library.house, MILD | {"alone": "yes"}, {})
    assert (back.was.disposition.id, back.becomes.disposition.id, back.left_out) == ("visit", "therapy", 1)
