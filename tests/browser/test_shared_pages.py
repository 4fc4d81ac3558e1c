"""Pages of what is shared: what was written and sent, what came, who looked. In light and dark, by keyboard."""

from collections.abc import Callable
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import Page, expect

from hub.outbox import Effect, EffectState, Queue
from records import break_glass, hand_overs
from records.milestones import KIND
from records.model import Case
from records.service import take
from tests import bars
from tests.browser.screen import axe_says
from tests.control_room import ControlRoom
from tests.receiver import WHY
from triage.bars_out.model import Reason, ReferralSent

pytestmark = pytest.mark.browser


def written(room: ControlRoom, case_id: int, now: datetime) -> None:
    """One write that a record server refused, and one that it took."""
    with room.write() as session:
        for state, error in (
            (EffectState.parked, "it refused this (422: processing)"),
            (EffectState.settled, None),
        ):
            payload = {"server": "leeds", "milestones": ["opened"], "at": now.isoformat()}
            session.add(
                Effect(
                    place=room.hub.settings.place,
                    case_id=case_id,
                    queue=Queue.records,
                    kind=KIND,
                    payload=payload,
                    state=state,
                    error=error,
                    settled_at=now,
                    created_at=now,
                )
            )


def asked(room: ControlRoom, case_id: int, now: datetime) -> None:
    """A service that could not be reached yet, and one that has it."""
    with room.write() as session:
        case = take(session, case_id, now)
        actor = room.user("Jay Osei").actor
        for to, trouble in (("Palliative care team", "it cannot be reached"), ("GP practice", "")):
            row = hand_overs.request(session, case, to, "message", WHY, now, actor)
            session.add(
                ReferralSent(
                    uid=to,
                    place=case.place,
                    case_id=case.key,
                    hand_over_id=row.key,
                    service="gp",
                    request_key=to,
                    reason=Reason.new,
                    made_at=now,
                    attempts=3,
                    left_at=now,
                    tried_at=now,
                    received_at=None if trouble else now,
                    trouble=trouble,
                )
            )


def came(room: ControlRoom) -> None:
    """A referral, and a message that nothing could be made of."""
    held = bars.token(room.hub, room.hub.settings.place, room.clock.machine(), "North 999")
    with httpx.Client(base_url=room.url, headers={"authorization": f"Bearer {held}"}) as client:
        good = client.post(
            "/fhir/$process-message", json=bars.referral(room.clock.now()), headers=bars.headers()
        )
        assert good.status_code == 200
        assert client.post("/fhir/$process-message", content=b"{", headers=bars.headers()).status_code == 400


def in_both_lights(page: Page, path: str) -> None:
    page.goto(path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_says(page) == [], f"{path} {scheme}"


def test_what_is_shared_reads_well_and_is_worked_by_keyboard(
    opens: Callable[..., Page], room: ControlRoom
) -> None:
    """S30, S32, and the audit: nothing by colour alone, everything by a key."""
    case_id, now = room.case(), room.clock.now()
    written(room, case_id, now)
    asked(room, case_id, now)
    came(room)
    with room.write() as session:
        case = session.get_one(Case, case_id)
        break_glass.break_it(session, case, "she rang, and cannot speak", now, room.user("Jay Osei"))

    page = opens("/record", "Dana Cole")
    in_both_lights(page, f"{room.url}/record")
    page.get_by_role("button", name="Send again").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tag--danger")).to_have_count(0)

    in_both_lights(page, f"{room.url}/referrals")
    expect(page.get_by_text("not sent yet, tried 3 times")).to_be_visible()
    expect(page.get_by_text("waiting for their word")).to_be_visible()
    page.get_by_label("whom you told").focus()
    page.keyboard.type("Sam at North 999")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Every message could be taken in")).to_be_visible()
    in_both_lights(page, f"{room.url}/referrals/1")
    in_both_lights(page, f"{room.url}/referrals/messages/1")
    in_both_lights(page, f"{room.url}/cases/{case_id}")
    expect(page.get_by_text("Not sent yet, tried 3 times")).to_be_visible()
    page.get_by_role("button", name="Ring them instead").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not sent yet, tried 3 times")).to_have_count(0)

    page = opens("/audit", "Nora Quinn")
    in_both_lights(page, f"{room.url}/audit")
    in_both_lights(page, f"{room.url}/audit/break-glass")
    page.get_by_label("What you found").focus()
    page.keyboard.type("She was on the line.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing waits for a review.")).to_be_visible()
    assert axe_says(page) == []
