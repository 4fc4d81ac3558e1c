"""A POST to an address that somebody else has named. Where the place is live it goes to the internet alone: the name is
looked up once, every address that it has is looked at, and the very one that was looked at is spoken to."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from records.fhir import endpoints
from workers.fhir import exchange

TIME_OUT_S = 3.0


class NotThere(Exception):
    """Why it was not sent, in words without anything of what was to be sent."""


@dataclass(frozen=True)
class Way:
    """Where to speak to, and as whom: `host` is what they are called, `url` has the address that was looked at."""

    url: str
    host: str
    name: str


def way_to(url: str, *, is_training: bool) -> Way:
    """Raises `NotThere`."""
    if why := endpoints.problem(url, is_training=is_training):
        raise NotThere(why)
    parts = urlsplit(url)
    name = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotThere("its name is not known") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (is_training or all(endpoints.is_outside(one) for one in addresses)):
        raise NotThere("its name leads into a network of its own")
    address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Way(f"{parts.scheme}://{address}:{port}{path}", parts.netloc, name)


def post(http: httpx.Client, way: Way, body: bytes, headers: dict[str, str]) -> int:
    """The status of what they answer; a redirect is not followed. Raises `NotThere`."""
    times = httpx.Timeout(TIME_OUT_S)
    told = {**headers, "Host": way.host}
    try:
        status, _, _ = exchange(
            http, "POST", way.url, told, times, content=body, extensions={"sni_hostname": way.name}
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NotThere(type(error).__name__) from None
    return status
