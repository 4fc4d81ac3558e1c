"""The token that a record server wants: OAuth2 client credentials, proved by a JWT of our own (RFC 7523)."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import jwt

from hub.record_servers import SignedJwt

ASSERTION_FOR = timedelta(minutes=4)
"""Servers refuse longer ones than five minutes; clocks differ."""
EARLY = timedelta(seconds=30)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Post = Callable[[str, dict[str, str]], dict[str, object]]


class Token:
    """Kept until shortly before it ends. Not for several threads at once."""

    def __init__(self, auth: SignedJwt) -> None:
        self._auth = auth
        self._token = ""
        self._until: datetime | None = None

    def of(self, post: Post, machine: datetime) -> str:
        """`post` sends a form and returns the JSON that comes back; what it raises goes through."""
        if self._until is None or machine >= self._until:
            said = post(self._auth.token_url, self._form(machine))
            self._token = str(said["access_token"])
            lasts = timedelta(seconds=float(str(said.get("expires_in", 60))))
            self._until = machine + max(lasts - EARLY, timedelta(0))
        return self._token

    def forget(self) -> None:
        self._until = None

    def _form(self, machine: datetime) -> dict[str, str]:
        auth = self._auth
        claims = {
            "iss": auth.client_id,
            "sub": auth.client_id,
            "aud": auth.token_url,
            "jti": str(uuid.uuid4()),
            "iat": machine,
            "exp": machine + ASSERTION_FOR,
        }
        signed = jwt.encode(claims, auth.key_file.read_text(), auth.algorithm, headers={"kid": auth.key_id})
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed,
            "scope": auth.scope,
        }
