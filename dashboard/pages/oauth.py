"""Where a machine gets an access token for `/fhir`. Refusals are OAuth's own, with a sentence that says what to do."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from dashboard.fhir.capability import token_url
from hub import audit, oauth
from hub.access import WRONG_WINDOW, must_wait, remember_wrong
from hub.assemble import Hub
from hub.errors import Conflict
from hub.gate import everybody, hub_of
from hub.oauth import OAuthError, Proved
from hub.smart import in_words
from hub.tokens import ApiToken

router = APIRouter()
OPEN = everybody("a machine comes here to prove who it is")
LONGEST = 8_192
MOST_FIELDS = 12
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Said = Mapping[str, str]
USED = "This proof was used before: sign a new one, with a new jti."
AGAIN = "The hub could not write it down just now: ask again."
WAIT = f"Too many that did not hold. Look at the key or the secret; ask again in {WRONG_WINDOW.seconds // 60} minutes."


async def sent(request: Request) -> Said:
    """The fields of the form, each once: twice is not what the standard allows."""
    typed = await request.form(max_fields=MOST_FIELDS, max_files=0)
    found = [(name, value) for name, value in typed.multi_items() if isinstance(value, str)]
    return dict(found) if len(dict(found)) == len(found) else {}


@router.post("/oauth2/token", dependencies=[OPEN])
def token(request: Request, said: Annotated[Said, Depends(sent)]) -> Response:
    """Whoever has proved nothing yet waits for no writer, and nobody waits for them."""
    hub = hub_of(request)
    now = hub.clock.machine()
    address = request.client.host if request.client else "unknown"
    who = f"{_says_they_are(request, said)} at {address}", f"machines at {address}"
    try:
        with hub.db.read() as session:
            if must_wait(session, *who, now):
                raise OAuthError("slow_down", WAIT, 429)
            proved = _client(session, hub, request, said)
    except OAuthError as error:
        if error.code == "invalid_client":
            with hub.db.write() as session:
                remember_wrong(session, *who, now)
        return _refused(error)
    try:
        with hub.db.write() as session:
            client = oauth.take_in(session, proved, now)
            access, grants = oauth.give(session, client, said.get("scope", "")[:LONGEST], now)
            _keep(session, hub, client, in_words(grants))
    except Conflict:
        return _refused(
            OAuthError("invalid_client", USED) if proved.jti else OAuthError("slow_down", AGAIN, 503)
        )
    except OAuthError as error:
        return _refused(error)
    body = {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": int(oauth.LASTS.total_seconds()),
        "scope": in_words(grants),
    }
    return JSONResponse(body, headers=NO_STORE)


def _says_they_are(request: Request, said: Said) -> str:
    """Not proved: by that they are told apart from others at the same address."""
    if not (assertion := said.get("client_assertion", "")[:LONGEST]):
        return (_basic(request) or (said.get("client_id", ""), ""))[0]
    try:
        return str(oauth.issuer(assertion))
    except OAuthError:
        return ""


def _client(session: Session, hub: Hub, request: Request, said: Said) -> Proved:
    if said.get("grant_type") != "client_credentials":
        raise OAuthError("unsupported_grant_type", "Send grant_type=client_credentials, as a form.")
    now = hub.clock.machine()
    if assertion := said.get("client_assertion", ""):
        if said.get("client_assertion_type") != oauth.ASSERTION_TYPE or len(assertion) > LONGEST:
            raise OAuthError("invalid_request", f"Send client_assertion_type={oauth.ASSERTION_TYPE}.")
        return oauth.by_assertion(session, assertion, token_url(hub), now)
    client, secret = _basic(request) or (said.get("client_id", ""), said.get("client_secret", ""))
    return oauth.by_secret(session, client, secret, now)


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return client, secret


def _keep(session: Session, hub: Hub, client: ApiToken, words: str) -> None:
    actor = oauth.actor_of(client)
    audit.note(
        session,
        client.place,
        hub.clock.now(),
        actor,
        "access_token_given",
        f"token:{client.key}",
        words[:300],
    )


def _refused(error: OAuthError) -> Response:
    headers = {**NO_STORE, **({"WWW-Authenticate": "Basic"} if error.status == 401 else {})}
    return JSONResponse({"error": error.code, "error_description": str(error)}, error.status, headers)
