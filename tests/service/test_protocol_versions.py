"""Governance: a version is proposed, proved, approved by two who did not write it, put in force, and withdrawn."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard import protocols_in_force
from hub.audit import Audit
from hub.outbox import Effect
from protocols.shelf import Shelf
from protocols.source import sha256_of
from records.alarms import Alarm
from records.model import Assessment
from tests.desk import Desk
from triage.governance import proving, reviews
from triage.governance.in_force import Rulings
from triage.governance.model import Proof, Verdict, Version
from workers import proving as prover

PROTOCOLS = Path(__file__).parents[2] / "protocols"
FALL = (PROTOCOLS / "triage" / "fall-at-home.yaml").read_text()
NEWER = FALL.replace("title: Fall at home", "title: Fall at home or outside", 1)
SEEN = {"saw_changes": True, "saw_exceptions": True}
FOUND = {"verdict": "proved", "problems": [], "findings": [], "notes": []}


@pytest.fixture
def registered(sqlite_desk: Desk) -> Desk:
    protocols_in_force.register(sqlite_desk.app)
    return sqlite_desk


def says(desk: Desk, who: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = desk.person(who).post(f"/api/protocols/{path}", json=body or {})
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def proposed(desk: Desk, text: str = NEWER, who: str = "Femi Ade") -> str:
    sha: str = says(desk, who, "propose", {"text": text, "why": "Falls happen outside too."})["version"]
    return sha


def is_proved(desk: Desk, sha: str, verdict: str = "proved") -> None:
    with desk.hub.db.write() as session:
        version = next(row for row in desk.rows(Version) if row.sha256 == sha)
        proving.made(session, version.key, {**FOUND, "verdict": verdict}, desk.clock.now())


def goes_live(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.hub.settings, "training", False)


def test_the_folder_and_the_page_end_in_one_table_and_an_exact_text_is_one_version(registered: Desk) -> None:
    desk = registered
    before = len(desk.rows(Version))
    assert before == 20, "15 triage protocols, 4 ladders, and the house"
    protocols_in_force.register(desk.app)
    assert len(desk.rows(Version)) == before
    said = says(desk, "Femi Ade", "propose", {"text": FALL}, 409)
    assert "This very text is here already: Fall at home" in said["problem"]
    sha = proposed(desk)
    version = next(row for row in desk.rows(Version) if row.sha256 == sha)
    assert (sha, version.source, version.author) == (sha256_of(NEWER), "page", "Femi Ade")
    assert [row.kind for row in desk.rows(Effect) if row.kind == "prove"] == ["prove"]


def test_every_fault_of_a_proposed_text_has_its_line_and_column(registered: Desk) -> None:
    text = FALL.replace("worse: no,", "worse: nope,", 1)
    said = says(registered, "Femi Ade", "propose", {"text": text}, 422)
    assert said["problem"] == "Not proposed: 1 fault. What you typed is kept."
    (fault,) = said["faults"]
    line = FALL[: FALL.index("worse: no,")].count("\n") + 1
    assert (fault["line"], fault["column"] > 1) == (line, True)
    assert says(registered, "Jay Osei", "propose", {"text": NEWER}, 403)


def test_two_who_did_not_write_it_approve_what_is_proved_and_have_seen_what_changes(registered: Desk) -> None:
    desk = registered
    sha = proposed(desk)
    assert "not proved" in says(desk, "Amara Obi", f"{sha}/approve", SEEN, 422)["problem"]
    is_proved(desk, sha, "not_proved")
    says(desk, "Amara Obi", f"{sha}/approve", SEEN, 422)
    says(desk, "Amara Obi", f"{sha}/prove")
    is_proved(desk, sha)
    assert "You wrote this" in says(desk, "Femi Ade", f"{sha}/approve", SEEN, 403)["problem"]
    unseen = says(desk, "Amara Obi", f"{sha}/approve", {**SEEN, "saw_changes": False}, 422)
    assert "calls that become slower" in unseen["problem"]
    says(desk, "Dana Cole", f"{sha}/approve", SEEN, 403)
    says(desk, "Amara Obi", f"{sha}/approve", SEEN)
    assert "already" in says(desk, "Amara Obi", f"{sha}/approve", SEEN, 409)["problem"]
    says(desk, "Ruth Adeyemi", f"{sha}/approve", {**SEEN, "words": "Read with the falls team."})
    html = desk.person("Ruth Adeyemi").get(f"/protocols/{sha}").text
    assert "approved, no start yet" in html
    assert "Read with the falls team." in html
    assert "approved by Amara Obi and Ruth Adeyemi" in desk.jay.get(f"/protocols/{sha}/flow.svg").text
    assert [row.action for row in desk.rows(Audit) if row.action.startswith("protocol")] == [
        "protocol proposed",
        "protocol approved",
        "protocol approved",
    ]
    says(desk, "Femi Ade", f"{sha}/start")
    newer = proposed(desk, NEWER.replace("outside", "outdoors", 1))
    is_proved(desk, newer)
    for who in ("Amara Obi", "Ruth Adeyemi"):
        says(desk, who, f"{newer}/approve", SEEN)
    says(desk, "Femi Ade", f"{newer}/start")
    assert "REPLACED, was in force from" in desk.jay.get(f"/protocols/{sha}/flow.svg").text
    assert "in force since" in desk.jay.get(f"/protocols/{newer}/flow.svg").text


def test_a_live_place_runs_nothing_unproved_unapproved_or_overdue(
    registered: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = registered
    overdue = NEWER.replace("review_by: 2027-05-01", "review_by: 2026-01-01", 1)
    sha = proposed(desk, overdue)
    goes_live(desk, monkeypatch)
    why = {}
    why["unproved"] = says(desk, "Femi Ade", f"{sha}/start", {}, 422)["problem"]
    is_proved(desk, sha)
    why["unapproved"] = says(desk, "Femi Ade", f"{sha}/start", {}, 422)["problem"]
    says(desk, "Amara Obi", f"{sha}/approve", SEEN)
    assert says(desk, "Femi Ade", f"{sha}/start", {}, 422)["problem"] == why["unapproved"], "one is not two"
    says(desk, "Ruth Adeyemi", f"{sha}/approve", SEEN)
    why["draft"] = says(desk, "Femi Ade", f"{sha}/start", {}, 422)["problem"]
    with desk.hub.db.write() as session:
        version = session.merge(next(row for row in desk.rows(Version) if row.sha256 == sha))
        version.status = "approved"
    why["overdue"] = says(desk, "Femi Ade", f"{sha}/start", {}, 422)["problem"]
    assert "not proved" in why["unproved"]
    assert "two people must approve" in why["unapproved"]
    assert "status: draft" in why["draft"]
    assert "grace of 28 days is over" in why["overdue"]
    with desk.hub.db.write() as session:
        version = session.merge(next(row for row in desk.rows(Version) if row.sha256 == sha))
        version.review_by = (desk.clock.now() - timedelta(days=28)).date()
    says(desk, "Femi Ade", f"{sha}/start")


def test_a_live_place_leaves_the_folders_protocols_alone(registered: Desk) -> None:
    desk = registered
    decided = Rulings(desk.hub.db, desk.clock, desk.place, training=False)
    live = Shelf(PROTOCOLS, draft=False, governed=decided)
    assert (dict(live.library.triage), dict(live.library.escalation)) == ({}, {})
    assert live.library.house.sha256 == desk.app.state.library.house.sha256, "a house there must be"


def test_it_runs_from_its_start_and_a_case_keeps_the_version_it_was_begun_with(registered: Desk) -> None:
    desk = registered
    _, number = desk.assessed({"breathing": "yes"})
    sha = proposed(desk)
    tomorrow = f"{desk.clock.now() + timedelta(days=1):%Y-%m-%d}"
    says(desk, "Femi Ade", f"{sha}/start", {"on": "2026-03-03"}, 422)
    says(desk, "Femi Ade", f"{sha}/start", {"on": tomorrow, "at": "08:00"})
    assert desk.app.state.library.triage["fall-at-home"].title == "Fall at home"
    desk.clock.at += timedelta(hours=18)
    assert protocols_in_force.read_again(desk.app), "its hour has come, though nobody did anything"
    assert desk.app.state.library.triage["fall-at-home"].title == "Fall at home or outside"
    assert next(row for row in desk.rows(Assessment) if row.id == number).protocol_sha256 == sha256_of(FALL)


def test_withdrawn_by_one_person_the_version_before_is_in_force_at_once(registered: Desk) -> None:
    desk = registered
    sha = proposed(desk)
    says(desk, "Femi Ade", f"{sha}/start")
    assert desk.app.state.library.triage["fall-at-home"].sha256 == sha
    says(desk, "Dana Cole", f"{sha}/withdraw", {"because": " "}, 422)
    says(desk, "Priya Nair", f"{sha}/withdraw", {"because": "Wrong."}, 403)
    says(desk, "Dana Cole", f"{sha}/withdraw", {"because": "It asks the wrong thing of people outside."})
    assert desk.app.state.library.triage["fall-at-home"].sha256 == sha256_of(FALL)
    html = desk.person("Ruth Adeyemi").get(f"/protocols/{sha}").text
    assert "It asks the wrong thing of people outside." in html
    ladder = next(row for row in desk.rows(Version) if row.protocol == "one-hour")
    said = says(desk, "Dana Cole", f"{ladder.sha256}/withdraw", {"because": "Too slow."}, 422)
    assert "Nothing would serve in its place." in said["problem"]


def test_the_pages_show_every_version_and_who_may_not_see_them_does_not(registered: Desk) -> None:
    desk = registered
    sha = proposed(desk)
    ruth = desk.person("Ruth Adeyemi")
    html = ruth.get("/protocols").text
    assert html.count("<tbody") == 20
    assert f'href="/protocols/{sha}"' in html
    assert "being proved" in html
    says(desk, "Priya Nair", f"{sha}/comment", {"words": "What of a fall in a shop?"})
    html = ruth.get(f"/protocols/{sha}").text
    assert "What of a fall in a shop?" in html
    assert 'id="line-12"' in html
    assert "Falls happen outside too." in html
    assert ruth.get(f"/protocols/new?of={sha}").text.count("Fall at home or outside") >= 1
    for row in desk.rows(Version):
        assert ruth.get(f"/protocols/{row.sha256}").status_code == 200, row.protocol
    assert desk.jay.get("/protocols").status_code == 403
    assert ruth.get(f"/protocols/{'0' * 64}").status_code == 404


def test_a_review_date_nags_while_it_runs(registered: Desk) -> None:
    desk = registered
    version = next(row for row in desk.rows(Version) if row.protocol == "fall-at-home")
    with desk.hub.db.write() as session:
        reviews.nag(session, version.key, desk.clock.now())
    assert "Fall at home (01/05/2027)" not in alarm(desk), "its review is a year away"
    desk.clock.at += timedelta(days=423 - 42)
    with desk.hub.db.write() as session:
        reviews.nag(session, version.key, desk.clock.now())
    assert "must be reviewed" in alarm(desk)
    assert "Fall at home (01/05/2027)" in alarm(desk)
    assert "To be reviewed:" in desk.person("Ruth Adeyemi").get("/protocols").text


def alarm(desk: Desk) -> str:
    return next((row.words for row in reversed(desk.rows(Alarm)) if row.kind == "protocol_review"), "")


def test_the_proof_is_made_by_another_process_and_says_which_calls_change(registered: Desk) -> None:
    """The real prover, once: a text whose rule was made slower is compared with what runs."""
    desk = registered
    sha = proposed(desk, FALL.replace("version: 1.3.0", "version: 1.4.0", 1))
    version = next(row for row in desk.rows(Version) if row.sha256 == sha)
    with desk.hub.db.read() as session:
        task = proving.task(session, version.key, desk.app.state.library)
    assert task is not None
    found = prover._prove(task)
    assert found is not None
    assert found["problems"] == []
    assert found["verdict"] == "proved", found
    with desk.hub.db.write() as session:
        proving.made(session, version.key, found, desk.clock.now())
    (proof,) = desk.rows(Proof)
    assert (proof.verdict, proof.against) == (Verdict.proved, sha256_of(FALL))


def test_a_proof_that_never_ends_is_none(registered: Desk) -> None:
    sha = proposed(registered)
    version = next(row for row in registered.rows(Version) if row.sha256 == sha)
    with registered.hub.db.write() as session:
        proving.late(session, version.key, registered.clock.now())
    assert [row.verdict for row in registered.rows(Proof)] == [Verdict.failed]
    assert "came to no end" in registered.person("Ruth Adeyemi").get(f"/protocols/{sha}").text
