"""Twilio's signature: HMAC-SHA1 over the full URL and the sorted form fields, keyed by the auth token."""

import base64
import hmac
from collections.abc import Mapping


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), "sha1").digest()).decode()


def authorised(header: str, sid: str, token: str) -> bool:
    """HTTP basic authentication, compared in constant time."""
    expected = "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()
    scheme, _, value = header.partition(" ")
    given = f"{scheme.capitalize()} {value.strip()}"
    return hmac.compare_digest(given.encode(), expected.encode())
