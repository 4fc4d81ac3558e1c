"""The training phones' page: every responder's and caller's phone. The phones themselves are a service of their own;
this forwards to it what its page asks for, so that there is one address, one log-in and one policy.
"""

import logging
from typing import Annotated
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from dashboard import demo
from dashboard.frame import page, the_place
from hub.errors import NotFound, Unavailable
from hub.gate import Visitor, allow, hub_of
from hub.settings import Settings

log = logging.getLogger(__name__)
router = APIRouter(prefix="/phones")
WAIT_S = 25.0
"""Longer than the service's own long poll."""
FORWARDED = frozenset({"GET", "POST", "PUT"})


@router.get("")
def phones(request: Request, visitor: Annotated[Visitor, allow()]) -> HTMLResponse:
    """Anybody logged in to a training place may play any phone in it."""
    _only_training(request)
    settings = hub_of(request).settings
    try:
        with httpx.Client(base_url=settings.phones, auth=_auth(settings), timeout=2.0) as network:
            for entry in demo.phone_book():
                number = quote(entry["number"])
                wanted = {key: entry[key] for key in ("owner", "label", "kind")}
                network.put(f"/phones/{number}", json=wanted).raise_for_status()
    except httpx.HTTPError:
        log.warning("phones_away")  # the page says so itself, and tries again
    return page(request, "phones.html", visitor)


@router.api_route("/api/{path:path}", methods=sorted(FORWARDED), dependencies=[allow()])
async def forward(request: Request, path: str) -> Response:
    """To the network, with the credentials that no browser is given."""
    await run_in_threadpool(_only_training, request)
    settings = hub_of(request).settings
    target = f"/{path}" if path.startswith("network") else f"/phones/{path}"
    try:
        async with httpx.AsyncClient(
            base_url=settings.phones, auth=_auth(settings), timeout=WAIT_S
        ) as network:
            answer = await network.request(
                request.method,
                quote(target, safe="/"),
                params=dict(request.query_params),
                content=await request.body(),
                headers={"content-type": request.headers.get("content-type", "application/json")},
            )
    except httpx.HTTPError:
        raise Unavailable(
            "The training phones do not answer just now. They are being started again."
        ) from None
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


def _auth(settings: Settings) -> tuple[str, str]:
    return settings.phones_sid, settings.phones_token.get_secret_value()


def _only_training(request: Request) -> None:
    if not the_place(request).training:
        raise NotFound("There are no training phones in a live place.")
