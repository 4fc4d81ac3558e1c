"""What the dialog "how does it end?" offers, on the call screen and on the board."""

from fastapi import Request

from hub.gate import hub_of
from triage.api import library_of


def services_of(request: Request) -> list[tuple[str, str, str]]:
    """Id, key and title of each service a case can be handed to, in the house's order, and how it is asked."""
    services, by_message = library_of(request).house.services.values(), hub_of(request).db.services
    return [
        (one.id, str(nth), f"{one.title} (by message)" if one.id in by_message else one.title)
        for nth, one in enumerate(services, start=1)
    ]
