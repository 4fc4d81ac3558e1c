"""One event as a message to each kind of viewer: rendered once for all who are told alike, never once per viewer."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.board import alarm_html, call_html, case_html, task_html
from dashboard.crew import crew_of
from dashboard.frame import fragment
from dashboard.views import ACTS, MACHINES, SEES_SEALED, SEES_TASKS, View
from dashboard.wall import fit_for_wall
from dispatch import duty
from dispatch.store import texts_by_id
from hub.events import Event
from hub.places import Place, place_of
from records import seen
from records.board import JUST_SEALED, Facts

Message = dict[str, Any]
Told = dict[View, Message]


def render(
    session: Session, app: FastAPI, event: Event, place: Place, now: datetime, sealed: Collection[int]
) -> Told:
    """Who may not see what it is about gets its number alone. `sealed`: the cases that are sealed by now."""
    number: Message = {"cursor": event.n}
    topic, subject, facts, seers = _about(event, sealed)
    named = {**number, "topic": topic, "id": f"{topic}-{subject}"}
    if facts is None:
        return _to(View, number) | _to(seers, {**named, "gone": True})

    if event.topic == "message":  # whoever reads messages looks again; nothing of it is told
        return _to(View, number) | _to(seers, {**named, "case": facts["case"]})

    def shown(view: View, facts: Facts) -> Message:
        return {**named, "html": _html(session, app, event, facts, place, view, now)}

    told = _to(View, number) | _to(seers, shown(View.seniors, facts))
    told |= _to(seers & MACHINES, {**named, "at": event.at.isoformat(), "facts": facts})
    if View.eyes in seers and topic in ("alarm", "call"):
        told[View.eyes] = shown(View.eyes, facts)
    if View.wall in seers:
        told[View.wall] = shown(View.wall, fit_for_wall(topic, facts))
    return told


def seen_by(event: Event, view: View, sealed: Collection[int]) -> tuple[str, str, Facts | None]:
    """The same without a page: topic, subject and facts, all of them empty for who may not see it."""
    topic, subject, facts, seers = _about(event, sealed)
    return (topic, subject, facts) if view in seers else ("", "", None)


def _about(event: Event, sealed: Collection[int]) -> tuple[str, str, Facts | None, frozenset[View]]:
    """Topic, subject, what is shown of it from now on (None: it is gone), and the kinds of viewer who may know (S18).

    What has just been sealed is gone for those alone who saw it until now. An event from before that is not told again
    to them either, so `sealed` says which cases are sealed by now.
    """
    if event.topic == JUST_SEALED:
        topic, _, subject = event.subject.partition("-")
        return topic, subject, None, _seers(topic) - SEES_SEALED
    facts, seers = event.facts, _seers(event.topic)
    if facts is None:
        return event.topic, event.subject, None, seers
    case = event.subject if event.topic == "case" else facts.get("case")
    if facts.get("sealed") or (case is not None and int(case) in sealed):
        seers &= SEES_SEALED
    return event.topic, event.subject, None if facts.get("gone") else facts, seers


def _to(views: Iterable[View], message: Message) -> Told:
    return dict.fromkeys(views, message)


def _seers(topic: str) -> frozenset[View]:
    if topic == "message":
        return ACTS
    if topic == duty.TOPIC:
        return frozenset()  # it says no more than that the list of responders is to be drawn anew
    return SEES_TASKS if topic == "task" else frozenset(View)


def _html(
    session: Session, app: FastAPI, event: Event, facts: Facts, place: Place, view: View, now: datetime
) -> str:
    if event.topic == "case":
        return case_html(facts, event.subject, app, place, now)
    if event.topic == "alarm":
        return alarm_html(facts, event.subject, place, view)
    if event.topic == "task":
        return task_html(facts, event.subject, place, texts_by_id(session, [facts.get("message")]), view)
    return call_html(facts, event.subject, view)


def crew_html(session: Session, place_id: str, now: datetime) -> dict[View, str]:
    """Once for all, and a second time without the sealed cases where there are any (S18)."""
    place, sealed = place_of(session, place_id), seen.sealed(session, place_id)
    whole = crew_of(session, place, now)
    fit = crew_of(session, place, now, sealed) if sealed else whole
    named = fragment("_crew.html", crew=fit)
    seniors = fragment("_crew.html", crew=whole) if sealed else named
    wall = fragment("_wall_crew.html", crew=fit)
    return {View.seniors: seniors, View.hands: named, View.eyes: named, View.wall: wall}
