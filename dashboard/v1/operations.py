"""How an operation is declared: a function of its work and what was sent, under a path and the scope that it needs.

    @calls.does("/calls", Scope.calls_write, creates=True)
    def open_call(work: Work, body: NewCall) -> CallOpened:
        "The first sentence is its summary, all of it its description."

`reads` gives it one snapshot. `does` gives it one transaction, in which the answer is kept as well: the same
Idempotency-Key gets the same answer and does nothing twice. What the function returns is the answer; what it raises is
a problem in plain words (`problems.py`).
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from dashboard.v1.problems import in_openapi
from dispatch.desk import Desk
from hub import once
from hub.actors import Actor
from hub.db import FIRST
from hub.errors import Conflict
from hub.gate import hub_of, may
from hub.once import Asked, DoneBefore
from hub.tokens import Machine, Scope
from protocols.loader import Library
from records.looks import keep_finding, keep_look

TRIES = 3
"""So often it is tried when somebody else was first, as screens do for what can look again."""
KEY = Header(
    alias="Idempotency-Key",
    min_length=8,
    max_length=100,
    pattern=r"^[!-~]+$",
    description="A new one, a UUID, for each thing that you ask for; the same when you send it again",
)


class Answer(BaseModel):
    """What a machine is told. Fields may be added within v1, and none is taken away."""

    model_config = ConfigDict(from_attributes=True)


@dataclass(frozen=True)
class Work:
    """What an operation is given: its transaction or snapshot, the time, and who asks."""

    session: Session
    now: datetime
    machine: Machine
    request: Request

    @property
    def place(self) -> str:
        return self.machine.place

    @property
    def actor(self) -> Actor:
        return self.machine.actor

    @property
    def library(self) -> Library:
        library: Library = self.request.app.state.library
        return library

    def looks_at(self, action: str, case_id: int | None = None, why: str | None = None) -> None:
        """Write the look down: at a case, or at a list of the place. `why`: what was looked for was found there."""
        hub, subject = hub_of(self.request), f"case:{case_id}" if case_id else f"place:{self.place}"
        if why is None:
            keep_look(hub, self.machine, action, subject)
        else:
            keep_finding(hub, self.machine, action, subject, why)

    @property
    def desk(self) -> Desk:
        desk: Desk = self.request.app.state.desk
        return desk


Act = Callable[..., Answer]


class Operations:
    """The operations of one kind. `router` is what the application includes."""

    def __init__(self, kind: str) -> None:
        self.router = APIRouter(tags=[kind])

    def reads(
        self, path: str, scope: Scope, *, method: Literal["GET", "POST"] = "GET"
    ) -> Callable[[Act], Act]:
        """`method` POST: what is looked for must not stand in an address."""

        def declare(act: Act) -> Act:
            def endpoint(request: Request, machine: Machine, **given: Any) -> Response:
                hub = hub_of(request)
                with hub.db.read() as session:
                    answer = act(Work(session, hub.clock.now(), machine, request), **given)
                return _sent(answer.model_dump_json(), 200)

            self._declare(act, endpoint, path, scope, method, 200)
            return act

        return declare

    def does(self, path: str, scope: Scope, *, creates: bool = False) -> Callable[[Act], Act]:
        """`creates`: sent twice without a key it would be there twice, so the key must come."""
        status = 201 if creates else 200

        def declare(act: Act) -> Act:
            def endpoint(
                request: Request, machine: Machine, key: str | None = None, **given: Any
            ) -> Response:
                asked = Asked(machine.token, key, request.url.path[:120], _what(given)) if key else None
                return _do_once(request, machine, asked, status, lambda work: act(work, **given))

            if creates:
                taken = _named("key", Annotated[str, KEY])
            else:
                taken = _named("key", Annotated[str | None, KEY]).replace(default=None)
            self._declare(act, endpoint, path, scope, "POST", status, taken)
            return act

        return declare

    def _declare(
        self,
        act: Act,
        endpoint: Callable[..., Response],
        path: str,
        scope: Scope,
        method: str,
        status: int,
        *more: inspect.Parameter,
    ) -> None:
        """FastAPI reads an operation off its function: what was sent by `act`, who sent it by the gate."""
        own = inspect.signature(act)
        parameters = [
            _named("request", Request),
            _named("machine", Annotated[Machine, may(scope)]),
            *more,
            *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in list(own.parameters.values())[1:]),
        ]
        endpoint.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        said = inspect.getdoc(act) or ""
        changes = (409,) if more else ()
        sends = (400, 413) if method == "POST" else ()
        self.router.add_api_route(
            path,
            endpoint,
            methods=[method],
            status_code=status,
            response_model=own.return_annotation,
            name=act.__name__,
            operation_id=act.__name__,
            summary=said.split(".")[0].split("\n")[0],
            description=said,
            responses=in_openapi(401, 403, 404, 422, *changes, *sends),
            openapi_extra={"security": [{"token": [scope.value]}], "x-scope": scope.value},
        )


def _named(name: str, kind: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind)


def _do_once(
    request: Request, machine: Machine, asked: Asked | None, status: int, act: Callable[[Work], Answer]
) -> Response:
    """Raises `Conflict`, or `Refused` where the key was used for something else."""
    hub = hub_of(request)
    for left in reversed(range(TRIES)):
        try:
            with hub.db.write() as session:
                if asked is not None:
                    once.begin(session, asked)
                text = act(Work(session, hub.clock.now(), machine, request)).model_dump_json()
                if asked is not None:
                    once.keep(session, asked, status, text, hub.clock.machine())
            return _sent(text, status)
        except DoneBefore as done:
            return _sent(done.kept.answer, done.kept.status, {"Idempotent-Replayed": "true"})
        except Conflict as error:
            if left == 0 or str(error) != FIRST:
                raise
    raise AssertionError("tried at least once")


def _what(given: dict[str, Any]) -> str:
    """What was sent, the same however it was spaced and ordered; nothing that was made up here."""
    sent = {
        name: one.model_dump(mode="json", exclude_unset=True) if isinstance(one, BaseModel) else str(one)
        for name, one in given.items()
    }
    return json.dumps(sent, sort_keys=True)


def _sent(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, "application/json")
