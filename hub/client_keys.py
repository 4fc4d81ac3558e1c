"""The public keys of machines, put in by an administrator: RSA of 2048 bits or more, or an elliptic curve P-384."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlmodel import Session, col, select

from hub.actors import Actor
from hub.errors import NotFound, Refused
from hub.oauth_model import ClientKey
from hub.tokens import ApiToken

MOST_KEYS = 5
SHORTEST_RSA = 2048
NOT_A_KEY = "This is not a public key: paste a JWK, a JWK set with one key in it, or PEM (BEGIN PUBLIC KEY)."
PRIVATE = (
    "This is a private key; nothing was kept of it. Its owner must make a new pair, and send the public half."
)
Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def add(session: Session, place: str, token_id: int, said: str, by: Actor, now: datetime) -> ClientKey:
    """Raises `Refused`; `NotFound` where the token is over, or not of this place."""
    token = session.get(ApiToken, token_id)
    if token is None or token.place != place or not token.holds(now):
        raise NotFound("There is no such token in this place, or it is over.")
    algorithm, pem = _read(said)
    there = living(session, [token_id])
    mark = hashlib.sha256(pem.encode()).hexdigest()
    if any(one.mark == mark for one in there):
        raise Refused("This machine has this key already.")
    if len(there) >= MOST_KEYS:
        raise Refused(f"A machine has {MOST_KEYS} keys at most: take one away first.")
    row = ClientKey(
        token_id=token_id, algorithm=algorithm, pem=pem, mark=mark, added_by=by.name, added_at=now
    )
    session.add(row)
    session.flush()
    return row


def remove(session: Session, place: str, key_id: int, now: datetime) -> ClientKey:
    """Done twice it is done once. Raises `NotFound`."""
    row = session.get(ClientKey, key_id)
    if row is None or session.get_one(ApiToken, row.token_id).place != place:
        raise NotFound("There is no such key in this place.")
    row.removed_at = row.removed_at or now
    session.add(row)
    return row


def living(session: Session, token_ids: Collection[int]) -> list[ClientKey]:
    found = select(ClientKey).where(
        col(ClientKey.token_id).in_(token_ids), col(ClientKey.removed_at).is_(None)
    )
    return list(session.exec(found.order_by(col(ClientKey.id))))


def _read(said: str) -> tuple[str, str]:
    """The algorithm that goes with the key, and the key as PEM."""
    if "PRIVATE KEY" in said:
        raise Refused(PRIVATE)
    key = _of_pem(said) if "BEGIN" in said else _of_jwk(said)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < SHORTEST_RSA:
            raise Refused(f"This RSA key is too short: {SHORTEST_RSA} bits or more.")
        algorithm = "RS384"
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        algorithm = "ES384"
    else:
        raise Refused("Only RSA (RS384) and the elliptic curve P-384 (ES384) are taken.")
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return algorithm, key.public_bytes(serialization.Encoding.PEM, spki).decode()


def _of_pem(said: str) -> Any:
    try:
        return serialization.load_pem_public_key(said.strip().encode())
    except (ValueError, TypeError):
        raise Refused(NOT_A_KEY) from None


def _of_jwk(said: str) -> Any:
    try:
        found = json.loads(said)
        if isinstance(found, dict) and isinstance(found.get("keys"), list) and len(found["keys"]) == 1:
            found = found["keys"][0]
    except (ValueError, RecursionError):
        raise Refused(NOT_A_KEY) from None
    if not isinstance(found, dict):
        raise Refused(NOT_A_KEY)
    if "d" in found:
        raise Refused(PRIVATE)
    kinds = {"RSA": "RS384", "EC": "ES384"}
    try:
        return jwt.PyJWK(found, kinds[found["kty"]]).key
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise Refused(NOT_A_KEY) from None
