"""What a hub must be told, from the environment. Refuses to start with a clear sentence when something is wrong."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import Refused
from hub.sealing import SHORTEST_SECRET, secrets_in


def _no_slash(url: str) -> str:
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_no_slash)]


class Settings(BaseSettings):
    """Every variable begins with `FP_`; `.env.example` lists them all."""

    model_config = SettingsConfigDict(env_prefix="FP_", extra="ignore")

    data: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: Url = ""
    secret_key: SecretStr = SecretStr("")
    key_safe_secret: SecretStr = SecretStr("")
    training: bool = True
    place: str = "training"
    phones_url: Url = ""
    phones_port: int = 0
    phones_token: SecretStr = SecretStr("")
    phones_sid: str = "ACtraining00000000000000000000000000"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    clock_file: Path | None = None
    beat_file: Path | None = None
    released: Path | None = None
    protocols: Path = Path("protocols")
    carrier_timeout_s: float = 3.0
    audit_heads: str = ""
    audit_syslog: str = ""
    audit_webhook: str = ""
    audit_webhook_secret: SecretStr = SecretStr("")
    audit_every_s: float = 300.0
    trust_proxy: bool = False
    record_servers: Path | None = None
    services: Path | None = None
    retention: Path | None = None

    @property
    def database(self) -> str:
        """The database's URL; SQLite in the data folder unless one is given."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'first-point.sqlite3'}"

    @property
    def redis(self) -> str:
        return self.redis_url or f"unix://{self.data.absolute() / 'run' / 'valkey.sock'}"

    @property
    def public(self) -> str:
        """The address that carriers and people use; webhooks' signatures are computed over it."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def heads(self) -> Path:
        """The file in which the heads of the audit's chain are published."""
        return Path(self.audit_heads) if self.audit_heads else self.data.absolute() / "audit-heads.log"

    @property
    def phones(self) -> str:
        return self.phones_url or f"http://127.0.0.1:{self.phones_port or self.port + 1}"

    def faults(self) -> list[str]:
        """What is wrong or unsafe, as sentences that say what to do."""
        wrong = []
        if len(self.secret_key.get_secret_value()) < 32:
            wrong.append(
                "FP_SECRET_KEY must be a secret of 32 characters or more; `make run` makes one for training."
            )
        under = secrets_in(self.key_safe_secret.get_secret_value())
        if not under or min(len(secret) for secret in under) < SHORTEST_SECRET:
            wrong.append(
                "FP_KEY_SAFE_SECRET must be a secret of 32 characters or more, under which key-safe codes are kept; "
                "to change it, put the new one before the old one, with a comma."
            )
        if self.audit_webhook and len(self.audit_webhook_secret.get_secret_value()) < SHORTEST_SECRET:
            wrong.append(
                "FP_AUDIT_WEBHOOK needs FP_AUDIT_WEBHOOK_SECRET, 32 characters or more, under which it is signed."
            )
        if self.training:
            if not self.phones_token.get_secret_value():
                wrong.append("FP_PHONES_TOKEN is missing: the training phones and the hub share it.")
            return wrong
        if not self.public.startswith("https://"):
            wrong.append(
                "A live place needs FP_PUBLIC_URL with https://: log-ins and texts carry links to it."
            )
        if not (self.twilio_account_sid and self.twilio_auth_token.get_secret_value()):
            wrong.append(
                "A live place needs FP_TWILIO_ACCOUNT_SID and FP_TWILIO_AUTH_TOKEN, or no text will leave."
            )
        if self.clock_file:
            wrong.append("FP_CLOCK_FILE moves the clock and belongs to training alone; take it away.")
        return wrong


def read_settings() -> Settings:
    """The environment as settings. Raises `Refused` with every fault, one to a line."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"FP_{str(fault['loc'][0]).upper()}: {fault['msg'].lower()}." for fault in error.errors()]
        raise Refused("First Point cannot start.\n" + "\n".join(lines)) from None
    if faults := settings.faults():
        raise Refused("First Point cannot start.\n" + "\n".join(faults))
    return settings
