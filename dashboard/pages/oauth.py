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
from hub.assemble import Hub
from hub.errors import Conflict
from hub.gate import everybody, hub_of
from hub.oauth import OAuthError
from hub.smart import in_words
from hub.tokens import ApiToken

router = APIRouter()
OPEN = everybody("a machine comes here to prove who it is")
LONGEST = 8_192
MOST_FIELDS = 12
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Said = Mapping[str, str]


async def sent(request: Request) -> Said:
    """The fields of the form, each once: twice is not what the standard allows."""
    typed = await request.form(max_fields=MOST_FIELDS, max_files=0)
    found = [(name, value) for name, value in typed.multi_items() if isinstance(value, str)]
    return dict(found) if len(dict(found)) == len(found) else {}


@router.post("/oauth2/token", dependencies=[OPEN])
def token(request: Request, said: Annotated[Said, Depends(sent)]) -> Response:
    hub = hub_of(request)
    try:
        with hub.db.write() as session:
            client = _client(session, hub, request, said)
            access, grants = oauth.give(session, client, said.get("scope", "")[:LONGEST], hub.clock.machine())
            _keep(session, hub, client, in_words(grants))
    except Conflict:  # the same proof at the same moment, or a moment ago
        return _refused(
            OAuthError("invalid_client", "This proof was used before: sign a new one, with a new jti.")
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


def _client(session: Session, hub: Hub, request: Request, said: Said) -> ApiToken:
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
