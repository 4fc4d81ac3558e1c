"""What the dialog "how does it end?" offers, on the call screen and on the board."""

from fastapi import Request

from triage.api import library_of


def services_of(request: Request) -> list[tuple[str, str, str]]:
    """Id, key and title of each service a case can be handed to, in the house's order."""
    services = library_of(request).house.services.values()
    return [(one.id, str(nth), one.title) for nth, one in enumerate(services, start=1)]
