"""What was read back no longer says that this is the person: the case is about nobody the record knows."""

from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from records.model import Case
from records.people import store
from records.service import write_line


def loosen(session: Session, case: Case, why: str, now: datetime, actor: Actor) -> None:
    """Nothing where the case is linked to nobody. What was said in it stays where it was put, and is shown there as
    said in a case that is not theirs any more, until it is linked again."""
    if case.person_id is None:
        return
    link = store.link_of(session, case.key)
    if link is not None:
        link.ended_at, link.ended_by, link.ended_why = now, actor.name, why[:300]
        session.add(link)
    case.person_id = None
    session.add(case)
    write_line(
        session, case.key, now, actor, "person_unlinked", "Not linked to the record of a person any more."
    )
