"""Who asks in this request, so that a query can leave out what they may not see (S18).

The gate says who; nobody asks where the hub works by itself: a worker, the ticker, a carrier's webhook.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Asker:
    """A person of the hub by `id` and roles; or a machine, which is nobody's `id` and has the rights of its
    `token`. `at`: when they ask, by the business clock; what is past for them follows from it."""

    id: int | None
    rights: frozenset[str]
    token: int | None = None
    at: datetime | None = None


@dataclass
class _Request:
    """Routes run in threads of their own, and what they set in a context of theirs is lost: so it is set in here."""

    asker: Asker | None = field(default=None)


_request: ContextVar[_Request | None] = ContextVar("asking", default=None)


def asked_by(
    user_id: int | None, rights: Iterable[str], token: int | None = None, at: datetime | None = None
) -> None:
    if (request := _request.get()) is not None:
        request.asker = Asker(user_id, frozenset(rights), token, at)


@contextmanager
def asks(user_id: int | None, rights: Iterable[str]) -> Iterator[None]:
    """For the time of the block, where no request is: what is written is for the eyes of whoever has these rights."""
    token = _request.set(_Request(Asker(user_id, frozenset(rights))))
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def as_hub() -> Iterator[None]:
    """For the time of the block the hub asks, whoever is there: for a rule that what is sealed must count in, of which
    nothing is shown."""
    token = _request.set(None)
    try:
        yield
    finally:
        _request.reset(token)


def who() -> Asker | None:
    request = _request.get()
    return request.asker if request is not None else None


class Asking:
    """Plain ASGI: each request has an asker of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _request.set(_Request())
        try:
            await self.app(scope, receive, send)
        finally:
            _request.reset(token)
