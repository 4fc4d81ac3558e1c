"""The person and who rings for them, with a phone in the hand: told who is coming, and heard when they answer."""

import re

from records.contact_points import ContactPoint, Safe
from records.model import Position, Task, TaskKind
from records.store import rows_of
from tests.scenarios.test_visit import asked
from tests.story import VISIT, Phone, Story, Told

JANET = "+447700900123"
CONFIDENTIAL = re.compile(r"Maureen|Doyle|Oak|LS8|fall|died|death|FP ", re.IGNORECASE)


def janet(story: Story) -> Phone:
    story._put_phone({"number": JANET, "owner": "Janet Doyle", "label": "daughter", "kind": "caller"})
    return Phone(story, JANET, "janet")


def fall(story: Story, **said: str) -> Told:
    told = story.takes_call()
    for field, value in ({"safe": "text: yes", "tell": "yes"} | said).items():
        told.types(**{field: value})
    told.answers(**VISIT)
    told.commits()
    story.quiet()
    return told


def test_they_are_told_who_comes_and_of_each_change_that_matters(story: Story) -> None:
    """S17: agreed and safe; the text says a first name, a role and a time, and nothing of the person."""
    phone = janet(story)
    told = fall(story)
    phone.expects_nothing()
    nurse = asked(story)
    nurse.replies("1").expects("is yours")
    phone.expects(
        r"^Urgent care team: \w+, a nurse, is coming between \d\d:\d\d and \d\d:\d\d\. If things get worse "
    )
    assert phone.text.endswith(" ring 0113 496 0000, or 999 in an emergency.")
    assert not CONFIDENTIAL.search(phone.text), phone.text
    assert len(phone.text) <= 160
    nurse.replies("ENROUTE").expects("on your way")
    phone.expects_nothing()
    nurse.replies("DELAY 60").expects("delay of 60 min noted")
    phone.expects("a new time")
    nurse.replies("DELAY 55").expects("delay of 55 min noted")
    phone.expects_nothing()
    nurse.replies("BACK").expects("handed back")
    phone.expects("cannot come. We are finding somebody else")
    other = asked(story)
    other.replies("1").expects("is yours")
    phone.expects("is coming between")
    (position,) = story.open_ids(Position, told.case_id)
    story.does("priya", f"/positions/{position}/stand-down", {"why": "Her daughter takes her in."})
    story.quiet()
    other.expects("stood down")
    phone.expects("is not coming after all. If you still need help ring")
    assert "They are told: " in told.timeline
    assert not CONFIDENTIAL.search(phone.text), phone.text


def test_nobody_asked_or_not_known_to_be_safe_is_not_told(story: Story) -> None:
    """S17: unknown is never yes; said later it is told then, and once."""
    phone = janet(story)
    told = fall(story, safe="speak: yes")
    asked(story).replies("1").expects("is yours")
    phone.expects_nothing()
    told.types(safe="text: yes")
    story.quiet()
    phone.expects("is coming between")


def test_their_answer_reaches_the_case_that_they_were_told_of_last(story: Story) -> None:
    """One number, two open cases: an answer goes to the newest told; STOP is heeded and reaches a human."""
    phone = janet(story)
    first = fall(story)
    one = asked(story)
    one.replies("1").expects("is yours")
    phone.expects("is coming")
    second = fall(story)
    asked(story).replies("1").expects("is yours")
    phone.expects("is coming")
    phone.says("She has fallen again")
    with story.hub.db.read() as session:
        (task,) = [
            t for t in rows_of(session, Task, second.case_id, live=True) if t.kind is TaskKind.unread_reply
        ]
        assert task.words.startswith("A text from the person or caller who was told")
    one.replies("DELAY 90").expects("noted")
    phone.expects("a new time")
    phone.says("Stop")
    with story.hub.db.read() as session:
        (task,) = [
            t for t in rows_of(session, Task, first.case_id, live=True) if t.kind is TaskKind.unread_reply
        ]
    assert task.words.startswith("They want no more texts")
    assert story.count(ContactPoint, ContactPoint.text == Safe.no) == 1
    one.replies("BACK").expects("handed back")
    asked(story)
    phone.expects_nothing()
    said = story.does("priya", f"/messages/{task.message_id}/reply", {"body": "We ring you."}, 422)
    assert "not to be texted" in said["problem"]
