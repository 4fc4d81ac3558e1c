"""The phones' own JSON API, for the page, the tests and the demo. None of it is Twilio's."""

from datetime import UTC, datetime
from sqlite3 import Connection, Row
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from phones import record_store, store
from phones.messaging import phone_for
from phones.model import Behaviour, Call, Callbacks, Kind, Manner, Phone, Refusal
from phones.network import Network
from phones.problems import DELIVERY_ERRORS
from phones.rules import is_number, length

PHONES_AT_ONCE = 200

Number = Annotated[str, Path(max_length=40)]
Sid = Annotated[str, Path(max_length=64)]
Json = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PhoneBody(_Body):
    owner: str = Field(min_length=1, max_length=80)
    label: str = Field(default="", max_length=80)
    kind: Kind = Kind.RESPONDER


class TextBody(_Body):
    body: str = Field(min_length=1, max_length=1600)


class KeyBody(_Body):
    digit: str = Field(min_length=1, max_length=1)


class ForgeBody(_Body):
    number: str = Field(max_length=40)
    body: str = Field(min_length=1, max_length=1600)


class ReplayBody(_Body):
    message_sid: str = Field(min_length=1, max_length=64)


class MannerBody(_Body):
    behaviour: Behaviour
    seconds: float | None = Field(default=None, ge=0, le=3600)
    error_code: int = 30003
    callbacks: Callbacks = Callbacks.ONCE

    def manner(self) -> Manner:
        if self.error_code not in DELIVERY_ERRORS:
            raise Refusal(f"error_code is one of {', '.join(map(str, DELIVERY_ERRORS))}.")
        return Manner(self.behaviour, self.seconds, self.error_code, self.callbacks)


def page_routes(network: Network) -> APIRouter:
    router = APIRouter()
    router.include_router(_phone_routes(network))
    router.include_router(_call_routes(network))
    router.include_router(_network_routes(network))
    return router


def _phone_routes(network: Network) -> APIRouter:
    router = APIRouter()

    @router.get("/phones/state")
    def state(since: Annotated[int, Query(ge=0)] = 0, wait: Annotated[float, Query(ge=0, le=20)] = 0) -> Json:
        if wait:
            network.wait_beyond(since, min(wait, network.settings.poll_limit_s))
        with network.database.reading() as tx:
            return _state(tx, since, network.settings.hub_number)

    @router.put("/phones/{number}")
    def register(number: Number, body: PhoneBody) -> Json:
        _check(number)
        with network.database.transaction() as tx:
            if store.phone(tx, number) is None and not store.has_room(tx):
                raise Refusal(f"This training network holds {store.MAX_PHONES} phones and is full.")
            known = store.phone(tx, number)
            if known is None or (known.owner, known.label, known.kind) != (body.owner, body.label, body.kind):
                store.put_phone(tx, number, body.owner, body.label, body.kind)
            phone = store.phone(tx, number)
            assert phone is not None
            return _phone(tx, phone)

    @router.post("/phones/{number}/text", status_code=201)
    def text(number: Number, body: TextBody) -> Json:
        message = network.messaging.receive(_check(number), body.body)
        return {"message_sid": message.sid, "opt_out_type": message.opt_out_type or None}

    @router.put("/phones/{number}/behaviour")
    def behave(number: Number, body: MannerBody) -> Json:
        manner = body.manner()
        with network.database.transaction() as tx:
            phone_for(tx, _check(number), Kind.RESPONDER)
            store.set_manner(tx, number, manner)
        return _manner(manner)

    return router


def _call_routes(network: Network) -> APIRouter:
    router = APIRouter()

    @router.post("/phones/{number}/ring", status_code=201)
    def ring(number: Number) -> Json:
        return _call(network.calling.ring_hub(_check(number)))

    @router.post("/phones/{number}/calls/{sid}/answer")
    def answer(number: Number, sid: Sid) -> Json:
        return _call(network.calling.answer(_check(number), sid))

    @router.post("/phones/{number}/calls/{sid}/decline")
    def decline(number: Number, sid: Sid) -> Json:
        return _call(network.calling.decline(_check(number), sid))

    @router.post("/phones/{number}/calls/{sid}/hang_up")
    def hang_up(number: Number, sid: Sid) -> Json:
        return _call(network.calling.hang_up(_check(number), sid))

    @router.post("/phones/{number}/calls/{sid}/key")
    def key(number: Number, sid: Sid, body: KeyBody) -> Json:
        return _call(network.calling.press(_check(number), sid, body.digit))

    return router


def _network_routes(network: Network) -> APIRouter:
    router = APIRouter()

    @router.put("/network")
    def behave_all(body: MannerBody) -> Json:
        manner = body.manner()
        with network.database.transaction() as tx:
            store.set_network(tx, manner)
        return _manner(manner)

    @router.post("/network/forge")
    def forge(body: ForgeBody) -> Json:
        sid, answer = network.messaging.forge(_check(body.number), body.body)
        return {"message_sid": sid, "answered": answer.status}

    @router.post("/network/replay", status_code=202)
    def replay(body: ReplayBody) -> Json:
        network.messaging.replay(body.message_sid)
        return {"message_sid": body.message_sid}

    return router


def _check(number: str) -> str:
    if not is_number(number):
        raise Refusal("A number is written as +447700900141: a plus, the country, 8 to 15 digits in all.")
    return number


def _state(tx: Connection, since: int, hub_number: str) -> Json:
    cursor = store.cursor(tx)
    fresh = since == 0 or since > cursor  # a cursor from before the file was thrown away
    start = 0 if fresh else since
    phones = store.phones_since(tx, start, PHONES_AT_ONCE)
    more = len(phones) == PHONES_AT_ONCE
    return {
        "cursor": phones[-1].changed if more else cursor,
        "fresh": fresh,
        "more": more,
        "hub_number": hub_number,
        "network": _manner(store.network(tx)),
        "phones": [_phone(tx, phone) for phone in phones],
    }


def _manner(manner: Manner) -> Json:
    return {
        "behaviour": manner.behaviour,
        "seconds": manner.seconds,
        "error_code": manner.error_code,
        "callbacks": manner.callbacks,
    }


def _phone(tx: Connection, phone: Phone) -> Json:
    return {
        "number": phone.number,
        "owner": phone.owner,
        "label": phone.label,
        "kind": phone.kind,
        "opted_out": phone.opted_out,
        **_manner(phone.manner),
        "thread": [_entry(row) for row in store.thread(tx, phone.number)],
        "calls": [_call(call) for call in record_store.live_calls(tx, phone.number)],
    }


def _entry(row: Row) -> Json:
    size = length(row["text"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "way": row["way"],
        "sid": row["sid"],
        "text": row["text"],
        "at": datetime.fromtimestamp(row["at"], UTC).isoformat(),
        "status": row["status"],
        "error_code": row["error_code"],
        "note": row["note"],
        "count": size.count,
        "room": size.room,
        "segments": size.segments,
    }


def _call(call: Call) -> Json:
    return {
        "sid": call.sid,
        "direction": "from_hub" if call.direction != "inbound" else "to_hub",
        "status": call.status,
        "doing": call.doing,
        "wants_key": bool(call.gather),
        "since": datetime.fromtimestamp(call.answered_at or call.created_at, UTC).isoformat(),
    }
