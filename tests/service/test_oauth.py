"""The token endpoint: who proves that they are a machine of ours gets in for five minutes, and nobody else."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlmodel import select
from starlette.testclient import TestClient

from hub import client_keys, smart, tokens
from hub.access import WRONG_LIMIT, WRONG_WINDOW
from hub.actors import HUB
from hub.audit import Audit
from hub.errors import Refused
from hub.oauth_model import AccessToken, UsedProof
from hub.tokens import Scope
from tests.desk import Desk
from tests.fhir_clients import TOKEN_URL, Client, new_key, public


def test_a_signed_proof_opens_what_was_asked_for_and_no_more(sqlite_desk: Desk) -> None:
    client = Client(sqlite_desk)
    said = client.proves(client.signs(), "system/Encounter.rs system/AuditEvent.rs openid system/Task.cruds")
    assert said.status_code == 200
    body = said.json()
    assert body["scope"] == "system/Encounter.rs system/Task.rs"
    assert (body["token_type"], body["expires_in"]) == ("bearer", 300)
    assert said.headers["cache-control"] == "no-store"
    client.http.headers["authorization"] = f"Bearer {body['access_token']}"
    client.gets("Encounter")
    assert "system/Patient.s" in client.gets("Patient", 403)["issue"][0]["diagnostics"]
    assert client.http.get("/api/v1/cases").status_code == 401, "it opens /fhir and nothing else"
    sqlite_desk.clock.machine_ahead += timedelta(minutes=5)
    client.gets("Encounter", 401)
    with sqlite_desk.hub.db.read() as session:
        given = session.exec(select(Audit).where(Audit.action == "access_token_given")).one()
        assert given.actor == f"token:{client.row.key}"
        assert body["access_token"] not in str(session.exec(select(AccessToken)).all())


def test_attacks_on_the_proof(sqlite_desk: Desk) -> None:
    client, other = Client(sqlite_desk), Client(sqlite_desk, name="Another")
    claims = client.claims()
    part = lambda said: base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()  # noqa: E731
    ago = int((sqlite_desk.clock.machine() - timedelta(minutes=2)).timestamp())
    far = int((sqlite_desk.clock.machine() + timedelta(hours=2)).timestamp())
    rsa_key = rsa.generate_private_key(65537, 2048)
    tried = {
        "alg none": f"{part({'alg': 'none'})}.{part(claims)}.",
        "the public key as a secret": jwt.encode(claims, "x" * 40, "HS384"),
        "another algorithm": jwt.encode(claims, rsa_key, "RS384"),
        "another's key": client.signs(other.key),
        "a new key": client.signs(new_key()),
        "wrong aud": client.signs(aud="http://testserver/fhir"),
        "aud of two": client.signs(aud=[TOKEN_URL, "https://elsewhere"]),
        "no aud": client.signs(aud=None),
        "expired": client.signs(exp=ago),
        "too long": client.signs(exp=far),
        "no exp": client.signs(exp=None),
        "exp true": client.signs(exp=True),
        "exp beyond all time": client.signs(exp=10**30),
        "exp at the end of it": client.signs(exp=253402300799),
        "not yet": client.signs(nbf=far),
        "no jti": client.signs(jti=None),
        "for another": client.signs(sub=other.id),
        "nobody": client.signs(iss="machine-99999999999999", sub="machine-99999999999999"),
        "iss no text": jwt.encode({**claims, "iss": "machine-²", "sub": "machine-²"}, client.key, "ES384"),
        "no JWT": "hello",
        "garbage": "a.b.c",
    }
    for nth, (what, assertion) in enumerate(tried.items()):
        client.http = TestClient(sqlite_desk.app, client=(f"10.0.0.{nth}", 4000))
        said = client.proves(assertion)
        assert (said.status_code, said.json()["error"]) == (401, "invalid_client"), what
    once = client.signs()
    assert client.proves(once).status_code == 200
    assert client.proves(once).status_code == 401, "the same jti again"
    assert other.proves(
        other.signs(jti=jwt.decode(once, options={"verify_signature": False})["jti"])
    ).is_success
    with sqlite_desk.hub.db.read() as session:
        assert len(session.exec(select(UsedProof)).all()) == 2
        assert len(session.exec(select(AccessToken)).all()) == 2


def test_whoever_fails_too_often_waits_alone_and_holds_up_no_writer(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = Client(sqlite_desk), Client(sqlite_desk, name="Another")
    for _ in range(WRONG_LIMIT):
        assert client.proves(client.signs(other.key)).status_code == 401
    with monkeypatch.context() as no_writer:
        no_writer.setattr(sqlite_desk.hub.db, "write", None)
        waits = client.proves(client.signs())
        assert (waits.status_code, waits.json()["error"]) == (429, "slow_down")
    assert other.proves(other.signs()).status_code == 200, "from the same address"
    sqlite_desk.clock.machine_ahead += WRONG_WINDOW
    assert client.proves(client.signs()).status_code == 200


def test_a_secret_opens_too_and_what_is_taken_back_opens_nothing(sqlite_desk: Desk) -> None:
    client, other = Client(sqlite_desk), Client(sqlite_desk, name="Another")
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    assert client.http.post("/oauth2/token", data=form).status_code == 200
    assert client.http.post("/oauth2/token", auth=(client.id, client.secret), data=form).status_code == 200
    for wrong in (
        form | {"client_id": other.id},
        form | {"client_secret": "fp_no"},
        {**form, "client_secret": ""},
    ):
        assert client.http.post("/oauth2/token", data=wrong).status_code == 401
    assert client.http.post("/oauth2/token", data=form | {"grant_type": "password"}).status_code == 400
    assert client.http.post("/oauth2/token", data=form | {"scope": "system/AuditEvent.rs"}).status_code == 400
    assert client.http.post("/oauth2/token", json=form).status_code == 400
    client.comes_in().gets("Encounter")
    with sqlite_desk.hub.db.write() as session:
        key = client_keys.living(session, [client.row.key])[0]
        client_keys.remove(session, sqlite_desk.place, key.id or 0, sqlite_desk.clock.machine())
    assert client.proves(client.signs()).status_code == 401
    client.gets("Encounter")  # a few minutes more
    with sqlite_desk.hub.db.write() as session:
        tokens.revoke(session, sqlite_desk.place, client.row.key, sqlite_desk.clock.machine())
    client.gets("Encounter", 401)


def test_only_a_public_key_that_is_strong_enough_is_taken(sqlite_desk: Desk) -> None:
    client = Client(sqlite_desk)
    pem = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    weak, good = rsa.generate_private_key(65537, 1024), rsa.generate_private_key(65537, 2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(good.public_key())
    wrong = {
        good.private_bytes(serialization.Encoding.PEM, *pem).decode(): "private key",
        jwt.algorithms.RSAAlgorithm.to_jwk(good): "private key",
        public(weak): "too short",
        "hello": "not a public key",
        "[1]": "not a public key",
        '{"kty":"RSA"}': "not a public key",
        public(client.key): "already",
    }
    with sqlite_desk.hub.db.write() as session:
        now = sqlite_desk.clock.machine()
        for said, why in wrong.items():
            with pytest.raises(Refused, match=why):
                client_keys.add(session, sqlite_desk.place, client.row.key, said, HUB, now)
        added = client_keys.add(session, sqlite_desk.place, client.row.key, f'{{"keys":[{jwk}]}}', HUB, now)
        assert added.algorithm == "RS384"
    assert client.proves(client.signs(good, "RS384")).status_code == 200


def test_what_scopes_come_to() -> None:
    assert smart.granted("system/*.rs", [Scope.audit_read]) == {"AuditEvent": "rs"}
    assert smart.granted("system/*.read", [Scope.cases_read])["Patient"] == "rs"
    assert (
        smart.granted("system/Patient.c patient/*.rs system/Patient.sr system/Patient.", [Scope.cases_read])
        == {}
    )
    assert smart.granted("", [Scope.calls_write]) == {}
