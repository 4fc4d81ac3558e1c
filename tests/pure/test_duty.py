"""S29: who may keep a case, and who inherits it. Every cell, with why."""

import pytest

from records.duty import Clinician, may_keep, on_duty
from records.model import ResponsibleAs

DUTY, ACCEPTED, MANAGER = ResponsibleAs.duty, ResponsibleAs.accepted, ResponsibleAs.manager
COLLEAGUE_HERE = Clinician(2, "Femi Ade", on_call=True, here=True)
COLLEAGUE_AWAY = Clinician(2, "Femi Ade", on_call=True, here=False)
COLLEAGUE_OFF = Clinician(2, "Femi Ade", on_call=False, here=True)


def amara(*, on_call: bool, here: bool) -> Clinician:
    return Clinician(1, "Amara Obi", on_call=on_call, here=here)


@pytest.mark.parametrize(
    ("on_call", "here", "how", "colleague", "keeps", "why"),
    [
        (True, True, DUTY, COLLEAGUE_HERE, True, "on call and at the screen"),
        (True, False, DUTY, COLLEAGUE_AWAY, True, "on call by telephone, and nobody else is at a screen"),
        (True, False, DUTY, COLLEAGUE_OFF, True, "a colleague who is not on call does not inherit"),
        (True, False, DUTY, COLLEAGUE_HERE, False, "the log-in has ended; a colleague on call is there"),
        (True, False, ACCEPTED, COLLEAGUE_HERE, False, "accepted, but no log-in any more"),
        (False, True, DUTY, COLLEAGUE_HERE, False, "the shift has ended"),
        (False, True, DUTY, COLLEAGUE_AWAY, False, "the shift has ended, whoever is there"),
        (False, True, ACCEPTED, COLLEAGUE_HERE, True, "said yes to it and is still at the screen"),
        (False, False, ACCEPTED, COLLEAGUE_HERE, False, "gone"),
        (False, False, ACCEPTED, COLLEAGUE_AWAY, False, "gone; on call by telephone is better than nobody"),
        (False, False, DUTY, COLLEAGUE_OFF, False, "gone, and nobody is on duty: the manager hears of it"),
    ],
)
def test_who_may_keep_a_case(
    on_call: bool, here: bool, how: ResponsibleAs, colleague: Clinician, keeps: bool, why: str
) -> None:
    holder = amara(on_call=on_call, here=here)
    assert may_keep(holder, how, [holder, colleague]) is keeps, why


def test_a_manager_only_until_there_is_a_clinician_on_duty() -> None:
    assert may_keep(None, MANAGER, [COLLEAGUE_OFF])
    assert not may_keep(None, MANAGER, [COLLEAGUE_AWAY])


def test_somebody_who_has_left_the_hub_or_nobody_keeps_nothing() -> None:
    assert not may_keep(None, DUTY, [COLLEAGUE_HERE])
    assert not may_keep(None, None, [])


def test_at_a_screen_before_on_call_alone() -> None:
    away, here = amara(on_call=True, here=False), COLLEAGUE_HERE
    assert on_duty([away, here]) is here
    assert on_duty([here, away]) is here
    assert on_duty([COLLEAGUE_OFF]) is None
    assert on_duty([]) is None
