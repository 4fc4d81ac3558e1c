"""The way to telephones: one Twilio client, for the real carrier and for the training phones alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from dispatch.messages import NEVER_AGAIN

NEWEST = 50
"""How many of a number's newest texts or calls are looked through."""


class CarrierError(Exception):
    """It did not go out. `code` is the carrier's own, `final` says that trying again is of no use."""

    def __init__(self, why: str, code: int | None = None, *, final: bool = False) -> None:
        super().__init__(why)
        self.code, self.final = code, final


@dataclass(frozen=True)
class Sent:
    """A text that the carrier says it has sent to a number."""

    sid: str
    body: str


@dataclass(frozen=True)
class Received:
    """A text that the carrier says it has received for us."""

    sid: str
    phone: str
    body: str


@dataclass(frozen=True)
class Rung:
    """A call that the carrier says it has placed to a number, and when, by its own clock."""

    sid: str
    at: datetime


class SmsCarrier(Protocol):
    """What carries texts and calls. Every method raises `CarrierError`."""

    def send(self, to: str, from_: str, text: str, told_at: str) -> str:
        """Send; returns the carrier's number for it. `told_at` is where its status is told."""
        ...

    def sent_to(self, to: str) -> list[Sent]:
        """The newest texts to a number, so that a second attempt can see whether the first got through."""
        ...

    def status(self, sid: str) -> tuple[str, int | None]:
        """What has become of a text, and the error's code where there is one."""
        ...

    def received(self, to: str) -> list[Received]:
        """The newest texts to a number of ours, newest first: some may never have been told to us."""
        ...

    def rung(self, to: str) -> list[Rung]:
        """The newest calls to a number, newest first: what `sent_to` is for texts."""
        ...

    def ring(self, to: str, from_: str, words: str, key_to: str, told_at: str) -> str:
        """Ring, say `words` twice, and tell `key_to` which key was pressed."""
        ...


class TwilioCarrier:
    """The `twilio` SDK; `base_url` points it at the training phones, None at Twilio."""

    def __init__(self, sid: str, token: str, base_url: str | None, timeout_s: float) -> None:
        # The sync client has no time-out of its own, and a retry inside it would outlive our lease.
        http = TwilioHttpClient(timeout=timeout_s, pool_connections=True)
        self._client = Client(sid, token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    def send(self, to: str, from_: str, text: str, told_at: str) -> str:
        sent = _asked(
            lambda: self._client.messages.create(to=to, from_=from_, body=text, status_callback=told_at)
        )
        return str(sent.sid)

    def sent_to(self, to: str) -> list[Sent]:
        found = _asked(lambda: self._client.messages.list(to=to, limit=NEWEST))
        return [Sent(str(message.sid), str(message.body)) for message in found]

    def status(self, sid: str) -> tuple[str, int | None]:
        message = _asked(lambda: self._client.messages(sid).fetch())
        return str(message.status), int(message.error_code) if message.error_code else None

    def received(self, to: str) -> list[Received]:
        found = _asked(lambda: self._client.messages.list(to=to, limit=NEWEST))
        return [Received(str(m.sid), str(m.from_), str(m.body)) for m in found]

    def rung(self, to: str) -> list[Rung]:
        found = _asked(lambda: self._client.calls.list(to=to, limit=NEWEST))
        return [Rung(str(call.sid), call.date_created) for call in found]

    def ring(self, to: str, from_: str, words: str, key_to: str, told_at: str) -> str:
        said = VoiceResponse()
        gather = Gather(num_digits=1, action=key_to, method="POST", timeout=10)
        gather.say(words, voice="alice", language="en-GB")
        gather.pause(length=1)
        gather.say(words, voice="alice", language="en-GB")
        said.append(gather)
        said.say("Nobody pressed a key. Goodbye.", voice="alice", language="en-GB")
        call = _asked(
            lambda: self._client.calls.create(
                to=to,
                from_=from_,
                twiml=str(said),
                timeout=30,
                status_callback=told_at,
                status_callback_event=["completed"],
            )
        )
        return str(call.sid)


def _asked(ask: Any) -> Any:
    try:
        return ask()
    except TwilioRestException as error:
        code = int(error.code) if error.code else None
        final = code in NEVER_AGAIN or (
            400 <= error.status < 500 and error.status not in (401, 403, 408, 429)
        )
        raise CarrierError(f"the carrier answered {error.status}", code, final=final) from None
    except (TwilioException, RequestException, OSError) as error:
        raise CarrierError(type(error).__name__) from None
