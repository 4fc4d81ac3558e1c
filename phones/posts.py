"""Webhooks that the network owes the hub: written down first, then signed and posted."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from phones import store
from phones.model import Callbacks, Timer
from phones.rules import new_sid
from phones.settings import PhonesSettings
from phones.signing import signature

MAX_ANSWER = 64 * 1024
NOTHING, REPLY, SCRIPT = "nothing", "reply", "script"  # what to do with the hub's answer


@dataclass(frozen=True)
class Answer:
    """`status` is None when nobody answered."""

    status: int | None
    body: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def final(self) -> bool:
        """Trying again helps against silence and 5xx, never against the hub's own "no"."""
        return self.status is not None and self.status < 500

    @property
    def words(self) -> str:
        return "no answer" if self.status is None else f"HTTP {self.status}"


class Posts:
    def __init__(self, settings: PhonesSettings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._client = httpx.Client(
            timeout=settings.webhook_timeout_s,
            trust_env=False,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=32),
        )

    def owe(
        self,
        tx: sqlite3.Connection,
        subject: str,
        url: str,
        fields: Mapping[str, str],
        then: str = NOTHING,
        callbacks: str = Callbacks.ONCE,
        step: int = 0,
    ) -> None:
        payload = {"url": url, "fields": dict(fields), "then": then, "token": new_sid("II"), "step": step}
        for _ in range(2 if callbacks == Callbacks.TWICE else 1):
            store.add_timer(tx, "post", subject, self._now(), payload)

    def perform(self, timer: Timer) -> Answer:
        payload = timer.payload
        return self.post(payload["url"], payload["fields"], payload["token"], self._settings.token)

    def post(self, url: str, fields: Mapping[str, str], idempotency: str, key: str) -> Answer:
        headers = {
            "X-Twilio-Signature": signature(key, url, fields),
            "I-Twilio-Idempotency-Token": idempotency,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        try:
            with self._client.stream("POST", url, data=dict(fields), headers=headers) as response:
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > MAX_ANSWER:
                        break
                return Answer(response.status_code, content[:MAX_ANSWER].decode("utf-8", "replace"))
        except (httpx.HTTPError, httpx.InvalidURL):
            return Answer(None)

    def next_try(self, timer: Timer) -> float | None:
        """When to try again, or None when enough has been tried."""
        voice = timer.payload["then"] == SCRIPT
        delays = self._settings.voice_retry_delays_s if voice else self._settings.retry_delays_s
        return self._now() + delays[timer.attempts] if timer.attempts < len(delays) else None

    def close(self) -> None:
        self._client.close()
