"""Two persons turn out to be one, and back. Nothing is moved: each row keeps whom it was said of, so that undoing a
merge gives exactly that back, and what was added since stays with whom it was added to."""

from datetime import datetime

from sqlmodel import Session, col, select

from hub import audit
from hub.actors import Actor
from hub.errors import Conflict, NotFound, Refused
from records import deaths
from records.model import Case
from records.people import store
from records.people.died import died
from records.people.link_model import Merge
from records.people.model import Person


def merge(
    session: Session, place: str, from_id: int, into_id: int, why: str, now: datetime, actor: Actor
) -> Merge:
    """`from_id` was `into_id` all along. Raises `Refused` without a reason or of one with itself, `Conflict` where one
    of the two has been merged already, `NotFound`."""
    if not why.strip():
        raise Refused("Say how you know that they are one person; the reason is kept.")
    if from_id == into_id:
        raise Refused("These are one record already.")
    came, stays = store.lock(session, place, from_id, into_id)
    if came.merged_into is not None or stays.merged_into is not None:
        raise Conflict("One of the two has just been merged into another. Load it again and look.")
    done = Merge(
        place=place,
        from_id=from_id,
        into_id=into_id,
        why=why.strip()[:300],
        by=actor.name,
        at=now,
        brought=brought_by(session, came),
    )
    had_died = bool(died(session, came)), bool(died(session, stays))
    came.merged_into = into_id
    session.add_all([came, done])
    session.flush()
    if any(had_died) and not all(had_died):
        deaths.warn(session, deaths.open_about(session, stays), deaths.ON_RECORD, now)
    audit.note(session, place, now, actor, "person_merged", f"person:{into_id}", f"person:{from_id}")
    return done


def unmerge(session: Session, place: str, merge_id: int, why: str, now: datetime, actor: Actor) -> Merge:
    """They are two persons after all, in whatever order merges are undone. Raises as `merge` does."""
    if not why.strip():
        raise Refused("Say how you know that they are two persons; the reason is kept.")
    done = find(session, place, merge_id)
    came, _ = store.lock(session, place, done.from_id, done.into_id)
    session.refresh(done)
    if done.undone_at is not None:
        raise Conflict(f"{done.undone_by} has undone this already.")
    came.merged_into = None
    done.undone_at, done.undone_by, done.undone_why = now, actor.name, why.strip()[:300]
    session.add_all([came, done])
    session.flush()
    audit.note(
        session, place, now, actor, "person_unmerged", f"person:{done.into_id}", f"person:{done.from_id}"
    )
    return done


def find(session: Session, place: str, merge_id: int) -> Merge:
    """Raises `NotFound`."""
    done = session.get(Merge, merge_id)
    if done is None or done.place != place:
        raise NotFound(store.NOBODY)
    return done


def brought_by(session: Session, person: Person) -> dict[str, list[int]]:
    """The numbers of all rows that are shown with this person, by table, whoever asks."""
    ids = [one.key for one in store.members(session, person)]
    found = {"person": sorted(ids)}
    for kind in store.KINDS:
        of_them = select(kind.id).where(col(kind.person_id).in_(ids)).order_by(col(kind.id))
        found[str(kind.__tablename__)] = [one for one in session.exec(of_them) if one is not None]
    cases = select(Case.id).where(col(Case.person_id).in_(ids)).order_by(col(Case.id))
    found["case_"] = [one for one in session.exec(cases) if one is not None]
    return found
