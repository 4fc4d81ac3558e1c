"""Several positions on one case: each with its own offers and ladder, and people who arrive apart."""

from datetime import timedelta

from records.model import Position
from tests.scenarios.test_visit import NURSES
from tests.service.test_needs import CATHETER
from tests.story import LIFT, Phone, Story


def positions(story: Story, case_id: int) -> dict[str, Position]:
    """By what they are."""
    with story.hub.db.read() as session:
        rows = [session.get_one(Position, key) for key in story.open_ids(Position, case_id)]
    return {row.kind: row for row in rows}


def taken_by(story: Story, *names: str, label: str = "1 HOUR fall") -> Phone:
    """Two are asked at once for what is due within the hour; the one says yes, and the other is told."""
    phones = [story.phone(name).expects(label) for name in names if story.phone(name).unread()]
    assert len(phones) == 2, [phone.name for phone in phones]
    phones[0].replies("1").expects("is yours. Reply ENROUTE")
    phones[1].expects("already taken")
    return phones[0]


def test_a_joint_visit_whose_people_arrive_apart(story: Story) -> None:
    """S2: who lifts is there first and the clock goes on; it stops when the nurse begins care, and never again."""
    told = story.fall(LIFT)
    lifter = taken_by(story, "lea", "callum")
    nurse = taken_by(story, *NURSES)
    assert {kind: row.state.value for kind, row in positions(story, told.case_id).items()} == {
        "nurse": "accepted",
        "falls_responder": "accepted",
    }
    story.advance(minutes=8)
    lifter.replies("ARRIVED").expects("at the door")
    lifter.replies("WITH").expects("care has begun")
    assert told.word == "with them"
    assert story.case(told.case_id).clock_stop is None, "a lifting volunteer does not stop it"
    story.advance(minutes=1)
    nurse.replies("ENROUTE").expects("on your way")
    story.advance(minutes=14)
    nurse.replies("WITH").expects("care has begun")
    assert story.case(told.case_id).clock_stop == story.clock.at
    stopped = story.clock.at
    lifter.replies("DONE").expects("done, thank you")
    assert told.word == "with them", "the nurse is there still"
    story.advance(minutes=20)
    nurse.replies("DONE").expects("done, thank you")
    assert story.case(told.case_id).clock_stop == stopped
    assert told.word == "to finish"


def test_one_position_is_accepted_and_the_other_climbs(story: Story) -> None:
    """Each has its own offers and its own ladder: the nurse who comes does not quieten the search for who lifts."""
    told = story.fall(LIFT)
    nurse = taken_by(story, *NURSES)
    lifters = [story.phone(name).expects("1 HOUR fall") for name in ("lea", "callum")]
    for phone in lifters:
        phone.replies("2").expects("noted, thank you")
    both = positions(story, told.case_id)
    assert (both["nurse"].state, both["falls_responder"].state) == ("accepted", "open")
    assert told.word == "accepted", "somebody comes; what is still sought stands beside it"
    assert any("Nobody can be asked for the falls responder" in words for words in story.alarms())
    story.phone("priya").expects("no Falls responder .*can be asked just now")
    nurse.replies("ENROUTE").expects("on your way")
    story.advance(minutes=6)
    story.phone("priya").expects("nobody has accepted for 6 min")
    assert positions(story, told.case_id)["nurse"].state == "en_route"
    assert "Nobody has accepted the falls responder" in "\n".join(story.alarms())


def test_two_positions_of_different_priorities_on_one_case(story: Story) -> None:
    """S11: a painful catheter within the hour and a therapist within two days: each at its own priority, with its own
    offers, its own ladder and its own time; the board's clock is that of the more urgent."""
    told = story.takes_call()
    told.answers()
    therapy = told.assessment_id
    told.begins("blocked-catheter")
    for question, answer in CATHETER.items():
        body = {"question": question, "answer": answer}
        story.does("jay", f"/assessments/{told.assessment_id}/answer", body)
    for number in (therapy, told.assessment_id):
        story.does("jay", f"/assessments/{number}/finish", {})
    told.hangs_up()
    story.quiet()
    start = story.case(told.case_id).clock_start
    both = positions(story, told.case_id)
    due = {kind: (row.priority, row.due_at - start) for kind, row in both.items()}
    assert due == {
        "therapist": ("two_days", timedelta(days=2)),
        "nurse": ("one_hour", timedelta(hours=1)),
    }
    ines = story.phone("ines").expects("2 DAYS")
    nurse = taken_by(story, *NURSES, label="1 HOUR")
    story.advance(minutes=7)
    ines.expects_nothing()
    story.phone("priya").expects_nothing()
    nurse.replies("WITH").expects("care has begun")
    case = story.case(told.case_id)
    assert case.priority == "one_hour"
    assert case.clock_stop == story.clock.at
    nurse.replies("DONE").expects("done, thank you")
    after = positions(story, told.case_id)
    assert set(after) == {"therapist"}, "what is not so urgent is still owed"
    assert told.word == "offered"
    ines.replies("1").expects("is yours")
    assert told.word == "accepted"
