"""Referrals out, told as stories: another service is a small server of its own, which may be away, slow or odd. Whatever
it does, they are asked once, nobody is forgotten, and only their own word is a yes (S30)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from records.model import CallBack, Case, HandOver, Task
from tests import bars
from tests.bars import resource
from tests.receiver import Receiver, reachable, receiver
from tests.story import Story, Told
from triage.bars.model import Referral
from triage.bars_out.model import ReferralSent
from workers import bars_out

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = "Pain is not controlled; please see her today."


@pytest.fixture
def them(story: Story) -> Iterator[Receiver]:
    with receiver() as made:
        yield made
        story.advance(minutes=1)


def asked(story: Story, them: Receiver | None = None) -> Told:
    """A visit is on its way, and the palliative care team is asked too."""
    if them is not None:
        reachable(them.url, story.hub, story._dashboard_hub)
    told = story.takes_call()
    told.hangs_up()
    story.does("priya", f"/cases/{told.case_id}/refer", {"service": "palliative_care", "why": WHY})
    story.quiet()
    return told


def hand_over(story: Story) -> HandOver:
    with story.hub.db.read() as session:
        return session.get_one(HandOver, 1)


def sent(story: Story) -> list[ReferralSent]:
    with story.hub.db.read() as session:
        return list(session.exec(select(ReferralSent).order_by(col(ReferralSent.id))))


def says(story: Story, bundle: dict[str, Any], name: str = "Willow", status: int = 200) -> None:
    """Their own message to our door."""
    held = bars.token(story.hub, story.settings.place, story.clock.machine(), name)
    answer = httpx.post(
        f"{story.url}/fhir/$process-message",
        json=bundle,
        headers={**bars.headers(), "authorization": f"Bearer {held}"},
    )
    assert answer.status_code == status, answer.text
    story.quiet()


def test_s30_received_is_not_taken_and_their_word_is(story: Story, them: Receiver) -> None:
    told = asked(story, them)
    (message,) = them.came
    assert resource(message, "Encounter")["status"] == "triaged"
    assert resource(message, "ServiceRequest")["reasonCode"] == [{"text": WHY}]
    assert (hand_over(story).state, hand_over(story).dialled_by) == ("requested", "message")
    assert "has received it. Waiting for their word." in told.timeline
    says(story, them.word("in-progress"), name="Somebody else", status=404)
    assert hand_over(story).state == "requested", "nobody else's word counts"
    says(story, them.word("planned"))
    assert hand_over(story).state == "requested"
    says(story, them.word("in-progress"))
    assert (hand_over(story).state, hand_over(story).reference) == ("confirmed", "P-7")
    assert (story.case(told.case_id).state, story.case(told.case_id).outcome) == ("closed", "referred")
    says(story, them.word("finished"))
    assert "Palliative care team says: finished" in told.timeline
    assert them.reasons == ["new"]


@pytest.mark.parametrize("how", [422, "cancelled", "later"])
def test_s30_their_no_puts_it_back_to_work_in_their_own_words(
    story: Story, them: Receiver, how: str | int
) -> None:
    why = "Not commissioned for this postcode."
    if how == 422:
        them.next = [422]
    elif how == "cancelled":
        them.encounter, them.why = "cancelled", why
    told = asked(story, them)
    if how == "later":
        says(story, them.word("cancelled", why))
    assert hand_over(story).state == "refused"
    assert f"Palliative care team refused: {why}" in told.timeline
    (back,) = story.open_ids(CallBack, told.case_id)
    assert back and story.case(told.case_id).state == "open"
    story.does("priya", "/hand-overs/1/again")
    them.encounter, them.why = "planned", ""
    story.quiet()
    assert hand_over(story).state == "requested"
    assert [one.received_at is not None for one in sent(story)][-1]


@pytest.mark.parametrize("does", [503, 429, 401, "garbage", "slow", "dies", 409])
def test_whatever_goes_wrong_they_are_asked_once(story: Story, them: Receiver, does: str | int) -> None:
    them.next = [does]
    asked(story, them)
    if does != 409:
        assert sent(story)[0].received_at is None and sent(story)[0].trouble
    story.advance(minutes=1)
    assert them.reasons == ["new"]
    assert len(set(them.tries)) == 1, "each attempt under the same number"
    assert sent(story)[0].received_at is not None
    assert hand_over(story).state == "requested"
    assert len(them.tries) == (2 if does in (503, 429, 401) else 1), "what got through is not sent again"


def test_a_worker_that_dies_after_sending_sends_nothing_twice(
    story: Story, them: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    reachable(them.url, story.hub, story._dashboard_hub)
    told = story.takes_call()
    told.hangs_up()
    story.does("priya", f"/cases/{told.case_id}/refer", {"service": "palliative_care", "why": WHY})
    with monkeypatch.context() as during, pytest.raises(Killed):
        during.setattr(bars_out, "_write_down", dies)
        story.quiet()
    assert len(them.came) == 1 and sent(story)[0].received_at is None
    story.clock.machine_ahead += timedelta(minutes=1)
    story.quiet()
    assert len(them.tries) == 1 and len(them.asked) == 1
    assert sent(story)[0].received_at is not None


def test_s30_who_stays_away_is_rung_by_a_human_when_its_time_is_over(story: Story, them: Receiver) -> None:
    them.next = [503] * 200
    told = asked(story, them)
    story.advance(minutes=61)
    assert hand_over(story).state == "timed_out"
    assert any("no reference from Palliative care team after 60 min" in words for words in story.alarms())
    assert story.open_ids(CallBack, told.case_id)
    tried = len(them.tries)
    story.advance(minutes=30)
    assert len(them.tries) == tried, "nothing arrives behind the back of who rings them"
    assert sent(story)[0].given_up_at is not None


def test_they_hear_of_changes_that_matter_and_when_they_are_not_wanted(story: Story, them: Receiver) -> None:
    told = asked(story, them)
    told.types(address="14 Oak Road", person_name="Maureen Doyle")
    story.advance(minutes=1)
    assert them.reasons == ["new", "update"]
    assert resource(them.came[1], "Location")["address"]["text"] == "14 Oak Road"
    story.does("priya", f"/cases/{told.case_id}/note", {"words": "Rang her daughter."})
    story.advance(minutes=1)
    assert them.reasons == ["new", "update"], "nothing that matters"
    body = {"expected": "yes", "words": "Her daughter, at 14:10."}
    story.does("priya", f"/cases/{told.case_id}/died", body)
    story.advance(minutes=1)
    assert them.reasons == ["new", "update", "revoked"]
    kinds = {one["resource"]["resourceType"] for one in them.came[-1]["entry"]}
    assert "Patient" not in kinds and "Her daughter" not in str(them.came[-1])
    assert key(them.came[0]) == key(them.came[2]), "found by its number"


def key(bundle: dict[str, Any]) -> Any:
    return resource(bundle, "ServiceRequest")["identifier"]


def test_s18_of_a_sealed_case_nothing_leaves_and_a_human_rings(story: Story, them: Receiver) -> None:
    reachable(them.url, story.hub, story._dashboard_hub)
    told = story.takes_call()
    told.hangs_up()
    story.does("priya", f"/cases/{told.case_id}/refer", {"service": "palliative_care", "why": WHY})
    with story.hub.db.write() as session:
        session.get_one(Case, told.case_id).sealed = True
    story.quiet()
    assert them.came == []
    assert any("could not be sent" in words for words in tasks(story))
    assert hand_over(story).state == "requested"


def tasks(story: Story) -> list[str]:
    with story.hub.db.read() as session:
        return [task.words for task in session.exec(select(Task))]


def test_both_ends_are_ourselves(story: Story) -> None:
    """One First Point refers to another, here itself: taken in as a case of its own, accepted, and so confirmed."""
    held = bars.token(story.hub, story.settings.place, story.clock.machine(), "Ourselves")
    auth = {"kind": "bearer", "token": held}
    reachable(f"{story.url}/fhir", story.hub, story._dashboard_hub, sender="Ourselves", auth=auth)
    story.hub.services = (story.hub.services[0].model_copy(update={"timeout_s": 3.0}),)
    told = asked(story)
    with story.hub.db.read() as session:
        (came,) = session.exec(select(Referral))
    theirs = story.case(came.case_id)
    assert theirs.clock_start == story.case(told.case_id).clock_start, "S1: on the same clock"
    assert (theirs.person_name, theirs.postcode, theirs.address) == (
        "Maureen Doyle",
        "LS8 2AB",
        "12 Oak Road",
    )
    assert WHY in theirs.need_words
    assert hand_over(story).state == "requested"
    story.does("priya", f"/referrals/{came.key}/reject", {"why": "She lives outside our area"})
    story.quiet()
    assert hand_over(story).state == "refused"
    assert "refused: She lives outside our area" in told.timeline
    assert story.case(came.case_id).state == "closed", "S32: and the other end knows that we know"
