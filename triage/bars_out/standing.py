"""How a hand-over that went by message stands, in words for people. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from records.asked_elsewhere import MESSAGE
from records.lifecycles import HandOverState
from records.model import HandOver
from triage.bars_out.model import Reason, ReferralSent

Clock = Callable[[datetime], str]
RING = "Ring them."
ASKED = (HandOverState.requested, HandOverState.timed_out, HandOverState.refused)
WHAT = {Reason.new: "sent", Reason.update: "told of changes", Reason.revoked: "told that they are not needed"}


def in_words(sent: Sequence[ReferralSent], clock: Clock) -> str:
    """`sent`: of one hand-over, the oldest first. What was asked last counts, and what was said since."""
    newest_new = max((i for i, one in enumerate(sent) if one.reason is Reason.new), default=0)
    return " · ".join(said(one, clock) for one in sent[newest_new:])


def may_ring_instead(row: HandOver, sent: Sequence[ReferralSent]) -> bool:
    """Where nobody knows that they have what they are asked, or they have said no to it."""
    if row.dialled_by != MESSAGE or row.state not in ASKED:
        return False
    newest = next((one for one in reversed(sent) if one.reason is Reason.new), None)
    has_it = newest is not None and newest.received_at is not None and newest.refused_at is None
    return not has_it or row.state is HandOverState.refused


def said(one: ReferralSent, clock: Clock) -> str:
    """`sent 14:31, received, waiting for their word`; or not sent, and why."""
    what = WHAT[one.reason]
    if one.refused_at is not None:
        return f"{what} {clock(one.left_at or one.made_at)}, not taken: {one.trouble}"
    if one.received_at is not None:
        waits = ", waiting for their word" if one.reason is Reason.new else ""
        return f"{what} {clock(one.left_at or one.received_at)}, received {clock(one.received_at)}{waits}"
    if one.given_up_at is not None:
        return f"not {what}: {one.trouble}. {RING}"
    if one.tried_at is not None and one.trouble:
        times = "once" if one.attempts == 1 else f"{one.attempts} times"
        return f"not {what} yet, tried {times}, last {clock(one.tried_at)}: {one.trouble}"
    return f"about to be {what}"
