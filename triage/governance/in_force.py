"""What was decided of a place's protocols, for whatever process runs them."""

from datetime import UTC, datetime

from sqlmodel import Session

from hub.clock import Clock
from hub.db import Database
from protocols.governed import NOTHING_DECIDED, Governed
from triage.governance import store
from triage.governance.standing import Standing, State, standings, stopped

FAR = datetime.max.replace(tzinfo=UTC)


class Rulings:
    """Asked again and again, it reads the whole only when something was done, or a start has come."""

    def __init__(self, db: Database, clock: Clock, place: str, *, training: bool) -> None:
        self._db, self._clock, self._place, self._training = db, clock, place, training
        self._marks: object = None
        self._kept, self._until = NOTHING_DECIDED, FAR

    def __call__(self) -> Governed:
        """The same object as before where nothing has changed. Raises where the database is away."""
        now = self._clock.now()
        with self._db.read() as session:
            marks = store.marks(session, self._place)
            if marks != self._marks or now >= self._until:
                self._kept, self._until = decided(session, self._place, now, training=self._training)
                self._marks = marks
        return self._kept


def decided(session: Session, place: str, now: datetime, *, training: bool) -> tuple[Governed, datetime]:
    """What counts now, and until when, if nobody does anything."""
    acts = store.acts(session, place)
    found = standings(store.versions(session, place), acts, now, training=training)
    runs = [one for one in found if one.state is State.in_force and (one.decided or not training)]
    texts = store.texts(session, {one.version.sha256 for one in runs})
    titles = {(one.version.kind, one.version.protocol): one.version.title for one in reversed(found)}
    governed = Governed(
        texts={
            (one.version.kind, one.version.protocol): texts[one.version.sha256]
            for one in runs
            if one.version.sha256 in texts
        },
        over=frozenset(_over(found, runs)),
        stopped=stopped(acts, titles),
    )
    return governed, min((one.since for one in found if one.since and one.since > now), default=FAR)


def _over(found: list[Standing], runs: list[Standing]) -> list[str]:
    """What was withdrawn, and what was there before something else was put in force."""
    since = {(one.version.kind, one.version.protocol): one for one in runs}
    over: list[str] = []
    for one in found:
        runner = since.get((one.version.kind, one.version.protocol))
        older = (
            runner is not None
            and one is not runner
            and runner.since is not None
            and one.version.proposed_at <= runner.since
        )
        if older or one.state is State.withdrawn:
            over.append(one.version.sha256)
    return over
