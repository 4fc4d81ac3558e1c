"""From the yes to what is still owed behind the door, with phones in hand."""

from records.model import Position, Task
from records.store import rows_of
from tests.scenarios.test_by_hand import position_of
from tests.scenarios.test_on_shift import without
from tests.scenarios.test_visit import asked
from tests.story import LIFT, Story, Told


def owed(story: Story, told: Told) -> list[str]:
    with story.hub.db.read() as session:
        return [str(task.kind) for task in rows_of(session, Task, told.case_id, live=True)]


def test_read_out_by_phone_recorded_by_hand_and_noted(story: Story) -> None:
    """S24, S25: no page was opened, and every step was told by telephone; one of them was a mistake."""
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    position = position_of(story, told)
    story.does("priya", f"/positions/{position}/read-out")
    story.advance(minutes=6)
    assert not any("not opened" in words for words in story.alarms())
    for event in ("set_off", "arrive", "begin_care"):
        story.does("priya", f"/positions/{position}/step", {"event": event})
    assert story.case(told.case_id).clock_stop == story.clock.at
    story.does("priya", f"/positions/{position}/undo", {"why": "That was another house."})
    assert (told.word, story.case(told.case_id).clock_stop) == ("at door", None), "S2"
    nurse.replies("WITH").expects("care has begun")
    nurse.replies("DONE").expects("done, thank you")
    story.does("priya", f"/positions/{position}/note", {"what": "treated", "words": "Up again."})
    told.ends("visited", "Up again.")
    assert told.word == "closed"


def test_no_access_to_the_end(story: Story) -> None:
    """S27: one thing after the other to the police, each with its time; seen by the neighbours, it can close."""
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("ARRIVED").expects("at the door")
    nurse.replies("NOACCESS").expects("no access noted")
    for what in (
        "ring the person and the caller",
        "try the neighbours",
        "look for a key safe",
        "ask the police",
    ):
        assert any(what in words for words in story.alarms()), what
        story.advance(minutes=10)
    assert any("ask the police" in words for words in story.alarms()), "the last again and again"
    told.ends("visited", "Nobody opened.")
    assert told.word == "no access"
    nurse.replies("ARRIVED").expects("at the door")
    assert not any("nobody opens" in words for words in story.alarms())
    nurse.replies("WITH").expects("care has begun")
    nurse.replies("DONE").expects("done")
    assert told.word == "closed"


def test_a_death_found_at_the_door_stops_the_other_case_too(story: Story) -> None:
    """S28: whoever found it is not sent away; everybody else is stood down, on her other case as well."""
    told = story.fall(LIFT)
    lifters = [story.phone(name).expects("1 HOUR fall") for name in ("lea", "callum")]
    nurses = [story.phone(name) for name in without() if story.phone(name).unread()]
    finder, *others = (phone.expects("1 HOUR fall") for phone in nurses)
    finder.replies("1").expects("is yours")
    for phone in others:
        phone.expects("already taken")
    finder.replies("ARRIVED").expects("at the door")
    other = story.takes_call()
    other.answers(mobility="worse")
    other.commits()
    story.quiet()
    asked_there = asked(story, without(finder))
    found = {"by": "Ana, nurse", "at": "14:20", "expected": "no"}
    answer = story.person(finder.name).post(f"/o/{finder.code}/died", data=found)
    assert answer.status_code == 303, answer.text
    story.quiet()
    for phone in (*lifters, asked_there):
        phone.expects("stood down, thank you")
        assert "die" not in phone.text
    finder.expects_nothing()
    assert "after_death" in owed(story, told)
    assert "has_died" in owed(story, other)
    assert story.case(told.case_id).outcome == "died"
    assert len(story.open_ids(Position, told.case_id)) == 1, "their own alone"
    story.does("priya", f"/cases/{other.case_id}/died-too", {"words": "It is she."})
    finder.replies("DONE").expects("done")
    for task in story.open_ids(Task, told.case_id) + story.open_ids(Task, other.case_id):
        story.does("priya", f"/tasks/{task}/done", {"words": "Told."})
    assert (told.word, other.word) == ("closed", "closed")
