"""The thread itself: a fall, a text, a nurse at the door, and everything that can go differently on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from records.model import CallBack, Position, Task
from tests.story import LIFT, Phone, Story

NURSES = ("ana", "tom", "niamh", "dev")


def asked(story: Story, names: tuple[str, ...] = NURSES) -> Phone:
    """The one whose phone has just got an offer; it is read."""
    phones = [story.phone(name) for name in names if story.phone(name).unread()]
    assert len(phones) == 1, f"asked at once: {[phone.name for phone in phones]}"
    return phones[0].expects("Reply 1 yes 2 no")


def test_the_happy_visit(story: Story) -> None:
    """S1, S2, S24: a call becomes a visit; care stops the clock; the case closes when nothing is owed."""
    told = story.fall()
    ana = story.phone("ana").expects(r"^FP \w+: 2 HOURS fall, LS8\. Be there by 16:00\. .*Reply 1 yes 2 no")
    assert "Maureen" not in ana.text
    assert "Oak Road" not in ana.text
    assert told.word == "offered"
    story.advance(minutes=1)
    ana.replies("1").expects(r"is yours\. Reply ENROUTE")
    assert told.word == "accepted"
    story.advance(minutes=2)
    ana.replies("ENROUTE").expects("on your way")
    assert told.word == "travelling"
    story.advance(minutes=10)
    ana.replies("arrived").expects("at the door")
    assert told.word == "at door"
    assert story.case(told.case_id).clock_stop is None
    ana.replies("WITH").expects("care has begun")
    assert told.word == "with them"
    assert story.case(told.case_id).clock_stop == story.clock.at
    story.advance(minutes=30)
    ana.replies("DONE").expects("done, thank you")
    assert told.word == "to finish"
    told.ends("visited", "Up and safe, walking aid left.")
    assert told.word == "closed"


def test_a_call_from_where_the_place_has_laid_nothing_down_ranks_by_travel(story: Story) -> None:
    """Bradford is none of the demo's areas; Dev, who starts from LS12, has the shortest way."""
    told = story.fall(postcode="BD3 9AA")
    assert asked(story).name == "dev"
    assert "min away" in told.timeline


def test_nobody_answers_up_to_the_manager(story: Story) -> None:
    """The ladder: the next and the next, the coordinator at 6 and 15 min, the manager rung at 15 and 30."""
    told = story.fall()
    asked(story)
    story.advance(minutes=4)
    asked(story)
    story.advance(minutes=2)
    story.phone("priya").expects("nobody has accepted for 6 min")
    story.advance(minutes=2)
    asked(story)
    story.advance(minutes=7)
    asked(story)
    story.phone("priya").expects("nobody has accepted for 15 min")
    story.phone("dana").expects("nobody has accepted for 15 min")
    assert any("Nobody has accepted" in words for words in story.alarms())
    story.phone("dana").answers_call(key="1")
    story.quiet()
    assert "Dana Cole answered the call and took it" in told.timeline
    assert told.word == "offered", "the ladder goes on while a human looks"


def test_two_accept_at_once(story: Story) -> None:
    """Invariant 3: two are asked, both say yes at the same moment; one has it and the other is told."""
    told = story.fall(LIFT)
    lea = story.phone("lea").expects("1 HOUR fall")
    callum = story.phone("callum").expects("1 HOUR fall")
    nurses = [story.phone(name) for name in NURSES if story.phone(name).unread()]
    assert len(nurses) == 2
    for nurse in nurses:
        nurse.expects("1 HOUR fall")
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda phone: phone.sends("1"), (lea, callum)))
    story.quiet()
    texts = {phone.name: [entry["text"] for entry in phone.unread()] for phone in (lea, callum)}
    winner, loser = (lea, callum) if "yours" in texts["lea"][0] else (callum, lea)
    winner.expects("is yours")
    loser.expects("already taken, thank you")
    assert len(loser.unread()) <= 1, "told once when lost, and once more if the yes came after that"
    for _ in loser.unread():
        loser.expects("already taken")
    positions = [p for p in _positions(story, told.case_id) if p.kind == "falls_responder"]
    assert [p.state for p in positions] == ["accepted"]


def _positions(story: Story, case_id: int) -> list[Position]:
    with story.hub.db.read() as session:
        return [session.get_one(Position, key) for key in story.open_ids(Position, case_id)]


def test_a_late_yes_counts_while_the_position_is_open(story: Story) -> None:
    """A late yes is an acceptance if the musts still hold; the offer that ran meanwhile is withdrawn."""
    told = story.fall()
    first = asked(story)
    story.advance(minutes=4)
    second = asked(story, tuple(name for name in NURSES if name != first.name))
    first.replies(f"1 {first.code}").expects("is yours")
    second.expects("already taken, thank you")
    assert told.word == "accepted"
    assert "after its time" in told.timeline


def test_no_but_in_two_hours_is_not_a_no(story: Story) -> None:
    """What is not understood goes to a human with its own words kept, and never stops the ladder (S3, S24)."""
    told = story.fall()
    first = asked(story)
    first.replies("no but I can in 2 hours").expects("we could not read that; a person will look")
    assert "2 hours" not in first.text, "what somebody texted is never quoted back"
    assert len(story.open_ids(Task, told.case_id)) == 1
    assert told.word == "offered"
    story.advance(minutes=4)
    asked(story, tuple(name for name in NURSES if name != first.name))
    story.advance(minutes=1)
    assert any("needs a human" in words for words in story.alarms()), "a reply that waits has a deadline"
    story.phone("priya").unread()
    story.does(
        "priya", f"/tasks/{story.open_ids(Task, told.case_id)[0]}/done", {"words": "Rang him: not now."}
    )


def test_hand_back(story: Story) -> None:
    """BACK: it is open again on its old clock, and somebody else is asked."""
    told = story.fall()
    first = asked(story)
    first.replies("yes").expects("is yours")
    first.replies("BACK").expects("handed back, thank you")
    second = asked(story, tuple(name for name in NURSES if name != first.name))
    breach_at = story.case(told.case_id).breach_at
    assert breach_at == story.case(told.case_id).clock_start + timedelta(minutes=120)
    second.replies("1").expects("is yours")
    assert told.word == "accepted"


def test_no_access(story: Story) -> None:
    """S27: one thing to try after the other, each with a time; the case cannot close before the person is seen."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    first.replies("ARRIVED").expects("at the door")
    first.replies("NO ACCESS").expects("no access noted")
    assert told.word == "no access"
    assert any("ring the person" in words for words in story.alarms())
    story.advance(minutes=10)
    assert any("try the neighbours" in words for words in story.alarms())
    told.ends("visited", "Nobody opened.")
    assert told.word == "no access", "an outcome alone does not close it"
    position = story.open_ids(Position, told.case_id)[0]
    story.does("priya", f"/positions/{position}/step", {"event": "find_person"})
    assert told.word == "closed"
    assert story.case(told.case_id).clock_stop is None, "a locked door stops no clock (S2)"


def test_breach(story: Story) -> None:
    """S5: warned at 50, 75 and 90 %, then over time, with the case still open and still being looked for."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    story.advance(minutes=9)
    first.replies("ENROUTE").expects("on your way")
    first.replies("DELAY 200").expects("delay of 200 min noted")
    story.advance(minutes=111)
    assert "50 % of the time" in told.timeline
    assert "90 % of the time" in told.timeline
    assert any("The time is over" in words for words in story.alarms())
    first.replies("WITH").expects("care has begun")
    assert not any("The time is over" in words for words in story.alarms())


def test_a_bare_yes_after_an_expired_offer_asks_for_the_code(story: Story) -> None:
    """S23: a bare 1 counts only if exactly one offer is live and no other to that phone ended in the last 15 min."""
    story.fall()
    first = asked(story)
    story.advance(minutes=4)
    asked(story, tuple(name for name in NURSES if name != first.name))
    code = first.code
    first.replies("1").expects(f"which one.*1 {code}")
    first.replies(f"1 {code}").expects("is yours")
    other = next(phone for name in NURSES if (phone := story.phone(name)).unread())
    other.expects("already taken")


def test_the_danger_word_is_heard_at_once_and_silently(story: Story) -> None:
    """S26: RED alarms, opens a task with a deadline of two minutes, and nothing is sent to that phone."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    first.replies("red")
    first.expects_nothing()
    assert any(words.startswith("DANGER") for words in story.alarms())
    task = story.open_ids(Task, told.case_id)
    assert len(task) == 1
    story.does("priya", f"/tasks/{task[0]}/done", {"words": "Rang her: safe, police there."})


def test_s26_a_danger_that_nobody_takes_climbs_until_somebody_has_it(story: Story) -> None:
    """Two minutes: the coordinator on call by text. Five: the manager is rung, and a key takes it."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    first.replies("red")
    priya, dana = story.phone("priya"), story.phone("dana")
    story.advance(minutes=1)
    priya.expects_nothing()
    story.advance(minutes=1)
    priya.expects(f"FP {told.ref}: an alarm on the board has not been taken for 2 min")
    story.advance(minutes=3)
    dana.answers_call("1")
    story.quiet()
    assert "Dana Cole answered the call and took the alarm" in told.timeline
    story.advance(minutes=6)
    assert not dana.card()["calls"], "taken is taken"
    task = story.open_ids(Task, told.case_id)
    story.does("priya", f"/tasks/{task[0]}/done", {"words": "Rang her: safe, police there."})
    first.expects("(?s).*")  # S25: it asks whether they have set off


def test_done_without_with_asks_when_care_began(story: Story) -> None:
    """S2: a forward jump is legal, and a skipped WITH asks when care began."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    story.advance(minutes=8)
    first.replies("DONE").expects("done, thank you")
    assert story.case(told.case_id).clock_stop is None
    task = story.open_ids(Task, told.case_id)[0]
    began = story.clock.at - timedelta(minutes=3)
    story.does("priya", f"/tasks/{task}/care-began", {"at": began.isoformat()})
    assert story.case(told.case_id).clock_stop == began
    told.ends("visited")
    assert told.word == "closed"


def test_nobody_sets_off(story: Story) -> None:
    """S25: accepted is not attended. No ENROUTE in ten minutes: the board alarms and the responder is asked."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    story.advance(minutes=10)
    first.expects("have you set off")
    assert any("has accepted and not set off" in words for words in story.alarms())
    first.replies("ENROUTE").expects("on your way")
    assert not any("not set off" in words for words in story.alarms())
    assert told.word == "travelling"


def test_999_from_the_scene(story: Story) -> None:
    """S26, S30: `999` from the scene opens an ambulance hand-over; no reference after five minutes alarms."""
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    first.replies("ARRIVED").expects("at the door")
    first.replies("999").expects("ring 999 now if you have not")
    assert any("asks for an ambulance" in words for words in story.alarms())
    story.advance(minutes=5)
    assert any("no reference from 999" in words for words in story.alarms())
    assert len(story.open_ids(CallBack, told.case_id)) == 1


def test_nobody_can_be_asked(story: Story) -> None:
    """S31: no capacity closes nothing: told at once, looked at again each minute, and offered when somebody is free."""
    first = story.fall(LIFT)
    for name in ("lea", "callum"):
        story.phone(name).expects("1 HOUR fall")
    for name in NURSES:
        for _ in story.phone(name).unread():
            story.phone(name).expects("1 HOUR fall")
    story.phone("lea").replies("2").expects("noted, thank you")
    story.phone("callum").replies("2").expects("noted, thank you")
    story.phone("priya").expects("no falls responder.* can be asked")
    assert any("Nobody can be asked" in words for words in story.alarms())
    assert first.word != "closed"


def test_a_case_is_not_offered_twice_to_one_who_said_no(story: Story) -> None:
    told = story.fall()
    first = asked(story)
    first.replies("2").expects("noted, thank you")
    asked(story, tuple(name for name in NURSES if name != first.name))
    story.advance(minutes=4)
    asked(story, tuple(name for name in NURSES if name != first.name))
    first.expects_nothing()
    assert "declined" in told.timeline


def test_stand_down_tells_exactly_those_who_were_told(story: Story) -> None:
    told = story.fall()
    first = asked(story)
    position = story.open_ids(Position, told.case_id)[0]
    story.does("priya", f"/positions/{position}/stand-down", {"why": "The family has lifted her."})
    story.quiet()
    first.expects("stood down, thank you")
    told.ends("cancelled", "Not needed any more.")
    assert told.word == "closed"
