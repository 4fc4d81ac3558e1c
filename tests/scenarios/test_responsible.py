"""S29: the clinician who answers for a case goes; somebody else is named, and people hear of it."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from hub.access import IDLE_ENDS_AFTER, User
from records.alarms import Alarm
from records.model import ResponsibleAs
from tests.scenarios.test_visit import asked
from tests.story import Story
from workers import responsibility


def on_call(story: Story, name: str, *roles: str) -> None:
    with story.hub.db.write() as session:
        who = session.exec(select(User).where(User.name == name)).one()
        who.on_call = list(roles)
        session.add(who)


def looks(story: Story) -> int:
    moved = responsibility.look(story.bench)
    story.quiet()
    return moved


def test_the_responsible_clinicians_shift_ends(story: Story) -> None:
    story.person("amara")
    story.person("femi")
    told = story.fall()
    asked(story)
    assert story.case(told.case_id).responsible_name == "Amara Obi"
    assert looks(story) == 0, "on call and at her screen"
    on_call(story, "Amara Obi")
    on_call(story, "Femi Ade", "hub_clinician")
    assert looks(story) == 1
    case = story.case(told.case_id)
    assert (case.responsible_name, case.responsible_as) == ("Femi Ade", ResponsibleAs.duty)
    assert "Amara Obi is not on duty any more: Femi Ade, on duty, is clinically responsible." in told.timeline
    assert story.alarms() == [
        "Amara Obi is not on duty any more: Femi Ade is now responsible (1 open in all)."
    ]
    assert looks(story) == 0, "told once"
    takes_the_alarm(story)
    looks(story)
    assert story.alarms() == [], "taken note of"


def test_a_log_in_that_ends_leaves_the_case_to_who_is_there(story: Story) -> None:
    """Amara is on call and has gone without a word; Femi, on call too, is at his screen."""
    story.person("amara")
    told = story.fall()
    asked(story)
    on_call(story, "Femi Ade", "hub_clinician")
    story.clock.machine_ahead = IDLE_ENDS_AFTER + timedelta(minutes=1)
    assert looks(story) == 0, "nobody on call is at a screen: it stays with whom the telephone reaches"
    story.person("femi")
    assert looks(story) == 1
    assert story.case(told.case_id).responsible_name == "Femi Ade"


def test_nobody_is_left_and_then_somebody_comes(story: Story) -> None:
    told = story.fall()
    asked(story)
    on_call(story, "Amara Obi")
    assert looks(story) == 1
    case = story.case(told.case_id)
    assert (case.responsible_name, case.responsible_as) == ("Dana Cole", ResponsibleAs.manager)
    (words,) = story.alarms()
    assert words.startswith("No clinician is on duty: Dana Cole answers for")
    before = story.case(told.case_id).version
    assert looks(story) == 0
    assert story.case(told.case_id).version == before, "a look that moves nothing writes nothing"
    on_call(story, "Femi Ade", "hub_clinician")
    assert looks(story) == 1
    assert story.case(told.case_id).responsible_name == "Femi Ade"
    assert not [words for words in story.alarms() if words.startswith("No clinician")]


def takes_the_alarm(story: Story) -> None:
    with story.hub.db.read() as session:
        found: Any = session.exec(select(Alarm).where(Alarm.kind == "inherited")).one()
    story.does("priya", f"/alarms/{found.id}/take")
