"""A whole case written back to a real FHIR server that is cut, slowed and corrupted between every two requests."""

import itertools
from datetime import timedelta
from typing import Any

from sqlmodel import select

from hub.outbox import Effect, EffectState
from records.milestones import KIND
from tests.fhir_server import FhirServer
from tests.story import Story

TROUBLE: tuple[dict[str, Any], ...] = (
    {"kill": True},
    {"drop_after": True},
    {"status": 503, "retry_after": 30},
    {"half": True},
    {"garbage": True},
    {"slow_s": 0.9},
    {"status": 409},
    {"status": 429, "retry_after": 5},
    {"hang": True},
    {"status": 412},
    {"status": 500},
)
"""Time-out is 0.6 s here, so that what is slow is done and not heard of."""
KINDS = ("Encounter", "ServiceRequest", "Task", "QuestionnaireResponse", "Patient")


def test_none_missing_none_twice_all_in_order(fhir: FhirServer, story: Story) -> None:
    """S1, S2, S14: each milestone of a visit, with trouble before and after each request that gets through."""
    fhir.next(*itertools.chain.from_iterable(({**one}, {}) for one in TROUBLE * 2))
    told = story.takes_call(born="3/7/1941")
    told.types(read_back="person_name, born")
    story.advance(minutes=2)
    told.answers(mobility="worse")
    told.commits()
    story.quiet()
    ana = story.phone("ana").expects("Reply 1 yes 2 no")
    story.advance(minutes=1)
    ana.replies("1").expects("is yours")
    for step, heard in (("ARRIVED", "at the door"), ("WITH", "care has begun"), ("DONE", "done, thank you")):
        story.advance(minutes=2)
        ana.replies(step).expects(heard)
    told.ends("visited", "Up and safe.")
    assert told.word == "closed"
    for _ in range(6):
        story.clock.machine_ahead += timedelta(minutes=6)  # longer than the server is ever left alone
        story.advance(minutes=40)
    assert fhir.milestones() == ["opened", "disposition", "accepted", "attended", "outcome, closed"]
    assert {kind: len(fhir.kept(kind)) for kind in KINDS} == dict.fromkeys(KINDS, 1)
    (encounter,), (task,) = fhir.kept("Encounter"), fhir.kept("Task")
    assert (encounter["status"], task["status"]) == ("finished", "completed")
    assert encounter["period"]["start"] == story.case(told.case_id).clock_start.isoformat(timespec="seconds")
    with story.hub.db.read() as session:
        writes = session.exec(select(Effect).where(Effect.kind == KIND)).all()
    assert {one.state for one in writes} == {EffectState.settled}
