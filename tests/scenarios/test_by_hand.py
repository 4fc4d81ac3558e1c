"""A coordinator's hands, and the phones of those whom they reach."""

from sqlmodel import col, select

from dispatch.model import Message, Offer, Responder
from records.model import Position, Task, TaskKind
from records.store import rows_of
from tests.scenarios.test_on_shift import without
from tests.scenarios.test_visit import asked
from tests.story import Phone, Story, Told


def number_of(story: Story, phone: Phone) -> int:
    with story.hub.db.read() as session:
        return session.exec(select(Responder).where(Responder.phone == phone.number)).one().key


def position_of(story: Story, told: Told) -> int:
    return story.open_ids(Position, told.case_id)[0]


def offer_to(story: Story, phone: Phone) -> int:
    with story.hub.db.read() as session:
        found = (
            select(Offer).where(Offer.responder_id == number_of(story, phone)).order_by(col(Offer.id).desc())
        )
        newest = session.exec(found).first()
        assert newest is not None
        return newest.key


def task_of(story: Story, told: Told, kind: TaskKind) -> Task:
    with story.hub.db.read() as session:
        (task,) = [row for row in rows_of(session, Task, told.case_id, live=True) if row.kind is kind]
        return task


def test_offered_withdrawn_and_given_to_another_by_hand(story: Story) -> None:
    """Stand-down to exactly those who were told; a no is asked again only on purpose."""
    told = story.fall()
    position = position_of(story, told)
    first = asked(story)
    first.replies("2").expects("noted, thank you")
    second = asked(story, without(first))
    refused = story.does("priya", f"/positions/{position}/offer", {"to": number_of(story, first)}, 422)
    assert "asked again only on purpose: said no" in refused["problem"]
    again = {"to": number_of(story, first), "again": True}
    story.does("priya", f"/positions/{position}/offer", again)
    story.quiet()
    first.expects("Reply 1 yes 2 no")
    assert "by hand" in told.timeline
    withdrawn = story.does("priya", f"/offers/{offer_to(story, second)}/withdraw", {"why": "Is at the vet."})
    assert withdrawn["said"] == "Withdrawn; they are told."
    story.quiet()
    second.expects("stood down, thank you")
    first.replies(f"1 {first.code}").expects("is yours")
    third = story.phone(without(first, second)[0])
    given = {"to": number_of(story, third), "why": "She is nearer."}
    assert "is stood down" in story.does("priya", f"/positions/{position}/reassign", given)["said"]
    story.quiet()
    first.expects("stood down, thank you")
    third.expects("Reply 1 yes 2 no")
    third.replies("1").expects("is yours")
    assert told.word == "accepted"
    assert "Taken from" in told.timeline


def test_yes_in_40_is_put_to_the_coordinator(story: Story) -> None:
    """S3: it accepts nothing by itself and stops no ladder; one press refuses it, one accepts it."""
    told = story.fall()
    first = asked(story)
    first.replies("yes in 40").expects("noted; the coordinator decides")
    story.advance(minutes=4)
    second = asked(story, without(first))
    task = task_of(story, told, TaskKind.promise)
    assert "can be there by 14:40, in time" in task.words
    story.does("priya", f"/tasks/{task.key}/promise/refuse")
    story.quiet()
    first.expects("not needed at that time")
    second.replies("can do by 1500").expects("noted; the coordinator decides")
    task = task_of(story, told, TaskKind.promise)
    assert story.does("priya", f"/tasks/{task.key}/promise/accept")["said"] == "Accepted; they are told."
    story.quiet()
    second.expects("is yours")
    story.advance(minutes=15)
    second.expects_nothing()
    second.replies("ENROUTE").expects("on your way")
    assert told.word == "travelling"


def test_the_ladder_stands_still_and_is_stepped(story: Story) -> None:
    """Paused with a reason and an end, it asks nobody new and tells nobody; then all comes later by so long."""
    told = story.fall()
    position = position_of(story, told)
    first = asked(story)
    refused = story.does("priya", f"/positions/{position}/pause", {"minutes": 10, "why": ""}, 422)
    assert "Say why" in refused["problem"]
    story.does("priya", f"/positions/{position}/pause", {"minutes": 10, "why": "The GP may go."})
    story.advance(minutes=9)
    for name in (*without(first), "priya"):
        story.phone(name).expects_nothing()
    story.advance(minutes=1)
    second = asked(story, without(first))
    assert "The pause is over" in told.timeline
    done = story.does("priya", f"/positions/{position}/next-step")["said"]
    story.quiet()
    story.phone("priya").expects("nobody has accepted for 10 min")
    assert done.startswith("Done now: ")
    second.replies("1").expects("is yours")
    assert not any("Nobody has accepted" in words for words in story.alarms())


def test_a_text_is_answered_by_hand(story: Story) -> None:
    """The words of a person reach the phone; what they may not carry is refused."""
    told = story.fall()
    first = asked(story)
    first.replies("where is that exactly?").expects("a person will look")
    task = task_of(story, told, TaskKind.unread_reply)
    path = f"/messages/{task.message_id}/reply"
    assert "the address" in story.does("priya", path, {"body": "It is 12 Oak Road."}, 422)["problem"]
    story.does("priya", path, {"body": "By the church. Details after your yes."})
    story.quiet()
    first.expects("^By the church. Details after your yes.$")
    first.replies("1").expects("is yours")
    words = {"to": number_of(story, first), "body": "Her daughter waits outside."}
    story.does("priya", f"/cases/{told.case_id}/message", words)
    story.quiet()
    first.expects("Her daughter waits outside")
    assert "Priya Nair texted" in told.timeline
    assert story.count(Message, Message.read_as == "human") == 1


def test_an_opt_out_is_followed_by_nothing(story: Story) -> None:
    """S24: what they were asked goes on at once, their phone is marked, and whoever is on a visit is rung instead."""
    told = story.fall()
    first = asked(story)
    first.says("STOP")
    first.expects_nothing()
    second = asked(story, without(first))
    assert any("gets no texts any more" in words for words in story.alarms())
    said = story.does(
        "priya", f"/positions/{position_of(story, told)}/offer", {"to": number_of(story, first)}, 422
    )
    assert "gets no texts" in said["problem"]
    second.replies("2").expects("noted")
    asked(story, without(first, second))
    first.expects_nothing()
