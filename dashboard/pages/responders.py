"""Responders as records, and where staff are not safe: for coordinators and managers. Why somebody is kept away from
a person or an address is shown to managers alone (S22).
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from sqlmodel import Session

from dashboard.frame import local, page, the_place
from dispatch import joining, people
from dispatch.desk import Desk
from dispatch.duty_model import Sector, StaffSafety
from dispatch.model import Responder
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from triage import rules

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
Manager = Annotated[Visitor, allow(Role.manager)]
Said = dict[str, str]
NhsNumber = Annotated[str, Field(pattern=r"^[0-9 -]{0,14}$")]
Postcode = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ]{0,9}$")]
MOST_SAID = 12


class About(Body):
    """Lists are said with commas between. A name, short name or profession that is not said stays as it is."""

    name: Text = Field(default="", max_length=80)
    short_name: Text = Field(default="", max_length=40)
    profession: Text = Field(default="", max_length=40)
    grade: Text = Field(default="", max_length=40)
    organisation: Text = Field(default="", max_length=80)
    sector: Sector | Literal[""] = ""
    languages: Text = Field(default="", max_length=200)
    vehicle: Text = Field(default="", max_length=80)
    equipment: Text = Field(default="", max_length=300)
    base: str = Field(default="", pattern=r"^([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)?$")


class Skill(Body):
    """`until`: from this day on it does not count; empty where it does not end."""

    skill: str = Field(pattern=r"^[a-z_]{1,40}$")
    until: date | Literal[""] = ""
    held: bool = True


class KeptAway(Body):
    nhs_number: NhsNumber = ""
    postcode: Postcode = ""
    why: Text = Field(max_length=300)


class Unsafe(Body):
    """`until`: over from that day on; empty until somebody ends it."""

    nhs_number: NhsNumber = ""
    postcode: Postcode = ""
    words: Text = Field(max_length=300)
    two: Literal["always", "after_dark", "no"]
    until: date | Literal[""] = ""


@router.get("/responders")
def responders(request: Request, visitor: Keeper) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        rows = people.all_of(session, place.id)
        ending = people.skills_that_end(session, place.id, now + people.RUNS_OUT_SOON)
        warnings = people.warnings_of(session, place.id, now)
    names = {who.id: who.short_name for who, _ in rows}
    professions = sorted({who.profession for who, _ in rows})
    return page(
        request,
        "responders.html",
        visitor,
        rows=rows,
        professions=professions,
        ending=[
            (names.get(one.responder_id, ""), one.skill, _day(request, one.ends_at), one.ends_at <= now)
            for one in ending
        ],
        warnings=[(rule, _day(request, rule.ends_at) if rule.ends_at else "") for rule in warnings],
    )


@router.get("/responders/{responder_id}")
def one(request: Request, responder_id: Number, visitor: Keeper) -> Response:
    hub, place = hub_of(request), the_place(request)
    desk: Desk = request.app.state.desk
    with hub.db.read() as session:
        who = people.responder(session, place.id, responder_id)
        about = people.record_of(session, who)
        ends = {
            row.skill: row for row in people.skills_that_end(session, place.id) if row.responder_id == who.id
        }
        kept_away = people.exclusions_of(session, who)
        happened = joining.history(session, who)
    known = sorted(
        {skill for kind in desk.library.house.positions.values() for skill in kind.skills} | set(who.skills)
    )
    now = hub.clock.now()
    return page(
        request,
        "responder_record.html",
        visitor,
        who=who,
        about=about,
        skills=[
            (
                skill,
                _day(request, ends[skill].ends_at) if skill in ends else "",
                skill in ends and ends[skill].ends_at <= now,
            )
            for skill in who.skills
        ],
        known=known,
        kept_away=kept_away,
        happened=[(local(row.at, the_place(request)), row, name) for row, name in happened],
        is_manager=visitor.user.has(Role.manager),
    )


@router.post("/responders/{responder_id}/about")
def about(request: Request, responder_id: Number, told: About, visitor: Keeper) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        who = _who(session, visitor, responder_id)
        values = {
            name: value
            for name, value in told.model_dump().items()
            if value or name not in joining.ON_RESPONDER
        }
        values |= {name: _list(values[name]) for name in ("languages", "equipment")}
        values |= {"sector": told.sector or None, "base": told.base.upper()}
        joining.change(session, who, values, hub.clock.now(), visitor.user.actor)
    return {"said": f"Kept: {who.short_name}"}


@router.post("/responders/{responder_id}/skill")
def skill(request: Request, responder_id: Number, told: Skill, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    with hub.db.write() as session:
        who = _who(session, visitor, responder_id)
        people.set_skill(session, who, told.skill, _begins(request, told.until), now, held=told.held)
        until = f" until {told.until:%d %b %Y}" if told.until else ""
        words = f"{told.skill}{until}" if told.held else f"{told.skill}: held no more"
        joining.note(session, who, "skill", words.replace("_", " "), now, visitor.user.actor)
    return {"said": f"{told.skill}{until}." if told.held else f"{told.skill} is not theirs any more."}


@router.post("/responders/{responder_id}/kept-away")
def keep_away(request: Request, responder_id: Number, told: KeptAway, visitor: Keeper) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        who = _who(session, visitor, responder_id)
        people.keep_away(session, who, *_whom(told.nhs_number, told.postcode), told.why)
        joining.note(
            session, who, "kept away", "from one address or person", hub.clock.now(), visitor.user.actor
        )
    return {"said": f"{who.short_name} is not offered that any more."}


@router.post("/kept-away/{exclusion_id}/end")
def end_kept_away(request: Request, exclusion_id: Number, visitor: Manager) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        who = people.end_exclusion(session, visitor.user.place, exclusion_id)
        words = "from one address or person no more"
        joining.note(session, who, "kept away", words, hub.clock.now(), visitor.user.actor)
    return {"said": "Ended."}


@router.post("/staff-safety")
def warn(request: Request, told: Unsafe, visitor: Keeper) -> Said:
    hub, now = hub_of(request), hub_of(request).clock.now()
    nhs_number, postcode = _whom(told.nhs_number, told.postcode)
    with hub.db.write() as session:
        rule = StaffSafety(
            place=visitor.user.place,
            nhs_number=nhs_number,
            postcode=postcode,
            words=told.words,
            two_people=told.two == "always",
            not_alone_after_dark=told.two == "after_dark",
            starts_at=now,
            ends_at=_begins(request, told.until),
            added_by=visitor.user.name,
        )
        people.warn(session, rule, now)
    return {"said": "Kept; it holds from the next offer on."}


@router.post("/staff-safety/{rule_id}/end")
def end_warning(request: Request, rule_id: Number, visitor: Manager) -> Said:
    hub = hub_of(request)
    with hub.db.write() as session:
        people.end_warning(session, visitor.user.place, rule_id, hub.clock.now(), visitor.user.name)
    return {"said": "Ended."}


def _who(session: Session, visitor: Visitor, responder_id: int) -> Responder:
    return people.responder(session, visitor.user.place, responder_id)


def _whom(nhs_number: str, postcode: str) -> tuple[str | None, str | None]:
    """As they are kept; raises `Refused` where one of them cannot be."""
    return (
        rules.nhs_number(nhs_number) if nhs_number.strip() else None,
        rules.postcode(postcode) if postcode.strip() else None,
    )


def _begins(request: Request, day: date | Literal[""]) -> datetime | None:
    """The first moment of that day in the place."""
    return datetime.combine(day, time(), the_place(request).local()).astimezone(UTC) if day else None


def _day(request: Request, at: datetime) -> str:
    there = local(at, the_place(request))
    return f"{there:%a} {there.day} {there:%b %Y}"


def _list(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()][:MOST_SAID]
