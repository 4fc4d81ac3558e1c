"""The token endpoint's rules: a machine proves that it is itself, and gets an access token for a few minutes (OAuth2
client credentials; SMART backend services, RFC 7523)."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import delete
from sqlmodel import Session, col

from hub import client_keys
from hub.actors import Actor
from hub.digests import digest
from hub.errors import Conflict, FirstPointError
from hub.oauth_model import AccessToken, ClientKey, UsedProof
from hub.smart import Grants, grantable, granted
from hub.tokens import ApiToken, Machine, Scope, machine_of

BEGINS = "fpa_"
LASTS = timedelta(minutes=5)
LONGEST_PROOF = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(seconds=30)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS384", "ES384")
LONGEST_JTI = 200
CLIENT = "machine-"
FAR = 9999
"""A year beyond which no time can be added to."""


class OAuthError(FirstPointError):
    """`code` is OAuth's own word for it; the sentence says what to do, and never which part of a secret was wrong."""

    def __init__(self, code: str, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.code = code
        self.status = status or (401 if code == "invalid_client" else 400)


@dataclass(frozen=True)
class Proved:
    """A machine that has proved who it is; by a proof that is used once, or by its secret (`jti` is empty)."""

    token: ApiToken
    jti: str = ""
    ends_at: datetime | None = None


def client_id(token_id: int) -> str:
    """What a machine is called at the token endpoint; no secret."""
    return f"{CLIENT}{token_id}"


def actor_of(token: ApiToken) -> Actor:
    return Actor(f"token:{token.key}", token.name)


def by_secret(session: Session, client: str, secret: str, machine_time: datetime) -> Proved:
    """The client's secret is its token. Raises `OAuthError`."""
    found = machine_of(session, secret, machine_time)
    if found is None or client_id(found.token) != client:
        raise OAuthError("invalid_client", "This client is not known, or its secret does not hold.")
    return Proved(session.get_one(ApiToken, found.token))


def issuer(assertion: str) -> Any:
    """Who it says that it is from, which nobody has proved yet. Raises `OAuthError`."""
    try:
        return jwt.decode(assertion, options={"verify_signature": False}).get("iss")
    except jwt.PyJWTError:
        raise _not_proved("it is no JWT") from None


def by_assertion(session: Session, assertion: str, token_url: str, machine_time: datetime) -> Proved:
    """A proof signed with a registered key, for this address. Raises `OAuthError`. It writes nothing: whoever lets them
    in keeps it as used (`take_in`)."""
    token = _token_of(session, issuer(assertion))
    algorithm = str(jwt.get_unverified_header(assertion).get("alg"))
    if token is None or not token.holds(machine_time) or algorithm not in ALGORITHMS:
        raise _not_proved("no such client, or another algorithm than RS384 and ES384")
    keys = [key for key in client_keys.living(session, [token.key]) if key.algorithm == algorithm]
    claims = next((said for key in keys if (said := _proved(assertion, key)) is not None), None)
    if claims is None:
        raise _not_proved("no key of this client has signed it")
    ends_at = _checked(claims, token, token_url, machine_time)
    return Proved(token, claims["jti"], ends_at)


def take_in(session: Session, proved: Proved, machine_time: datetime) -> ApiToken:
    """In a transaction that writes. Raises `OAuthError`, and `Conflict` where the same proof came at the same
    moment."""
    token = session.get_one(ApiToken, proved.token.key)
    if not token.holds(machine_time):
        raise OAuthError("invalid_client", "This client is not known, or its secret does not hold.")
    if proved.ends_at is not None:
        _use_once(session, token, proved.jti, proved.ends_at)
    return token


def _token_of(session: Session, issuer: Any) -> ApiToken | None:
    number = issuer.removeprefix(CLIENT) if isinstance(issuer, str) and issuer.startswith(CLIENT) else ""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return session.get(ApiToken, int(number))


def _proved(assertion: str, key: ClientKey) -> dict[str, Any] | None:
    """The signature alone; times are checked by our own clock."""
    unchecked = {f"verify_{name}": False for name in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}
    try:
        return jwt.decode(assertion, key.pem, algorithms=[key.algorithm], options=unchecked)  # type: ignore[arg-type]
    except jwt.PyJWTError:
        return None


def _checked(claims: dict[str, Any], token: ApiToken, token_url: str, now: datetime) -> datetime:
    """When the proof ends. RFC 7523 section 3, and SMART: five minutes at most."""
    own = client_id(token.key)
    audience = claims.get("aud")
    if claims.get("iss") != own or claims.get("sub") != own:
        raise _not_proved("iss and sub must both be the client's id")
    if audience != token_url and audience != [token_url]:
        raise _not_proved(f"aud must be {token_url}")
    if not isinstance(claims.get("jti"), str) or not 0 < len(claims["jti"]) <= LONGEST_JTI:
        raise _not_proved("jti must be a text that is used once")
    ends_at = _instant(claims.get("exp"))
    begins_at = _instant(claims.get("nbf", 0))
    if ends_at is None or begins_at is None or begins_at > now + CLOCKS_DIFFER:
        raise _not_proved("exp must be a time, and nbf, where there is one, must be past")
    if ends_at + CLOCKS_DIFFER <= now or ends_at > now + LONGEST_PROOF + CLOCKS_DIFFER:
        raise _not_proved("exp must be ahead, by five minutes at most")
    return ends_at


def _instant(said: Any) -> datetime | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        at = datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year < FAR else None


def _use_once(session: Session, token: ApiToken, jti: str, ends_at: datetime) -> None:
    """Two at the same moment: the database refuses the second (`Conflict`, which the endpoint answers alike)."""
    which = (token.key, digest(jti))
    if session.get(UsedProof, which) is not None:
        raise Conflict("This proof was used before.")
    session.add(UsedProof(token_id=which[0], jti_hash=which[1], ends_at=ends_at + CLOCKS_DIFFER))


def _not_proved(why: str) -> OAuthError:
    return OAuthError("invalid_client", f"The client assertion does not prove who you are: {why}.")


def give(session: Session, token: ApiToken, asked: str, machine_time: datetime) -> tuple[str, Grants]:
    """An access token, which is nowhere else, and what it opens. Raises `OAuthError`."""
    own = [scope for scope in Scope if scope in token.scopes]
    grants = granted(asked, own)
    if not grants:
        raise OAuthError("invalid_scope", "Nothing of what was asked for is this client's to have.")
    forget_old(session, machine_time)
    access = BEGINS + secrets.token_urlsafe(32)
    row = AccessToken(
        token_hash=digest(access), token_id=token.key, grants=grants, ends_at=machine_time + LASTS
    )
    session.add(row)
    return access, grants


def forget_old(session: Session, machine_time: datetime) -> None:
    """Access tokens and used proofs whose time is over."""
    for kept in (AccessToken, UsedProof):
        session.execute(delete(kept).where(col(kept.ends_at) < machine_time))


def opened_by(session: Session, bearer: str, machine_time: datetime) -> tuple[Machine, Grants] | None:
    """The machine behind an access token, or behind its own, and what of FHIR it opens; None where it does not hold."""
    if not bearer.startswith(BEGINS):
        machine = machine_of(session, bearer, machine_time)
        return (machine, grantable(machine.scopes)) if machine else None
    row = session.get(AccessToken, digest(bearer))
    token = session.get(ApiToken, row.token_id) if row is not None else None
    if row is None or token is None or row.ends_at <= machine_time or not token.holds(machine_time):
        return None
    own = frozenset(scope for scope in Scope if scope in token.scopes)
    most = grantable(own)
    grants = {kind: letters for kind, letters in row.grants.items() if kind in most}
    return Machine(token.key, token.place, token.name, own, token.last_used_at), grants
