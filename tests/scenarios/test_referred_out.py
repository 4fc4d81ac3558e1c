"""Referrals out, told as stories: both ends are real, the queue is real, and the other end is sometimes ourselves."""

import httpx
import pytest
from sqlmodel import select

from records.model import HandOver
from tests import bars
from tests.bars import resource
from tests.receiver import WHY, reachable, receiver
from tests.story import Story, Told
from triage.bars.model import Referral

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def asked(story: Story) -> Told:
    """The palliative care team is asked."""
    told = story.takes_call()
    told.hangs_up()
    story.does("priya", f"/cases/{told.case_id}/refer", {"service": "palliative_care", "why": WHY})
    story.quiet()
    return told


def hand_over(story: Story) -> HandOver:
    with story.hub.db.read() as session:
        return session.get_one(HandOver, 1)


def test_s30_received_is_not_taken_and_their_word_is(story: Story) -> None:
    with receiver() as them:
        reachable(them.url, story.hub, story._dashboard_hub)
        told = asked(story)
        (message,) = them.came
        assert resource(message, "ServiceRequest")["reasonCode"] == [{"text": WHY}]
        assert (hand_over(story).state, hand_over(story).dialled_by) == ("requested", "message")
        assert "has received it. Waiting for their word." in told.timeline
        held = bars.token(story.hub, story.settings.place, story.clock.machine(), "Willow")
        heads = bars.headers() | {"authorization": f"Bearer {held}"}
        url = f"{story.url}/fhir/$process-message"
        assert httpx.post(url, json=them.word("in-progress"), headers=heads).status_code == 200
        story.advance(minutes=1)
        assert (hand_over(story).state, hand_over(story).reference) == ("confirmed", "P-7")
        assert (story.case(told.case_id).state, story.case(told.case_id).outcome) == ("closed", "referred")
        assert them.reasons == ["new"]


def test_both_ends_are_ourselves(story: Story) -> None:
    """One First Point refers to another, here itself: taken in as a case of its own, rejected, and so back to work; and
    the other end knows that we know (S32)."""
    held = bars.token(story.hub, story.settings.place, story.clock.machine(), "Ourselves")
    auth = {"kind": "bearer", "token": held}
    here = (story.hub, story._dashboard_hub)
    reachable(f"{story.url}/fhir", *here, sender="Ourselves", auth=auth, timeout_s=4.0)
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
    story.advance(minutes=1)
    assert hand_over(story).state == "refused"
    assert "refused: She lives outside our area" in told.timeline
    assert story.case(came.case_id).state == "closed"
