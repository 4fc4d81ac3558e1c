"""One visit may wait behind the one that somebody is on: their next."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlmodel import select

from dispatch.duty_model import Pause, PauseKind
from dispatch.model import Responder
from records.model import Position, Task
from records.store import rows_of
from tests.scenarios.test_by_hand import number_of
from tests.story import Phone, Story, Told


def only(story: Story, *names: str) -> None:
    """Everybody else has a break for the whole day."""
    now = story.clock.now()
    with story.hub.db.write() as session:
        for who in session.exec(select(Responder)):
            if who.name.split(" ")[0].lower() not in names:
                pause = Pause(
                    place=who.place,
                    responder_id=who.key,
                    kind=PauseKind.on_break,
                    starts_at=now,
                    ends_at=now + timedelta(hours=12),
                )
                session.add(pause)


def sent_to(story: Story, told: Told, phone: Phone) -> str:
    """Their yes to the first visit; returns its code."""
    code = phone.expects("Reply 1 yes 2 no").code
    phone.replies("1").expects("is yours. Reply ENROUTE")
    phone.replies("ENROUTE").expects("on your way")
    phone.replies("ARRIVED").expects("at the door")
    phone.replies("WITH").expects("care has begun")
    assert told.word == "with them"
    return code


def row(story: Story, told: Told) -> Position:
    (key,) = story.open_ids(Position, told.case_id)
    with story.hub.db.read() as session:
        return session.get_one(Position, key)


def second(story: Story, phone: Phone, before: str, answer: str = "1") -> tuple[Told, str]:
    """Another call, for which nobody is free: it is offered as their next."""
    told = story.fall(postcode="LS17 5AA")
    phone.expects(rf"As your next, after {before}\. .*Reply 1 yes 2 no")
    code = phone.code
    assert "Maureen" not in phone.text
    phone.replies(answer)
    return told, code


def test_asked_as_next_when_nobody_is_free_and_done_makes_it_theirs(story: Story) -> None:
    """S23, S24, S25: ENROUTE counts from the DONE before it; a bare word means the visit that they are on."""
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    then, code = second(story, ana, before)
    ana.expects(rf"{code} is yours next, after {before}")
    assert then.word == "accepted"
    waits = row(story, then)
    assert (waits.is_next, waits.responder_name) == (True, "Ana R. · nurse (next)")
    ana.replies(f"ENROUTE {code}").expects("a person will look")
    assert row(story, then).state == "accepted", "it has not begun: a human asks which is meant"
    story.advance(minutes=15)
    ana.replies("DONE").expects("done, thank you")
    ana.expects(rf"{code} is yours now: reply ENROUTE")
    begun = row(story, then)
    assert (begun.is_next, begun.responder_name) == (False, "Ana R. · nurse")
    story.advance(minutes=9)
    ana.expects_nothing()
    story.advance(minutes=1)
    ana.expects("have you set off")
    ana.replies("ENROUTE").expects(f"{code}: on your way")
    assert then.word == "travelling"


def test_the_next_is_handed_back_by_its_code_and_the_visit_goes_on(story: Story) -> None:
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    then, code = second(story, ana, before)
    ana.expects("is yours next")
    ana.replies(f"BACK {code}").expects(f"{code}: handed back")
    assert (then.word, first.word) == ("seeking", "with them")
    story.phone("priya").expects("can be asked just now")
    ana.replies("DONE").expects(f"{before}: done, thank you")
    ana.expects_nothing()


def test_the_visit_before_is_handed_back_and_the_next_begins(story: Story) -> None:
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    then, code = second(story, ana, before)
    ana.expects("is yours next")
    ana.replies("BACK").expects(f"{before}: handed back")
    ana.expects(rf"{code} is yours now")
    story.phone("priya").expects("can be asked just now")
    assert (then.word, first.word) == ("accepted", "seeking")


def test_stood_down_before_it_began(story: Story) -> None:
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    then, code = second(story, ana, before)
    ana.expects("is yours next")
    story.does("priya", f"/positions/{row(story, then).key}/stand-down", {"why": "A neighbour has helped."})
    story.quiet()
    ana.expects(f"{code}: stood down")
    ana.replies("DONE").expects(f"{before}: done, thank you")
    ana.expects_nothing()


def test_the_visit_before_takes_too_long_and_a_coordinator_gives_it_to_another(story: Story) -> None:
    """S5, S25: at the latest safe departure it rings, while the time can still be kept."""
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    then, code = second(story, ana, before)
    ana.expects("is yours next")
    waits = row(story, then)
    leave_at = waits.due_at - timedelta(minutes=(waits.travel_min or 0) + 10)
    while story.clock.now() < leave_at - timedelta(minutes=1):
        story.advance(minutes=min(20, (leave_at - story.clock.now()).total_seconds() / 60 - 0.5))
        if ana.unread():
            ana.replies("OK") if "all well" in ana.expects(".").text else None
            ana.expects("thank you")
    assert not any("has " + then.ref in words for words in story.alarms())
    story.advance(minutes=1)
    assert any(f"still on another visit and has {then.ref} next" in words for words in story.alarms())
    with story.hub.db.write() as session:
        tom = session.exec(select(Responder).where(Responder.name.startswith("Tom"))).one()
        for pause in session.exec(select(Pause).where(Pause.responder_id == tom.key)):
            session.delete(pause)
    why: dict[str, Any] = {"to": tom.key, "why": "Ana is still with somebody."}
    story.does("priya", f"/positions/{waits.key}/reassign", why)
    story.quiet()
    ana.expects(f"{code}: stood down")
    story.phone("tom").expects("Reply 1 yes 2 no").replies("1").expects("is yours. Reply ENROUTE")
    assert not any("still on another visit" in words for words in story.alarms())
    assert first.word == "with them"


def test_a_visit_is_given_to_somebody_as_their_next(story: Story) -> None:
    """A coordinator takes it from who is far, and gives it to who will be done near by; the text says it is after."""
    only(story, "ana", "tom")
    first = story.fall()
    near, far = (
        (story.phone("ana"), story.phone("tom"))
        if story.phone("ana").unread()
        else (story.phone("tom"), story.phone("ana"))
    )
    before = sent_to(story, first, near)
    then = story.fall(postcode="LS8 4AA")
    far.expects("Reply 1 yes 2 no").replies("1").expects("is yours. Reply ENROUTE")
    given = {"to": number_of(story, near), "why": "She is next door.", "as_next": True}
    plain = story.does(
        "priya", f"/positions/{row(story, then).key}/reassign", given | {"as_next": False}, 422
    )
    assert "offer it as their next" in plain["problem"]
    assert row(story, then).responder_id == number_of(story, far), "nothing is taken away"
    said = story.does("priya", f"/positions/{row(story, then).key}/reassign", given)["said"]
    assert said.endswith("as their next.")
    story.quiet()
    far.expects("stood down, thank you")
    near.expects(rf"As your next, after {before}\.").replies("1").expects("is yours next")
    assert row(story, then).is_next
    near.replies("DONE").expects("done, thank you")
    near.expects("is yours now")
    assert then.word == "accepted"


def test_two_next_said_yes_to_at_once(story: Story) -> None:
    """Invariant 3: the database keeps one next; the other yes is told why it does not count."""
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    one, code = second(story, ana, before, answer="no but later")
    ana.expects("a person will look")
    story.advance(minutes=4)
    other, another = second(story, ana, before, answer="no but later")
    ana.expects("a person will look")
    with ThreadPoolExecutor(2) as both:
        list(both.map(ana.sends, (f"1 {code}", f"1 {another}")))
    story.quiet()
    said = [entry["text"] for entry in ana.unread()]
    assert sum("is yours next" in text for text in said) == 1, said
    assert sum("already taken" in text or "a next visit already" in text for text in said) == 1, said
    for _ in said:
        ana.expects(".")
    assert sorted((one.word, other.word)).count("accepted") == 1
    for phone in (story.phone("priya"),):
        while phone.unread():
            phone.expects(".")


def test_a_done_by_mistake_is_taken_back_after_the_next_has_begun(story: Story) -> None:
    """S25, invariant 3: what they have not set off to waits again; once they are on the way, somebody else is asked."""
    only(story, "ana")
    ana = story.phone("ana")
    first = story.fall()
    before = sent_to(story, first, ana)
    (visit,) = story.open_ids(Position, first.case_id)
    then, code = second(story, ana, before)
    ana.expects("is yours next")
    ana.replies("DONE").expects("done, thank you")
    ana.expects(f"{code} is yours now")
    why = {"why": "She texted it in the wrong minute."}
    story.does("priya", f"/positions/{visit}/undo", why)
    story.quiet()
    ana.expects(f"{code} waits again: it is your next, after {before}")
    assert (first.word, then.word) == ("with them", "accepted")
    waits = row(story, then)
    assert (waits.is_next, waits.responder_name) == (True, "Ana R. · nurse (next)")
    story.advance(minutes=12)
    assert not any("not set off" in words for words in story.alarms())
    ana.replies("DONE").expects("done, thank you")
    ana.expects(f"{code} is yours now")
    ana.replies("ENROUTE").expects("on your way")
    said = story.does("priya", f"/positions/{visit}/undo", why)["said"]
    assert "this one stays done; a task asks for somebody else" in said
    assert (first.word, then.word) == ("to finish", "travelling")
    with story.hub.db.read() as session:
        live = [task.words for task in rows_of(session, Task, first.case_id, live=True)]
    assert "Ana R. · nurse was not done here and is on another visit by now: ask for somebody else." in live
