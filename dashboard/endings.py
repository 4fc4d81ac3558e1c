"""What the dialog "how does it end?" offers, on the call screen and on the board."""

from protocols.loader import Library


def services_of(library: Library) -> list[tuple[str, str, str]]:
    """Id, key and title of each service a case can be handed to, in the house's order."""
    services = library.house.services.values()
    return [(one.id, str(nth), one.title) for nth, one in enumerate(services, start=1)]
