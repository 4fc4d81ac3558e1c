"""The part of Twilio's REST API that the hub uses, for the unchanged `twilio` SDK."""

from collections.abc import MutableMapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from phones import record_store
from phones.calling import CallWish
from phones.model import Behaviour
from phones.network import Network
from phones.problems import TwilioProblem
from phones.resources import account_uri, call_resource, message_resource
from phones.twilio_lists import page, search


class CutAnswer(Response):
    """Promises an answer and closes the line before it comes: the client cannot know what happened."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        start: MutableMapping[str, Any] = {
            "type": "http.response.start",
            "status": 201,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"4000")],
        }
        await send(start)


def _answered(network: Network, behaviour: Behaviour, resource: dict[str, object]) -> Response:
    """It is on its way; whether the hub hears so depends on the manner."""
    if behaviour is Behaviour.HANG:
        network.stopping.wait(network.settings.hang_s)
    if behaviour is Behaviour.LOST_ANSWER:
        return CutAnswer()
    return JSONResponse(resource, status_code=201)


def message_routes(network: Network) -> APIRouter:
    account = network.settings.account_sid
    router = APIRouter(prefix=account_uri(account))

    @router.post("/Messages.json")
    def send(
        to: Annotated[str, Form(alias="To")] = "",
        sender: Annotated[str, Form(alias="From")] = "",
        body: Annotated[str, Form(alias="Body")] = "",
        status_callback: Annotated[str, Form(alias="StatusCallback")] = "",
    ) -> Response:
        message, manner = network.messaging.send(to, sender, body, status_callback)
        return _answered(network, manner.behaviour, message_resource(message, account))

    @router.get("/Messages.json")
    def many(request: Request) -> dict[str, object]:
        wanted = search(request, "DateSent")
        with network.looking() as tx:
            found = record_store.messages(tx, wanted)
        rows = [(one.seq, message_resource(one, account)) for one in found]
        return page(request, "messages", rows)

    @router.get("/Messages/{sid}.json")
    def one(sid: str) -> dict[str, object]:
        with network.looking() as tx:
            message = record_store.message(tx, sid)
        if message is None:
            raise TwilioProblem(20404, f"Messages/{sid[:40]}")
        return message_resource(message, account)

    return router


def call_routes(network: Network) -> APIRouter:
    account = network.settings.account_sid
    router = APIRouter(prefix=account_uri(account))

    @router.post("/Calls.json")
    def place(
        to: Annotated[str, Form(alias="To")] = "",
        sender: Annotated[str, Form(alias="From")] = "",
        url: Annotated[str, Form(alias="Url")] = "",
        twiml: Annotated[str, Form(alias="Twiml")] = "",
        status_callback: Annotated[str, Form(alias="StatusCallback")] = "",
        events: Annotated[list[str] | None, Form(alias="StatusCallbackEvent")] = None,
        timeout: Annotated[str, Form(alias="Timeout")] = "",
    ) -> Response:
        words = tuple(word for event in events or [] for word in event.split())
        wish = CallWish(to, sender, url, twiml, status_callback, words, _seconds(timeout))
        call, manner = network.calling.place(wish)
        return _answered(network, manner.behaviour, call_resource(call, account))

    @router.get("/Calls.json")
    def many(request: Request) -> dict[str, object]:
        wanted = search(request, "StartTime")
        with network.looking() as tx:
            found = record_store.calls(tx, wanted)
        return page(request, "calls", [(one.seq, call_resource(one, account)) for one in found])

    @router.get("/Calls/{sid}.json")
    def one(sid: str) -> dict[str, object]:
        with network.looking() as tx:
            call = record_store.call(tx, sid)
        if call is None:
            raise TwilioProblem(20404, f"Calls/{sid[:40]}")
        return call_resource(call, account)

    @router.post("/Calls/{sid}.json")
    def change(
        sid: str,
        status: Annotated[str, Form(alias="Status")] = "",
        url: Annotated[str, Form(alias="Url")] = "",
        twiml: Annotated[str, Form(alias="Twiml")] = "",
    ) -> dict[str, object]:
        with network.looking():
            pass  # a network that is down cannot change a call either
        return call_resource(network.calling.change(sid, status, url, twiml), account)

    return router


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise TwilioProblem(20001, "Timeout") from error
