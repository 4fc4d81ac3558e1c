"""A place is the area that one hub serves, and the natural shard: every row carries it."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlmodel import Field, Session, SQLModel

from hub.errors import NotFound


class Place(SQLModel, table=True):
    """Live or training: the SMS carrier, the use of draft protocols and the look of the frame belong to it."""

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=80)
    training: bool
    zone: str = Field(default="Europe/London", max_length=60)
    hub_number: str = Field(max_length=20, description="E.164; the number that texts and calls come from")
    public_number: str = Field(max_length=20, description="as people read it: 0113 496 0000")

    def local(self) -> ZoneInfo:
        return _zone(self.zone)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def place_of(session: Session, place_id: str) -> Place:
    place = session.get(Place, place_id)
    if place is None:
        raise NotFound("There is no such place in this hub.")
    return place
