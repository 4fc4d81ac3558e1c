"""The way to other organisations' servers over FHIR R4: reading, writing, and messages.

Addresses carry people's numbers (`identifier=`), so no address is ever logged, and an error says none (`hub/log.py`).
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx

from hub.record_servers import LONGEST_ASK_S, Bearer, Server, SignedJwt
from workers.breaker import Breaker
from workers.fhir_token import Token

FHIR_JSON = "application/fhir+json"
LARGEST = 20_000_000
"""Bytes of one answer; more is garbage."""
LONGEST_SAID_S = 6 * 3600.0
OF_OURS = (401, 403, 408, 425, 429)
"""4xx that say nothing against what was sent: about our own credentials, or about the moment. They are tried again."""


class Fault(StrEnum):
    """`later`: nothing is known, or not now. `changed`: 409 or 412, somebody else wrote. `refused`: never this."""

    later = "later"
    changed = "changed"
    refused = "refused"


class RecordError(Exception):
    """What went wrong, in words without anybody's number. `wait_s`: what the server itself asks for."""

    def __init__(
        self, fault: Fault, words: str, status: int | None = None, wait_s: float | None = None
    ) -> None:
        super().__init__(words)
        self.fault, self.status, self.wait_s = fault, status, wait_s


class FhirClient:
    """One server, from one thread. Every ask ends within its time, however slowly the other side drips."""

    def __init__(self, server: Server, machine: Callable[[], datetime]) -> None:
        self.server, self._machine = server, machine
        self.breaker = Breaker(machine)
        self._token = Token(server.auth) if isinstance(server.auth, SignedJwt) else None
        self._http = httpx.Client(
            verify=server.tls.context() if server.tls else True,
            follow_redirects=False,
            trust_env=False,
            headers={"accept": FHIR_JSON, "accept-encoding": "identity"},
        )

    def close(self) -> None:
        self._http.close()

    def within(self, budget_s: float = LONGEST_ASK_S) -> "Asking":
        """Some asks that share one time. Raises `RecordError` where the server is left alone just now."""
        if wait_s := self.breaker.shut_for_s:
            raise RecordError(
                Fault.later, "it has not answered lately, and is left alone for a while", wait_s=wait_s
            )
        return Asking(self, time.monotonic() + budget_s)

    def _headers(self, asking: "Asking") -> dict[str, str]:
        if isinstance(self.server.auth, Bearer):
            return {"authorization": f"Bearer {self.server.auth.token.get_secret_value()}"}
        if self._token is None:
            return {}
        return {"authorization": f"Bearer {self._token.of(asking.token, self._machine())}"}


class Asking:
    """Asks of one server that must be over by one moment."""

    def __init__(self, client: FhirClient, until: float) -> None:
        self._client, self._until = client, until

    def get(self, path: str) -> dict[str, Any]:
        """`Patient?identifier=…`, or a page's own link. Raises `RecordError`."""
        said = self._fhir("GET", path)
        self._client.breaker.answered()
        return said

    def transaction(self, bundle: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the server says of each entry, in order. Raises `RecordError`; half an answer is none."""
        said = self._fhir("POST", "", bundle)
        entries = [entry for entry in said.get("entry") or [] if isinstance(entry, dict)]
        if said.get("type") != "transaction-response" or len(entries) != len(bundle["entry"]):
            raise self._garbage()
        for entry in entries:
            response = entry.get("response") or {}
            status = str(response.get("status", ""))[:3]
            if not status.isdigit():
                raise self._garbage()
            if not status.startswith("2") and status != "304":
                raise _refusal(int(status), response.get("outcome"), None)
        self._client.breaker.answered()
        return entries

    def message(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        """`$process-message`: the status, and what came as JSON; what either means is for whoever sent it. Raises
        `RecordError` where nothing came, or that we may not come in, or not now."""
        status, heads, said = self._asked("POST", "$process-message", body, headers)
        if status in OF_OURS or status >= 500 or status < 200:
            raise _refusal(status, said, _retry_after(heads, self._client._machine()))
        self._client.breaker.answered()
        return status, said

    def token(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        status, _, said = self._send("POST", url, {"accept": "application/json"}, data=form)
        if status != 200 or not isinstance(said, dict) or "access_token" not in said:
            words = f"no token was given to us ({status}); our key may not be known there"
            raise RecordError(Fault.later, words, status)
        return said

    def _fhir(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        sent = None if body is None else json.dumps(body).encode()
        status, heads, said = self._asked(method, path, sent)
        if not 200 <= status < 300:
            raise _refusal(status, said, _retry_after(heads, self._client._machine()))
        if not isinstance(said, dict) or "resourceType" not in said:
            raise self._garbage()
        return said

    def _asked(
        self, method: str, path: str, sent: bytes | None, more: Mapping[str, str] | None = None
    ) -> tuple[int, httpx.Headers, Any]:
        """With a new token where the old one is not believed any more."""
        client = self._client
        base = client.server.base_url
        url = path if path.startswith((f"{base}/", f"{base}?")) else f"{base}/{path}".rstrip("/")
        for again in (False, True):
            headers = {
                **client._headers(self),
                **({"content-type": FHIR_JSON} if sent else {}),
                **(more or {}),
            }
            status, heads, said = self._send(method, url, headers, content=sent)
            if status != 401 or client._token is None or again:
                break
            client._token.forget()
        return status, heads, said

    def _send(
        self, method: str, url: str, headers: dict[str, str], **body: Any
    ) -> tuple[int, httpx.Headers, Any]:
        """One exchange: status, headers, and the JSON that came, None where it was none."""
        client, left_s = self._client, self._until - time.monotonic()
        if left_s <= 0.05:
            raise RecordError(Fault.later, "it took too long")
        times = httpx.Timeout(
            min(left_s, client.server.timeout_s), connect=min(left_s, client.server.connect_timeout_s)
        )
        try:
            status, heads, came = exchange(client._http, method, url, headers, times, **body)
            if status >= 500 or status == 429:
                client.breaker.failed()
            return status, heads, _json(came)
        except httpx.TimeoutException:
            client.breaker.failed()
            raise RecordError(Fault.later, "it did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            client.breaker.failed()
            raise RecordError(Fault.later, _broken(error, client.server)) from None

    def _garbage(self) -> RecordError:
        self._client.breaker.failed()
        return RecordError(Fault.later, "its answer could not be read")


def exchange(
    http: httpx.Client, method: str, url: str, headers: Mapping[str, str], times: httpx.Timeout, **body: Any
) -> tuple[int, httpx.Headers, bytes]:
    """All of an answer within the time to read, however slowly the other side drips, and never more than `LARGEST`. The
    client asks for no encoding. Raises `httpx.HTTPError`, `httpx.InvalidURL`, `OSError`."""
    until = time.monotonic() + (times.read or 0.0)
    with http.stream(method, url, headers=headers, timeout=times, **body) as answer:
        came = bytearray()
        for part in answer.iter_raw():
            came += part
            if time.monotonic() > until or len(came) > LARGEST:
                raise httpx.ReadTimeout("too slow or too long")
        return answer.status_code, answer.headers, bytes(came)


def _broken(error: Exception, server: Server) -> str:
    """TLS's own words name no person; they tell which certificate somebody must look at. Whoever does not believe ours
    may say so after the handshake alone, or hang up without a word."""
    said = str(error).lower()
    if "certificate has expired" in said:
        return "its certificate has expired: they must renew it"
    if "hostname mismatch" in said or "address mismatch" in said:
        return "its certificate is for another name: look at base_url"
    if "certificate verify failed" in said or "certificate_verify_failed" in said:
        return "its certificate is not believed: look at ca_file"
    if "alert" in said and ("certificate" in said or "unknown ca" in said or "handshake" in said):
        return "it does not believe our certificate: look at cert_file"
    if isinstance(error, httpx.ConnectError):
        return "it cannot be reached"
    broke_off = "its answer broke off"
    return f"{broke_off}; it may not believe our certificate: look at cert_file" if server.tls else broke_off


def _refusal(status: int, outcome: Any, wait_s: float | None) -> RecordError:
    if status in (409, 412):
        return RecordError(Fault.changed, "somebody else has changed it there", status)
    if status in (401, 403):
        return RecordError(Fault.later, f"it does not let us in ({status})", status, wait_s)
    if status in OF_OURS or status >= 500 or status < 400:
        return RecordError(Fault.later, f"it cannot take it now ({status})", status, wait_s)
    said = _issues(outcome)
    return RecordError(Fault.refused, f"it refused this ({status}{f': {said}' if said else ''})", status)


def _issues(outcome: Any) -> str:
    """The codes of an `OperationOutcome` and where: its own words may repeat what we sent, and name people."""
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    found = [issue for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    said = [
        " at ".join(
            [
                str(issue.get("code", "?"))[:40],
                *(str(way)[:60] for way in (issue.get("expression") or [])[:1]),
            ]
        )
        for issue in found[:3]
    ]
    return "; ".join(said)


def _retry_after(headers: httpx.Headers, machine: datetime) -> float | None:
    """Seconds, or a date; bounded, because a server may ask for a year."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        wait_s = float(said)
    except ValueError:
        try:
            at = parsedate_to_datetime(said)
        except ValueError:
            return None
        wait_s = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - machine).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_SAID_S) if wait_s == wait_s else None


def _json(came: bytes) -> Any:
    try:
        return json.loads(came)
    except (ValueError, RecursionError):
        return None
