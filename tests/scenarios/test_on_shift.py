"""Who is there, with phones in hand: sickness, breaks, two who go together, one nurse for two visits, a shift handed
over."""

from typing import Any

from sqlmodel import col, select

from dispatch.model import Responder, Shift
from records import shift_handovers
from records.model import Position
from tests.scenarios.test_visit import NURSES, asked
from tests.story import LIFT, Phone, Story


def shift_of(story: Story, phone: Phone) -> int:
    with story.hub.db.read() as session:
        found = select(Shift).join(Responder, col(Responder.id) == Shift.responder_id)
        return session.exec(found.where(Responder.phone == phone.number)).one().key


def presses(story: Story, first_name: str, path: str, body: dict[str, Any]) -> str:
    """On a page that is no case's."""
    answer = story.person(first_name).post(path, json=body)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    return str(answer.json()["said"])


def without(*phones: Phone) -> tuple[str, ...]:
    return tuple(name for name in NURSES if name not in [phone.name for phone in phones])


def only(story: Story, name: str) -> None:
    """Of those who could go, only this one is on shift."""
    for other in (*NURSES, "sam"):
        if other != name:
            story.does("priya", f"/shifts/{shift_of(story, story.phone(other))}/sick", {"why": "the flu"})


def test_sick_while_asked_and_sick_on_the_way(story: Story) -> None:
    """What was offered goes to the next at once; a visit is never dropped silently."""
    told = story.fall()
    first = asked(story)
    said = story.does("priya", f"/shifts/{shift_of(story, first)}/sick", {"why": "the flu"})["said"]
    assert "is sick" in said
    story.quiet()
    second = asked(story, without(first))
    first.replies(f"1 {first.code}").expects("your shift has ended")
    second.replies("1").expects("is yours")
    second.replies("ENROUTE").expects("on your way")
    story.does("priya", f"/shifts/{shift_of(story, second)}/sick", {"why": "a fall of her own"})
    assert any("is sick and is en route" in words and "hand it back" in words for words in story.alarms())
    assert told.word == "travelling"
    second.replies("BACK").expects("handed back")
    assert not any("is sick" in words for words in story.alarms()), "it is handed back, and nobody must ring"
    asked(story, without(first, second))


def test_a_break_by_text_and_on_again(story: Story) -> None:
    """Whoever is on a break is asked nothing, and what they were asked goes on; ON, or the time, ends it."""
    story.fall()
    first = asked(story)
    first.replies("BREAK 20").expects(r"break until 14:20; it ends by itself\. ON ends it now")
    second = asked(story, without(first))
    first.replies(f"1 {first.code}").expects("you are on a break: reply ON first")
    first.replies("ON").expects("you are on until 02:00")
    first.replies(f"1 {first.code}").expects("is yours")
    second.expects("already taken")
    first.replies("BREAK 10").expects(f"you are on {first.code}: reply DONE or BACK first")
    first.replies("OFF").expects("reply DONE or BACK first")
    first.replies("BACK").expects("handed back")
    third = asked(story, without(first, second))
    third.replies("off").expects("off for the rest of this shift")
    asked(story, without(first, second, third))
    third.replies("break").expects("say for how long")


def test_two_go_together(story: Story) -> None:
    """S22: two are asked, the first to say yes waits, and both hear when the second is found."""
    rule = {"postcode": "LS8 2AB", "words": "A dog that bites.", "two": "always"}
    presses(story, "dana", "/staff-safety", rule)
    told = story.fall()
    pair = [story.phone(name) for name in NURSES if story.phone(name).unread()]
    assert len(pair) == 2
    one, other = (phone.expects("Two go together") for phone in pair)
    assert "dog" not in one.text
    one.replies("1").expects("is yours. Two go together: WAIT")
    story.advance(minutes=3)
    other.replies("1").expects(r"is yours\. Reply ENROUTE")
    one.expects("the second person is found. Meet first, go in together")
    page = story.person(one.name).get(f"/o/{one.code}", headers={"accept": "text/html"}).text
    assert "A dog that bites. Two go together." in page
    other.replies("BACK").expects("handed back")
    one.expects("the second person is NOT coming. Do NOT go in alone")
    asked(story, without(one, other)).expects_nothing()
    one.replies("ENROUTE").expects("do NOT go in alone|on your way")
    one.expects("do NOT go in alone|on your way")
    assert any("goes on ALONE where two must go" in words for words in story.alarms())
    assert told.word in ("travelling", "offered")


def test_one_nurse_for_two_visits(story: Story) -> None:
    """Assigned together: she is left to the nearer breach, and why is on the timeline."""
    only(story, "ana")
    ana = story.phone("ana")
    ana.says("OFF")
    ana.expects("off for the rest")
    later = story.fall()
    story.phone("priya").expects("no nurse can be asked")
    sooner = story.fall(LIFT)
    lea, callum = (story.phone(name).expects("Reply 1 yes 2 no") for name in ("lea", "callum"))
    lea.replies("1").expects("is yours")
    callum.expects("already taken")
    story.phone("priya").expects("no nurse can be asked")
    ana.says("ON")
    ana.expects("you are on until")
    story.advance(minutes=1)
    ana.expects(f"FP {sooner.ref}.: 1 HOUR fall")
    ana.expects_nothing()
    assert "Offered to Ana R." in sooner.timeline
    assert "min away" in sooner.timeline, "the reason is there to read"
    assert "Offered to Ana R." not in later.timeline
    ana.replies("2").expects("noted, thank you")
    story.phone("priya").expects("no nurse can be asked")
    story.advance(minutes=1)
    ana.expects(f"FP {later.ref}.: 2 HOURS fall")
    assert len(story.open_ids(Position, later.case_id)) == 1


def test_a_shift_is_handed_over(story: Story) -> None:
    """S29: the list waits for whoever comes, alarms when nobody accepts it, and is read line by line."""
    told = story.fall()
    asked(story).replies("1").expects("is yours")
    presses(story, "priya", "/hand-over", {"role": "coordinator", "words": "Quiet."})
    story.advance(minutes=9)
    assert not any("hand" in words.lower() for words in story.alarms())
    story.does(
        "priya", f"/positions/{story.open_ids(Position, told.case_id)[0]}/step", {"event": "begin_care"}
    )
    story.advance(minutes=6)
    assert any("Priya Nair" in words for words in story.alarms())
    page = story.person("dana").get("/hand-over", headers={"accept": "text/html"}).text
    assert told.ref in page
    with story.hub.db.read() as session:
        (waits,) = shift_handovers.waiting(session, story.settings.place)
    assert presses(story, "dana", f"/hand-over/{waits.key}/accept", {"ticked": [told.case_id]})
    assert not any("Priya Nair" in words for words in story.alarms())
