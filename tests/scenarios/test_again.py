"""They ring again, or the hub rings them: whatever is said joins the open case, and can only raise it."""

from datetime import timedelta

from records.model import Call, CallBack, CallBackKind, CaseState, Position
from tests.scenarios.test_visit import asked
from tests.story import LIFT, VISIT, Story, Told

MIN = timedelta(minutes=1)


def rings_again(story: Story, told: Told) -> Told:
    """The same number on a new call; the handler sees the open case and joins it."""
    new = story.does("jay", "/calls/new")
    again = Told(story, new["call"], new["case"])
    again.types(number="07700 900123", need_words="she is worse")
    state = story.person("jay").get(f"/api/calls/{again.call_id}/state").json()
    open_ones = [one for one in state["known"] if one["is_open"]]
    assert [one["ref"] for one in open_ones] == [told.ref]
    assert open_ones[0]["because"] == ["same number"]
    assert state["may_join"]
    story.does("jay", f"/calls/{again.call_id}/join", {"case": open_ones[0]["id"]})
    own = story.case(new["case"])
    assert (own.state, own.outcome, own.linked_case_id) == (CaseState.closed, "duplicate", told.case_id)
    again.case_id = told.case_id
    return again


def test_a_joined_call_turns_worse_and_the_nurse_is_told(story: Story) -> None:
    """S1, S13: triaged again on the old clock; who is on the way hears of it, and more hands are sought."""
    told = story.takes_call(caller_name="Janet Doyle", caller_relation="daughter")
    told.answers(**VISIT)
    told.commits()
    story.quiet()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("ENROUTE").expects("on your way")
    before = story.case(told.case_id)
    story.advance(minutes=5)
    again = rings_again(story, told)
    assert story.case(told.case_id).need_words in ("she is worse", before.need_words)
    again.answers(**LIFT)
    again.commits()
    story.quiet()
    nurse.expects(rf"FP {nurse.code} is more urgent now: 1 HOUR\. Be there by 15:00\.")
    after = story.case(told.case_id)
    assert (after.clock_start, after.priority) == (before.clock_start, "one_hour")
    assert after.breach_at == before.clock_start + 60 * MIN
    for falls_responder in ("lea", "callum"):
        story.phone(falls_responder).expects("1 HOUR fall")
    assert "They rang again" in told.timeline
    with story.hub.db.read() as session:
        assert session.get_one(Call, again.call_id).caller_name == "Janet Doyle", (
            "the same number: the same caller"
        )


def test_asked_again_and_milder_it_stays_as_urgent(story: Story) -> None:
    """S10, S13: a further contact can only raise."""
    told = story.fall(LIFT)
    for phone in ("lea", "callum"):
        story.phone(phone).expects("1 HOUR fall")
    for nurse in ("ana", "tom", "niamh", "dev"):
        if story.phone(nurse).unread():
            story.phone(nurse).expects("1 HOUR fall")
    again = rings_again(story, told)
    again.answers()
    again.commits()
    story.quiet()
    assert story.case(told.case_id).priority == "one_hour"
    with story.hub.db.read() as session:
        rows = [session.get_one(Position, key) for key in story.open_ids(Position, told.case_id)]
    kept = {row.kind: row.priority for row in rows}
    assert kept == {"nurse": "one_hour", "falls_responder": "one_hour", "therapist": "two_days"}
    story.phone("ines").expects("2 DAYS fall")  # what is wanted as well is wanted as well (S11)


def test_who_is_sought_is_sought_faster(story: Story) -> None:
    """Nobody has said yes yet: the faster escalation protocol begins, two at once."""
    told = story.fall()
    first = asked(story)
    again = rings_again(story, told)
    again.answers(**LIFT)
    again.commits()
    story.quiet()
    others = [p for p in (story.phone(n) for n in ("ana", "tom", "niamh", "dev")) if p.unread()]
    assert [phone.name for phone in others] != [first.name]
    assert len(others) == 1, "the first offer still runs; a second goes out beside it"
    others[0].expects("1 HOUR fall")
    for phone in ("lea", "callum"):
        story.phone(phone).expects("1 HOUR fall")


def test_the_third_contact_goes_to_a_clinician(story: Story) -> None:
    """S13: and once, however often they ring after that."""
    told = story.fall()
    asked(story)
    for contact in (2, 3, 4):
        again = rings_again(story, told)
        again.hangs_up()
        with story.hub.db.read() as session:
            backs = [session.get_one(CallBack, key) for key in story.open_ids(CallBack, told.case_id)]
        asked_for = [back for back in backs if back.who == "hub_clinician"]
        assert len(asked_for) == (0 if contact == 2 else 1), f"contact {contact}"
    assert "rung 3 times in three days" in asked_for[0].why
    assert asked_for[0].ways[0] == "+447700900123"


def test_a_closed_case_is_shown_and_cannot_be_joined(story: Story) -> None:
    """Within 72 hours with how it ended, after that not any more."""
    told = story.takes_call()
    told.hangs_up()
    told.ends("cancelled", "Her son has come.")
    assert told.word == "closed"
    story.advance(hours=71)
    new = story.does("jay", "/calls/new")
    again = Told(story, new["call"], new["case"])
    again.types(nhs_number="999 000 0018")
    known = story.person("jay").get(f"/api/calls/{again.call_id}/state").json()["known"]
    assert [(one["ref"], one["is_open"], one["headline"]) for one in known] == [
        (told.ref, False, "Ended: cancelled")
    ]
    story.does("jay", f"/calls/{again.call_id}/join", {"case": told.case_id}, status=409)
    story.advance(hours=2)
    assert story.person("jay").get(f"/api/calls/{again.call_id}/state").json()["known"] == []


def test_what_has_begun_on_its_own_case_is_not_thrown_away(story: Story) -> None:
    """A call with visits of its own is not a duplicate any more."""
    told = story.fall()
    asked(story)
    other = story.takes_call("LS9 1AA")
    other.answers(**VISIT)
    story.does("jay", f"/assessments/{other.assessment_id}/finish")
    story.does("jay", f"/calls/{other.call_id}/join", {"case": told.case_id}, status=409)
    assert story.case(other.case_id).state is CaseState.open
    story.quiet()
    asked(story)


def test_welfare_calls_while_nobody_has_come(story: Story) -> None:
    """S4: at 30 and 60 min and then hourly, while nobody has accepted; the call asks the questions again, and worse is
    triaged again."""
    told = story.fall()
    story.advance(minutes=29)
    assert not welfare_calls(story, told)
    story.advance(minutes=1)
    (back,) = welfare_calls(story, told)
    assert back.ways[0] == "+447700900123"
    assert back.who == "handler"
    rung = story.does("jay", f"/call-backs/{back.id}/ring")
    assert story.does("jay", f"/call-backs/{back.id}/ring")["call"] == rung["call"], "pressed twice"
    again = Told(story, rung["call"], told.case_id)
    said = {"how": "same", "words": "As before."}
    story.does("jay", f"/call-backs/{back.id}/reached", {"words": "As before, no red flags."}, status=422)
    story.does("jay", f"/call-backs/{back.id}/welfare", said, status=422)  # were the red flags asked?
    story.does("jay", f"/call-backs/{back.id}/welfare", {**said, "asked": True})
    again.hangs_up()
    assert not welfare_calls(story, told)
    story.advance(minutes=30)
    (second,) = welfare_calls(story, told)
    story.does("jay", f"/call-backs/{second.id}/failed", {"words": "no answer"})
    assert any("now try the carer" in words for words in story.alarms()), "S6: it goes on to the next way"
    hear_all(story)


def test_worse_on_a_welfare_call_is_triaged_again_now(story: Story) -> None:
    """S4: never just "reached"; not known counts as worse, and the call stays owed until the questions are done."""
    told = story.fall()
    story.advance(minutes=31)
    (back,) = welfare_calls(story, told)
    rung = story.does("jay", f"/call-backs/{back.id}/welfare", {"how": "not_known", "asked": True})
    again = Told(story, rung["call"], told.case_id)
    assert [one.id for one in welfare_calls(story, told)] == [back.id]
    assert "Welfare call: it is not known how they are." in told.timeline
    again.answers(**LIFT)
    again.commits()
    assert not welfare_calls(story, told)
    story.quiet()
    assert story.case(told.case_id).priority == "one_hour"
    hear_all(story)


def test_a_visit_on_its_way_ends_the_welfare_call(story: Story) -> None:
    told = story.fall()
    first = asked(story)
    story.advance(minutes=31)
    assert welfare_calls(story, told)
    hear_all(story)  # she has been asked again meanwhile, and answers by the first code
    first.replies(f"1 {first.code}").expects("is yours")
    assert not welfare_calls(story, told)
    story.advance(minutes=30)
    assert not welfare_calls(story, told), "somebody is coming in time"
    hear_all(story)
    story.advance(minutes=60)
    assert welfare_calls(story, told), "the time is over and nobody is with them"
    hear_all(story)
    first.replies("WITH").expects("care has begun")
    assert not welfare_calls(story, told)


def welfare_calls(story: Story, told: Told) -> list[CallBack]:
    with story.hub.db.read() as session:
        backs = [session.get_one(CallBack, key) for key in story.open_ids(CallBack, told.case_id)]
    return [back for back in backs if back.kind is CallBackKind.welfare]


def hear_all(story: Story) -> None:
    """What the ladder sent meanwhile is another story's matter."""
    for card in story.cards():
        story._heard.update(entry["sid"] for entry in card["thread"] if entry["kind"] == "text")


def test_a_visit_that_is_sought_waits_once_999_is_on_its_way(story: Story) -> None:
    """S11: who has been asked is stood down; when 999 will not come after all, a nurse is sought again."""
    told = story.fall()
    first = asked(story)
    asked_999 = story.does("jay", f"/calls/{told.call_id}/999", {"dialled_by": "hub"})
    story.quiet()
    first.expects("stood down")
    assert told.word == "handing over"
    assert "waits for a clinician's word: 999 is on its way" in told.timeline
    story.does("jay", f"/hand-overs/{asked_999['hand_over']}/refuse", {"why": "No crew for two hours."})
    story.quiet()
    asked(story)
    assert "looked for again: 999 is not on its way" in told.timeline
