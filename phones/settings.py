"""What a training network needs to know. Only `__main__` reads the environment."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_SID = "ACtraining00000000000000000000000000"


@dataclass(frozen=True)
class PhonesSettings:
    """All times are seconds, so that tests can make a minute last milliseconds."""

    folder: Path
    token: str
    hub_number: str
    public_url: str
    account_sid: str = DEFAULT_SID
    host: str = "127.0.0.1"
    port: int = 8010
    step_s: float = 0.03  # between queued, sent and delivered
    slow_s: float = 10.0  # the `slow` manner, when no seconds were chosen
    hang_s: float = 20.0  # longer than any client's time-out should be
    ring_timeout_s: float = 30.0
    retry_delays_s: tuple[float, ...] = (2.0, 8.0, 20.0, 35.0, 55.0)  # five tries again in two minutes
    voice_retry_delays_s: tuple[float, ...] = (0.3, 1.0)  # somebody is listening to the silence
    webhook_timeout_s: float = 5.0
    poll_limit_s: float = 20.0

    @property
    def file(self) -> Path:
        return self.folder / "phones.sqlite3"

    @property
    def sms_webhook(self) -> str:
        return self.public_url.rstrip("/") + "/webhooks/sms"

    @property
    def voice_webhook(self) -> str:
        return self.public_url.rstrip("/") + "/webhooks/voice"

    @property
    def voice_status_webhook(self) -> str:
        return self.voice_webhook + "/status"
