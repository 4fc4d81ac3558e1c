"""At the start: every service that can be asked by a message is one of the house's."""

from collections.abc import Iterable

from hub.errors import Refused
from hub.services import SETTING, Service
from protocols.model import House


def must_be_of_house(services: Iterable[Service], house: House) -> None:
    """Raises `Refused` with those that the house file does not name. Pure."""
    strange = [one.service for one in services if one.service not in house.services]
    if strange:
        raise Refused(
            f"{SETTING}: {', '.join(strange)} is no service of protocols/house.yaml. "
            f"It names {', '.join(house.services)}."
        )
