"""Other systems at the hub's FHIR door, with a key pair of their own, for tests."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from hub import client_keys, oauth, tokens
from hub.actors import HUB
from hub.tokens import Scope
from tests.desk import Desk

TOKEN_URL = "http://testserver/oauth2/token"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def public(key: Any) -> str:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    made: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, spki)
    return made.decode()


class Client:
    """A machine whose key an administrator has put in. `secret`: its own token."""

    def __init__(
        self, desk: Desk, scopes: Iterable[Scope] = (Scope.cases_read,), name: str = "Record North"
    ) -> None:
        self.desk, self.key = desk, new_key()
        now = desk.clock.machine()
        with desk.hub.db.write() as session:
            self.row, self.secret = tokens.make(session, desk.place, name, scopes, 30, HUB, now)
            client_keys.add(session, desk.place, self.row.key, public(self.key), HUB, now)
        self.id = oauth.client_id(self.row.key)
        self.http = TestClient(desk.app, raise_server_exceptions=False)

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = self.desk.clock.machine()
        usual = {
            "iss": self.id,
            "sub": self.id,
            "aud": TOKEN_URL,
            "jti": str(uuid.uuid4()),
            "exp": int((now + timedelta(minutes=4)).timestamp()),
        }
        return {name: value for name, value in (usual | changed).items() if value is not None}

    def proves(self, assertion: str, scope: str = "") -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": oauth.ASSERTION_TYPE,
            "client_assertion": assertion,
            "scope": scope,
        }
        answer: httpx.Response = self.http.post("/oauth2/token", data=form)
        return answer

    def signs(self, key: Any = None, algorithm: str = "ES384", **changed: Any) -> str:
        return jwt.encode(self.claims(**changed), key or self.key, algorithm)

    def comes_in(self, scope: str = "") -> Self:
        """With an access token from now on."""
        answer = self.proves(self.signs(), scope)
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def gets(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = self.http.get(f"/fhir/{path}", headers=headers)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def posts(self, path: str, status: int = 200, **form: str) -> Any:
        answer = self.http.post(f"/fhir/{path}", data=form)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Page after page."""
        found, url = [], path
        while url:
            page = self.gets(url)
            found += [entry["resource"] for entry in page.get("entry", [])]
            links = {link["relation"]: link["url"] for link in page["link"]}
            url = links.get("next", "").removeprefix("http://testserver/fhir/")
        return found
