"""S9: somebody stops protocols while people work: the page, the workers and the phones follow, on both databases."""

from tests.scenarios.test_visit import asked
from tests.story import Story

LADDER = {"kind": "escalation", "protocol": "two-hours", "because": "It tells nobody for far too long."}


def test_a_stopped_ladder_tells_people_at_once_and_goes_on_when_it_is_let(story: Story) -> None:
    story.does("dana", "/protocols/stop", LADDER)
    story.bench._look_at = 0.0
    story.bench.keep_up()
    told = story.fall()
    asked(story)
    story.phone("priya").expects("Nobody has accepted")
    assert "Priya Nair (coordinator) alerted by text." in told.timeline
    assert any("is stopped by Dana Cole" in words for words in story.alarms())
    story.does("dana", "/protocols/release", LADDER, 403)
    story.does("ruth", "/protocols/release", LADDER)
    assert not any("is stopped by" in words for words in story.alarms())
