"""What every way in has in common: the cookies it gives, where it leads, and whose form it takes."""

import re
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from fastapi.responses import Response
from starlette.datastructures import Headers

from hub.access import SESSION_ENDS_AFTER
from hub.assemble import Hub
from hub.gate import COOKIE

LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*\Z")
"""A path of our own, so that a link cannot send people elsewhere after their log-in; no backslash anywhere."""


def give_log_in(response: Response, hub: Hub, token: str) -> None:
    give(response, hub, COOKIE, token, SESSION_ENDS_AFTER)


def give(
    response: Response,
    hub: Hub,
    name: str,
    token: str,
    lasts: timedelta,
    path: str = "/",
    samesite: Literal["lax", "strict"] = "lax",
) -> None:
    """`lax`: a link in a text must find its reader logged in; forms carry a proof of their own."""
    response.set_cookie(
        name,
        token,
        max_age=int(lasts.total_seconds()),
        path=path,
        httponly=True,
        secure=hub.settings.public.startswith("https://"),
        samesite=samesite,
    )


def local_path(target: str) -> str:
    """`target` where it is a path of this hub, else nothing."""
    return target if LOCAL.match(target) else ""


def from_our_page(headers: Headers, public: str) -> bool:
    """Whether a form was sent by a page of ours: else somebody could be logged in as another without noticing.

    Browsers say so themselves; where neither header is sent it is no browser, and nobody can be tricked.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc in (headers.get("host"), urlsplit(public).netloc)
    return True
