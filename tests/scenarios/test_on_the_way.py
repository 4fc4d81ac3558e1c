"""From the yes to the door and behind it: details that nobody has opened (S24), and silence at the scene (S25)."""

from records.model import Position
from tests.scenarios.test_visit import asked
from tests.story import Phone, Story, Told


def test_details_that_nobody_opened(story: Story) -> None:
    """S24: five minutes after the yes the board alarms; the responder gets no text of it; read out by voice they count
    as opened."""
    told = story.fall()
    asked(story).replies("1").expects("is yours")
    story.advance(minutes=4.9)
    assert not any("not opened" in words for words in story.alarms())
    story.advance(minutes=0.2)
    assert any("has not opened the details" in words for words in story.alarms())
    position = story.open_ids(Position, told.case_id)[0]
    story.does("priya", f"/positions/{position}/read-out")
    assert not any("not opened" in words for words in story.alarms())
    assert "The details were read out to" in told.timeline


def test_opened_in_time_or_handed_back_nobody_is_alarmed(story: Story) -> None:
    told = story.fall()
    first = asked(story)
    first.replies("1").expects("is yours")
    story.person(first.name).get(f"/o/{first.code}", headers={"accept": "text/html"}).raise_for_status()
    story.advance(minutes=6)
    assert not any("not opened" in words for words in story.alarms())
    first.replies("BACK").expects("handed back")
    second = asked(story, tuple(name for name in ("ana", "tom", "niamh", "dev") if name != first.name))
    second.replies("1").expects("is yours")
    story.advance(minutes=6)
    assert any("not opened" in words for words in story.alarms())
    second.replies("BACK").expects("handed back")
    assert not any("not opened" in words for words in story.alarms())
    asked(story, ("ana", "tom", "niamh", "dev"))
    assert told.word == "offered"


def test_silence_at_the_scene_climbs_a_ladder_of_its_own(story: Story) -> None:
    """S25: asked after 45 min at the door; the coordinator is rung, the manager, then somebody must be sent."""
    told, nurse = at_the_door(story)
    story.advance(minutes=45)
    nurse.expects("all well. Reply OK")
    story.advance(minutes=5)
    assert any("has not answered “all well?” for 5 min" in words for words in story.alarms())
    assert "Ringing Priya Nair" in told.timeline
    assert "Ringing Dana Cole" not in told.timeline
    story.advance(minutes=5)
    assert "Ringing Dana Cole" in told.timeline
    assert not any("send somebody" in words for words in story.alarms())
    nurse.replies("red").expects_nothing()
    story.advance(minutes=5)
    assert any("send somebody, or the police" in words for words in story.alarms()), (
        "S26: danger ends nothing"
    )
    assert "somebody must be sent, or the police" in told.timeline
    nurse.replies("ok").expects("thank you")
    assert not any("all well" in words or "send somebody" in words for words in story.alarms())
    assert any(words.startswith("DANGER") for words in story.alarms())
    story.phone("priya").expects("an alarm on the board has not been taken")
    story.advance(minutes=44)
    nurse.expects_nothing()
    story.advance(minutes=1)
    nurse.expects("all well")
    position = story.open_ids(Position, told.case_id)[0]
    story.does("priya", f"/positions/{position}/all-well")
    assert "all well (told by phone)" in told.timeline
    nurse.replies("ok").expects("could not read")  # nobody had asked
    nurse.replies("DONE").expects("done")
    story.advance(minutes=50)
    nurse.expects_nothing()


def at_the_door(story: Story) -> tuple[Told, Phone]:
    told = story.fall()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    nurse.replies("ARRIVED").expects("at the door")
    return told, nurse
