"""A case is handed to another service of the house's list (111, a GP practice, district nursing): open until they have
confirmed; refused or silent it comes back to work on its old clock (S30)."""

from datetime import timedelta

from sqlmodel import Session

from hub.errors import Conflict, Refused
from records import hand_overs
from records.model import Case, CaseState, HandOver, Outcome
from records.service import take
from triage.bars_out import asking, store
from triage.endings import Ending

NHS_111 = "nhs_111"


def refer(
    session: Session, case: Case, service_id: str, dialled_by: str, why: str, hub_url: str, by: Ending
) -> HandOver:
    """To a service that takes messages the hub sends one, where it is the hub's to ask.

    Raises `Refused` for a service that is not on the list or without a why, `Conflict` in danger of life."""
    house = by.library.house
    service = house.services.get(service_id)
    if service is None:
        raise Refused("Choose the service from the list. Nothing was changed.")
    if not why.strip():
        raise Refused(f"Say in a few words what you ask {service.title} for. Nothing was changed.")
    if dialled_by not in ("caller", "hub"):
        raise Refused("Say who rings them: the caller, or the hub.")
    case = take(session, case.key, by.now)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Open it again, or begin a new call for a new need.")
    if case.priority is not None and house.rank[case.priority] == 0:
        raise Conflict(
            f"This is {house.priority(case.priority).label}: hand over to 999, not to {service.title}."
        )
    by_message = dialled_by == "hub" and service_id in session.info.get("services", {})
    row = hand_overs.request(
        session,
        case,
        service.title,
        hand_overs.MESSAGE if by_message else dialled_by,
        why.strip(),
        by.now,
        by.actor,
        confirm_in=timedelta(minutes=service.confirm_min),
        ends_as=Outcome.handed_over if service_id == NHS_111 else Outcome.referred,
    )
    if row.dialled_by == hand_overs.MESSAGE and not store.of_hand_over(session, row.key):
        asking.ask(session, row, case, service_id, hub_url, by.now)
    return row
