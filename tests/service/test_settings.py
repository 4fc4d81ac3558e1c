"""A hub that is told something wrong or unsafe says so in sentences and does not start."""

import re
from pathlib import Path

import pytest

from hub.errors import Refused
from hub.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s3cret-" * 6
TRAINING = {
    "FP_SECRET_KEY": SECRET,
    "FP_KEY_SAFE_SECRET": SECRET,
    "FP_PHONES_TOKEN": "token-of-the-phones",
}
LIVE = {
    "FP_SECRET_KEY": SECRET,
    "FP_KEY_SAFE_SECRET": SECRET,
    "FP_TRAINING": "no",
    "FP_PUBLIC_URL": "https://ucr.example.nhs.uk/",
    "FP_TWILIO_ACCOUNT_SID": "AC1",
    "FP_TWILIO_AUTH_TOKEN": "the-carriers-token",
}


def told(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> Settings:
    for name in [f"FP_{field.upper()}" for field in Settings.model_fields]:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_a_training_place_needs_its_secrets_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, TRAINING)
    assert settings.training
    assert settings.database == f"sqlite:///{Path('data').absolute()}/first-point.sqlite3"
    assert settings.redis == f"unix://{Path('data').absolute()}/run/valkey.sock"
    assert settings.public == "http://127.0.0.1:8000"
    assert settings.phones == "http://127.0.0.1:8001"


def test_a_live_place_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, LIVE)
    assert not settings.training
    assert settings.public == "https://ucr.example.nhs.uk", "signatures are computed without the last slash"


def test_addresses_win_over_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {
        "FP_DATABASE_URL": "postgresql+psycopg://u:p@db/fp",
        "FP_REDIS_URL": "redis://r:6379/0",
        "FP_PHONES_URL": "http://phones:8001/",
        "FP_PHONES_PORT": "9",
    }
    settings = told(monkeypatch, TRAINING | urls)
    assert settings.database == urls["FP_DATABASE_URL"]
    assert settings.redis == urls["FP_REDIS_URL"]
    assert settings.phones == "http://phones:8001"


@pytest.mark.parametrize(
    ("base", "change", "words", "why"),
    [
        (TRAINING, {"FP_SECRET_KEY": ""}, "FP_SECRET_KEY", "log-ins could be forged"),
        (TRAINING, {"FP_SECRET_KEY": "x" * 31}, "32 characters", "too short a secret"),
        (TRAINING, {"FP_KEY_SAFE_SECRET": ""}, "FP_KEY_SAFE_SECRET", "S19: a code could not be kept"),
        (TRAINING, {"FP_KEY_SAFE_SECRET": f"{SECRET},old"}, "32 characters", "too short an old one"),
        (TRAINING, {"FP_PHONES_TOKEN": ""}, "FP_PHONES_TOKEN", "anybody could send webhooks"),
        (TRAINING, {"FP_PORT": "http"}, "FP_PORT", "no number"),
        (TRAINING, {"FP_TRAINING": "perhaps"}, "FP_TRAINING", "neither yes nor no"),
        (TRAINING, {"FP_CARRIER_TIMEOUT_S": "soon"}, "FP_CARRIER_TIMEOUT_S", "no number"),
        (LIVE, {"FP_PUBLIC_URL": "http://ucr.example.nhs.uk"}, "https://", "log-ins in clear text"),
        (LIVE, {"FP_PUBLIC_URL": ""}, "FP_PUBLIC_URL", "texts would carry a link to nowhere"),
        (LIVE, {"FP_TWILIO_AUTH_TOKEN": ""}, "FP_TWILIO_AUTH_TOKEN", "no text would leave"),
        (LIVE, {"FP_TWILIO_ACCOUNT_SID": ""}, "FP_TWILIO_ACCOUNT_SID", "no text would leave"),
        (LIVE, {"FP_CLOCK_FILE": "/tmp/clock"}, "FP_CLOCK_FILE", "a clock that can be moved"),
    ],
)
def test_what_stops_it(
    monkeypatch: pytest.MonkeyPatch, base: dict[str, str], change: dict[str, str], words: str, why: str
) -> None:
    with pytest.raises(Refused) as said:
        told(monkeypatch, base | change)
    assert str(said.value).startswith("First Point cannot start.\n"), why
    assert words in str(said.value), why
    for secret in (SECRET, "token-of-the-phones", "the-carriers-token"):
        assert secret not in str(said.value)


def test_every_fault_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as said:
        told(monkeypatch, {"FP_TRAINING": "no", "FP_CLOCK_FILE": "x"})
    assert len(str(said.value).splitlines()) == 6, "the headline, and five faults"


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for base in (TRAINING, LIVE):
        printed = f"{told(monkeypatch, base)!r} {told(monkeypatch, base)}"
        assert SECRET not in printed
        assert "token" not in printed.replace("phones_token", "").replace("auth_token", "")


def test_every_variable_is_in_the_example() -> None:
    listed = set(re.findall(r"^#? ?(FP_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {f"FP_{field.upper()}" for field in Settings.model_fields} <= listed
