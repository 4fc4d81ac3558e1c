"""What people do about protocols, over HTTP: only translates. What was done counts in this process at once, and in all
others within seconds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from dashboard import protocols_in_force
from dashboard.frame import the_place
from hub.access import User
from hub.bodies import Body, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from protocols.faults import SHOWN_FAULTS, ProtocolError
from triage.api import library_of
from triage.governance import deciding, proving, registering, stops
from triage.governance.deciding import Deciding

log = logging.getLogger(__name__)
router = APIRouter(prefix="/protocols")
Reader = Annotated[Visitor, allow(*deciding.READERS)]
Approver = Annotated[Visitor, allow(*deciding.APPROVERS)]
Withdrawer = Annotated[Visitor, allow(*deciding.MAY_WITHDRAW)]
Stopper = Annotated[Visitor, allow(*stops.MAY_STOP)]
Releaser = Annotated[Visitor, allow(*stops.MAY_RELEASE)]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Because = Annotated[Text, Field(max_length=300)]
Words = Annotated[Text, Field(max_length=1000)]


class StopBody(Body):
    kind: Literal["triage", "escalation"]
    protocol: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
    because: Because


class ProposeBody(Body):
    """`text` is kept to the letter: its sha256 is the version."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    why: Annotated[Text, Field(max_length=600)] = ""


class WordsBody(Body):
    words: Words = ""


class ApproveBody(WordsBody):
    saw_changes: bool = False
    saw_exceptions: bool = False


class StartBody(WordsBody):
    """Local day and time; without a day at once."""

    on: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    at: Annotated[str, Field(pattern=r"^(\d{2}:\d{2})?$")] = ""


class BecauseBody(Body):
    because: Because


@router.post("/stop")
def stop(request: Request, body: StopBody, visitor: Stopper) -> dict[str, str]:
    hub = hub_of(request)
    with hub.db.write() as session:
        key = body.kind, body.protocol
        stops.stop(session, library_of(request), key, body.because, hub.clock.now(), visitor.user)
    _counts_here(request)
    return {"said": "Stopped. Nobody begins it, and whoever is in the middle of it is told."}


@router.post("/release")
def release(request: Request, body: StopBody, visitor: Releaser) -> dict[str, str]:
    hub = hub_of(request)
    with hub.db.write() as session:
        stops.release(session, (body.kind, body.protocol), body.because, hub.clock.now(), visitor.user)
    _counts_here(request)
    return {"said": "It may be begun again."}


@router.post("/propose", response_model=None)
def propose(request: Request, body: ProposeBody, visitor: Approver) -> Response | dict[str, Any]:
    hub, library = hub_of(request), library_of(request)
    text = body.text.replace("\r\n", "\n")
    try:
        with hub.db.write() as session:
            now = hub.clock.now()
            version = registering.propose(session, text, library, body.why, now, visitor.user)
            proving.ask(session, version, library, now, visitor.user.name)
            return {"said": "Proposed. It is being proved.", "version": version.sha256}
    except ProtocolError as error:
        faults = [
            {"line": fault.line, "column": fault.column, "message": fault.message}
            for fault in error.faults[:SHOWN_FAULTS]
        ]
        count = len(error.faults)
        problem = f"Not proposed: {count} fault{'s' if count != 1 else ''}. What you typed is kept."
        return JSONResponse({"problem": problem, "faults": faults}, 422)


@router.post("/{sha256}/comment")
def comment(request: Request, sha256: Sha256, body: WordsBody, visitor: Reader) -> dict[str, str]:
    with _deciding(request, sha256, visitor.user) as about:
        deciding.comment(about, body.words)
    return {"said": "Kept."}


@router.post("/{sha256}/prove")
def prove(request: Request, sha256: Sha256, visitor: Approver) -> dict[str, str]:
    with _deciding(request, sha256, visitor.user) as about:
        proving.ask(about.session, about.version, about.library, about.now, visitor.user.name)
    return {"said": "It is being proved."}


@router.post("/{sha256}/approve")
def approve(request: Request, sha256: Sha256, body: ApproveBody, visitor: Approver) -> dict[str, str]:
    with _deciding(request, sha256, visitor.user) as about:
        deciding.approve(about, body.words, saw_changes=body.saw_changes, saw_exceptions=body.saw_exceptions)
    return {"said": "Approved by you."}


@router.post("/{sha256}/start")
def start(request: Request, sha256: Sha256, body: StartBody, visitor: Approver) -> dict[str, str]:
    starts_at = _local(request, body)
    with _deciding(request, sha256, visitor.user) as about:
        deciding.start(about, starts_at, body.words)
    _counts_here(request)
    return {"said": "It has a start." if starts_at else "It is in force."}


@router.post("/{sha256}/withdraw")
def withdraw(request: Request, sha256: Sha256, body: BecauseBody, visitor: Withdrawer) -> dict[str, str]:
    with _deciding(request, sha256, visitor.user) as about:
        deciding.withdraw(about, body.because)
    _counts_here(request)
    return {"said": "Withdrawn."}


@contextmanager
def _deciding(request: Request, sha256: str, user: User) -> Iterator[Deciding]:
    hub = hub_of(request)
    with hub.db.write() as session:
        version = deciding.find(session, user.place, sha256)
        yield Deciding(
            session, library_of(request), version, hub.clock.now(), user, training=hub.settings.training
        )


def _local(request: Request, body: StartBody) -> datetime | None:
    if not body.on:
        return None
    try:
        at = datetime.combine(date.fromisoformat(body.on), time.fromisoformat(body.at or "00:00"))
    except ValueError:
        raise Refused("Give the day as 2027-05-01 and the time as 08:00.") from None
    return at.replace(tzinfo=the_place(request).local())


def _counts_here(request: Request) -> None:
    """It is committed: where this fails, this process too reads it within seconds."""
    try:
        protocols_in_force.read_again(request.app)
    except Exception:
        log.exception("protocols_not_read")
