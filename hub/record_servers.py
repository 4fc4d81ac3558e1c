"""The record servers of other organisations that this hub reads from and writes to: a JSON file, checked at start."""

import json
import ssl
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from hub.errors import Refused


def _address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https://")
    return url.rstrip("/")


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


Address = Annotated[str, AfterValidator(_address)]
FileThere = Annotated[Path, AfterValidator(_file)]
M = TypeVar("M", bound=BaseModel)
LONGEST_ASK_S = 9.0
"""All that one write asks of a server, together: the effect's lease is 12 s."""


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignedJwt(Told):
    """OAuth2 client credentials, proved by a JWT signed with our own key."""

    kind: Literal["signed_jwt"]
    token_url: Address
    client_id: str = Field(min_length=1)
    key_file: FileThere
    key_id: str = Field(min_length=1)
    algorithm: Literal["RS384", "RS512", "ES384", "RS256", "ES256"] = "RS384"
    scope: str = "system/*.rs"


class Bearer(Told):
    """A token that somebody has given us; for servers of a training place."""

    kind: Literal["bearer"]
    token: SecretStr


class MutualTls(Told):
    """Our certificate and its key; `ca_file`: who signed theirs, where the machine does not know."""

    cert_file: FileThere | None = None
    key_file: FileThere | None = None
    ca_file: FileThere | None = None

    @model_validator(mode="after")
    def _both(self) -> "MutualTls":
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together")
        try:
            self.context()
        except OSError as error:  # ssl.SSLError is one
            why = getattr(error, "reason", None) or error
            raise ValueError(
                f"these files cannot be used ({why}): cert_file and ca_file hold PEM certificates, key_file the key of "
                "that certificate without a password"
            ) from None
        return self

    def context(self) -> ssl.SSLContext:
        """Raises `OSError`."""
        made = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            made.load_cert_chain(self.cert_file, self.key_file, password="")
        return made


class Server(Told):
    """Another organisation's server: where it is, how it knows us, and how long we wait. `ods`: our own organisation's
    code."""

    base_url: Address
    auth: Annotated[SignedJwt | Bearer, Field(discriminator="kind")] | None = None
    tls: MutualTls | None = None
    ods: str | None = Field(default=None, pattern=r"^[A-Z0-9]{3,12}$")
    connect_timeout_s: float = Field(default=2.0, gt=0, le=5)
    timeout_s: float = Field(default=6.0, gt=0, le=LONGEST_ASK_S)

    @property
    def is_open(self) -> bool:
        """Whether anybody on the way could read what goes there."""
        urls = [self.base_url, *([self.auth.token_url] if isinstance(self.auth, SignedJwt) else [])]
        return any(url.startswith("http://") for url in urls)


class RecordServer(Server):
    """One server. `title` is what people read; `name` is kept with each write, and never changes."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1, max_length=80)
    reads: bool = False
    writes: bool = False
    give_up_after_days: float = Field(default=5.0, gt=0, le=60)
    longest_wait_min: float = Field(default=15.0, gt=0, le=240)


class _File(Told):
    servers: tuple[RecordServer, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "_File":
        names = [server.name for server in self.servers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]} stands twice")
        return self


def read_record_servers(path: Path | None, *, training: bool) -> tuple[RecordServer, ...]:
    """Those of the file; none without one. Raises `Refused` with every fault, one to a line."""
    told = read_file(path, _File, "FP_RECORD_SERVERS")
    if told is None:
        return ()
    if not training and (bare := [server.name for server in told.servers if server.is_open]):
        raise Refused(f"FP_RECORD_SERVERS: a live place needs https:// for {', '.join(bare)}.")
    return told.servers


def read_file(path: Path | None, of: type[M], setting: str) -> M | None:
    """None without a path. Raises `Refused` with every fault, one to a line; `setting`: what names the file."""
    if path is None:
        return None
    try:
        return of.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Refused(f"{setting}: {path} cannot be read ({error.strerror}).") from None
    except json.JSONDecodeError as error:
        raise Refused(f"{setting}: {path}:{error.lineno}:{error.colno} is not JSON.") from None
    except ValidationError as error:
        lines = [f"{setting}: {_where(fault['loc'])}{fault['msg']}." for fault in error.errors()]
        raise Refused("\n".join(lines)) from None


def _where(way: tuple[int | str, ...]) -> str:
    """`servers.0.auth.token_url: `, without the values, which may be secrets."""
    return ".".join(str(step) for step in way) + ": " if way else ""
