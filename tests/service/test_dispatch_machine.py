"""Dispatch under random hands: what must always be true holds after every step, whatever comes in which order."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlmodel import Session, select

from hub import deadlines, outbox
from hub.outbox import Effect, Queue
from records.model import Position
from tests.service.conftest import PLACE
from tests.service.random_hands import KINDS
from tests.service.wider_hands import WiderHands
from tests.story import START


@pytest.fixture(autouse=True)
def few_words() -> Iterator[None]:
    """The machine makes carriers fail on purpose; nobody reads those warnings."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def run(laid_out: Path, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        cast(Any, lambda: WiderHands(laid_out)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_dispatch_under_random_hands(laid_out: Path) -> None:
    run(laid_out, examples=12, steps=40)


@pytest.mark.soak
def test_dispatch_under_many_random_hands(laid_out: Path) -> None:
    run(laid_out, examples=400, steps=70)


def test_the_machine_can_fail(laid_out: Path) -> None:
    """An invariant that cannot fail proves nothing: each of these faults is seen."""

    def forget_deadlines(machine: WiderHands, session: Session) -> None:
        deadlines.clear_case(session, 1)

    def second_owner(machine: WiderHands, session: Session) -> None:
        position = session.exec(select(Position)).one()
        position.state, position.responder_id = "accepted", 1  # type: ignore[assignment]
        session.add(position)

    def talk(machine: WiderHands, session: Session) -> None:
        effect = Effect(
            place=PLACE,
            queue=Queue.dispatch,
            kind="sms",
            payload={"text": "Mrs Doyle, 12 Oak Road"},
            created_at=START,
        )
        outbox.append(session, effect)

    for fault in (forget_deadlines, second_owner, talk):
        machine = WiderHands(laid_out)
        try:
            machine.call("two_hours", [KINDS[0]], "fall")
            machine.what_must_always_be_true()
            with machine.db.write() as session:
                fault(machine, session)
            with pytest.raises(AssertionError):
                machine.what_must_always_be_true()
        finally:
            machine.teardown()
