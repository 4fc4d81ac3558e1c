"""The ground floor on both databases, with one place in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hub.db import Database
from hub.events import EventCounter
from hub.places import Place

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
PLACE = "leeds"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    with made.write() as session:
        session.add(
            Place(
                id=PLACE,
                name="Leeds",
                training=True,
                hub_number="+441134960000",
                public_number="0113 496 0000",
            )
        )
        session.add(EventCounter(place=PLACE))
    yield made
    made.close()
