"""A review date nags: some weeks before it, and every week until somebody has looked at the protocol again."""

from datetime import datetime, timedelta

from sqlmodel import Session

from hub import deadlines
from hub.deadlines import Deadline
from hub.places import place_of
from records import alarms
from triage.governance import store
from triage.governance.model import Version
from triage.governance.standing import NAG_BEFORE, State, review_is_near, standings

ALARM = "protocol_review"
AGAIN_IN = timedelta(days=7)
RUNS = (State.in_force, State.starts)


def watch(session: Session, version: Version, now: datetime) -> None:
    """From the day on which it is registered."""
    if version.review_by is not None:
        on = datetime.combine(
            version.review_by, now.timetz().replace(hour=8, minute=0, second=0, microsecond=0)
        )
        _look_at(session, version, max(on - NAG_BEFORE, now + timedelta(minutes=1)))


def nag(session: Session, version_id: int, now: datetime) -> None:
    """One alarm for all of a place that wait for their review; what runs no more does not nag."""
    version = session.get_one(Version, version_id)
    place = place_of(session, version.place)
    found = standings(
        store.versions(session, place.id), store.acts(session, place.id), now, training=place.training
    )
    own = next(one for one in found if one.version.key == version_id)
    if own.state in (State.replaced, State.withdrawn):
        return
    if own.state in RUNS:
        due = [one.version for one in found if one.state in RUNS and review_is_near(one.version, now.date())]
        names = ", ".join(f"{one.title} ({one.review_by:%d/%m/%Y})" for one in due)
        words = f"{len(due)} protocol{'s' if len(due) != 1 else ''} must be reviewed: {names}"
        alarms.ring(session, place.id, ALARM, "place", words[:300], now)
    _look_at(session, version, now + AGAIN_IN)


def _look_at(session: Session, version: Version, at: datetime) -> None:
    due = Deadline(
        place=version.place,
        kind="protocol_review",
        owner="protocol_version",
        subject=version.key,
        due_at=at,
        human=False,
    )
    deadlines.set_deadline(session, due)
