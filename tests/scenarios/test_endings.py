"""How it ends, with phones in the hand: whoever was told is told again, and nothing else leaves."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from hub.outbox import Effect, EffectState, Queue
from records.model import Call, CallBack, CaseState, HandOver, Position, Task
from records.store import rows_of
from tests.scenarios.test_visit import asked
from tests.story import VISIT, Story, Told

MIN = timedelta(minutes=1)
CONFIDENTIAL = re.compile(r"Maureen|Doyle|Oak|died|dead|death", re.IGNORECASE)
NO = {"understood": "She may fall again.", "risks": "Lying on the floor.", "ring": "Us, or 999."}


def in_triage(story: Story) -> Told:
    told = story.takes_call()
    told.answers(**VISIT)
    return told


def test_a_wrong_number_leaves_nothing(story: Story) -> None:
    new = story.does("jay", "/calls/new")
    told = Told(story, new["call"], new["case"])
    said = story.does("jay", f"/cases/{told.case_id}/wrong-number", {"call": told.call_id})
    assert said["closed"]
    assert story.case(told.case_id).outcome == "wrong_number"
    story.advance(hours=2)
    assert story.alarms() == []


def test_the_person_dies_while_a_text_is_queued(story: Story) -> None:
    """S28: the disposition is committed, its texts have not left yet, and now they do not."""
    told = in_triage(story)
    story.does("jay", f"/assessments/{told.assessment_id}/finish")
    with story.hub.db.read() as session:
        queued = session.exec(select(Effect).where(Effect.case_id == told.case_id)).all()
        assert [(one.kind, one.state) for one in queued] == [("sms", EffectState.waiting)]
    story.does("jay", f"/cases/{told.case_id}/died", {"words": "Her daughter, just now."})
    told.hangs_up()
    story.quiet()
    story.advance(hours=3)
    for phone in ("ana", "tom", "niamh", "dev"):
        story.phone(phone).expects_nothing()
    with story.hub.db.read() as session:
        left = session.exec(
            select(Effect).where(Effect.case_id == told.case_id, Effect.queue == Queue.dispatch)
        ).all()
        assert {one.state for one in left} == {EffectState.void}
        backs = rows_of(session, CallBack, told.case_id, live=True)
    assert backs == [], "no welfare call to a house of mourning"


def test_the_person_dies_before_anybody_was_sought(story: Story) -> None:
    """The narrow window: the dashboard could not seek, and no worker has come by yet."""
    story.seeking_fails()
    told = in_triage(story)
    story.does("jay", f"/assessments/{told.assessment_id}/finish")
    with story.hub.db.read() as session:
        queued = session.exec(select(Effect).where(Effect.case_id == told.case_id)).all()
        assert [(one.kind, one.state) for one in queued] == [("seek", EffectState.waiting)]
    story.does("jay", f"/cases/{told.case_id}/died", {"words": "Her daughter, just now."})
    told.hangs_up()
    story.quiet()
    for phone in ("ana", "tom", "niamh", "dev"):
        story.phone(phone).expects_nothing()


def test_who_is_on_the_way_is_told_to_stand_down_and_no_more(story: Story) -> None:
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("ENROUTE").expects("on your way")
    story.does("priya", f"/cases/{told.case_id}/died", {"words": "The family rang."})
    story.quiet()
    nurse.expects("stood down, thank you")
    assert not CONFIDENTIAL.search(nurse.text), nurse.text
    tasks = story.open_ids(Task, told.case_id)
    assert len(tasks) == 3
    for task in tasks:
        story.does("priya", f"/tasks/{task}/done", {"words": "Told at 14:20."})
    assert (told.word, story.case(told.case_id).outcome) == ("closed", "died")


def test_a_paramedic_with_them_ends_the_visit_in_their_own_time(story: Story) -> None:
    """S28: death found on arrival. Who is with the body is not sent away."""
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("ARRIVED").expects("at the door")
    nurse.replies("WITH").expects("care has begun")
    story.does("priya", f"/cases/{told.case_id}/died", {"expected": "yes", "words": "The nurse rang."})
    story.quiet()
    nurse.expects_nothing()
    nurse.replies("DONE").expects("done, thank you")
    for task in story.open_ids(Task, told.case_id):
        story.does("priya", f"/tasks/{task}/done", {"words": "Told."})
    assert told.word == "closed"


def test_a_visit_handed_back_after_a_death_goes_to_nobody(story: Story) -> None:
    """S28."""
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("WITH").expects("care has begun")
    story.does("priya", f"/cases/{told.case_id}/died", {"words": "The nurse rang."})
    nurse.replies("BACK").expects("handed back")
    story.advance(hours=1)
    assert story.open_ids(Position, told.case_id) == []
    for phone in ("ana", "tom", "niamh", "dev"):
        story.phone(phone).expects_nothing()


def test_a_carer_declines_for_somebody_who_can_decide(story: Story) -> None:
    """S21: that is no refusal; the offers go on. The person's own word ends it, and who was told is told."""
    told = story.fall()
    nurse = asked(story)
    path = f"/cases/{told.case_id}/declined"
    carer = NO | {"refuser": "carer", "refuser_name": "Her son", "capacity": "yes"}
    refused = story.does("priya", path, carer, status=422)
    assert "nobody else can refuse for them" in refused["problem"]
    story.quiet()
    assert told.word == "offered"
    said = story.does("priya", path, NO | {"refuser": "person", "capacity": "yes"})
    assert said["closed"]
    story.quiet()
    nurse.expects("stood down, thank you")
    assert story.case(told.case_id).outcome == "declined"


def test_999_refuses_and_a_clinician_rings_on_the_old_clock(story: Story) -> None:
    """S30."""
    told = story.takes_call()
    told.begins()
    story.does("jay", f"/assessments/{told.assessment_id}/answer", {"question": "breathing", "answer": "no"})
    asked_999 = story.does("jay", f"/assessments/{told.assessment_id}/999", {"dialled_by": "caller"})
    told.commits()
    start = story.case(told.case_id).clock_start
    story.does("priya", f"/hand-overs/{asked_999['hand_over']}/refuse", {"why": "No crew for an hour."})
    assert told.word == "call-back"
    with story.hub.db.read() as session:
        (back,) = rows_of(session, CallBack, told.case_id, live=True)
    assert (back.who, back.why) == ("hub_clinician", "999 has not confirmed")
    assert story.case(told.case_id).clock_start == start
    story.advance(minutes=6)
    assert any("call-back by a clinician has not been made" in words for words in story.alarms())
    story.does("priya", f"/cases/{told.case_id}/outcome", {"outcome": "handed_over", "words": ""}, status=422)


def test_a_call_back_fails_twice_and_goes_on(story: Story) -> None:
    """S6: the next way each time, each soon, and never closed."""
    told = story.takes_call()
    told.begins()
    told.hangs_up()
    story.does("jay", f"/assessments/{told.assessment_id}/break-off", {"why": "They rang off."})
    (back,) = story.open_ids(CallBack, told.case_id)
    for _ in range(2):
        story.does("jay", f"/call-backs/{back}/failed", {"words": "no answer"})
    with story.hub.db.read() as session:
        row = session.get_one(CallBack, back)
    assert (row.state, row.ways[row.way]) == ("due", "a visit to see that they are safe")
    story.advance(minutes=3)
    assert any("has not been made" in words for words in story.alarms())
    assert story.case(told.case_id).state is CaseState.open


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_referral_is_confirmed_or_comes_back(story: Story, confirmed: bool) -> None:
    """S30: nothing is over before the other side has said so."""
    told = story.takes_call()
    body = {"service": "gp", "why": "Review of her medicines.", "call": told.call_id}
    asked_gp = story.does("jay", f"/cases/{told.case_id}/refer", body)["hand_over"]
    told.hangs_up()
    assert told.word == "handing over"
    if confirmed:
        story.does("priya", f"/hand-overs/{asked_gp}/confirm", {"reference": "Dr Shah"})
        assert (told.word, story.case(told.case_id).outcome) == ("closed", "referred")
        return
    story.advance(minutes=119)
    assert story.alarms() == []
    story.advance(minutes=1)
    assert any("no reference from GP practice after 120 min" in words for words in story.alarms())
    assert told.word == "call-back"
    story.does("priya", f"/hand-overs/{asked_gp}/again")
    story.does("priya", f"/hand-overs/{asked_gp}/refuse", {"why": "Not their patient."})
    assert len(story.open_ids(CallBack, told.case_id)) == 1
    assert story.case(told.case_id).outcome is None


def test_111_has_its_own_time(story: Story) -> None:
    told = story.takes_call()
    asked_111 = story.does("jay", f"/cases/{told.case_id}/refer", {"service": "nhs_111", "why": "Advice."})
    told.hangs_up()
    story.advance(minutes=19)
    assert story.alarms() == []
    story.advance(minutes=1)
    assert any("no reference from 111 after 20 min" in words for words in story.alarms())
    with story.hub.db.read() as session:
        assert session.get_one(HandOver, asked_111["hand_over"]).state == "timed_out"


def test_what_is_held_asks_nobody_until_then(story: Story) -> None:
    """The nurse who was asked is told; nobody else is; at its time the offers begin anew."""
    told = story.fall()
    nurse = asked(story)
    said = story.does("priya", f"/cases/{told.case_id}/hold", {"until": "in 1 h", "why": "Her son comes."})
    assert "back to work" in said["said"]
    story.quiet()
    nurse.expects("stood down, thank you")
    assert told.word == "held"
    story.advance(minutes=59)
    for phone in ("ana", "tom", "niamh", "dev"):
        story.phone(phone).expects_nothing()
    story.advance(minutes=1)
    assert any("back to work" in words for words in story.alarms())
    assert told.word == "offered"
    for phone in ("ana", "tom", "niamh", "dev"):
        if story.phone(phone).unread():
            story.phone(phone).expects("2 HOURS fall")


def test_a_nurse_marked_for_it_goes_beside_999(story: Story) -> None:
    """S11, S30: autonomic dysreflexia. The nurse who unblocks the catheter does not wait for a clinician's word."""
    told = story.takes_call()
    told.begins("blocked-catheter")
    for question, answer in {"breathing": "yes", "rousable": "awake", "harm": "no", "bleeding": "no"}.items():
        body = {"question": question, "answer": answer}
        story.does("jay", f"/assessments/{told.assessment_id}/answer", body)
    for question, answer in {"sepsis_look": "no", "cord_injury": "yes", "dysreflexia": "yes"}.items():
        body = {"question": question, "answer": answer}
        story.does("jay", f"/assessments/{told.assessment_id}/answer", body)
    story.does("jay", f"/assessments/{told.assessment_id}/999", {"dialled_by": "hub"})
    told.commits()
    story.quiet()
    with story.hub.db.read() as session:
        (nurse,) = rows_of(session, Position, told.case_id, live=True)
        assert session.get_one(Call, told.call_id).state == "ended"
    assert (nurse.kind, nurse.held_for_999, nurse.state) == ("nurse", False, "offered")
    for phone in ("ana", "tom", "niamh", "dev"):
        if story.phone(phone).unread():
            story.phone(phone).expects("1 HOUR fall")
