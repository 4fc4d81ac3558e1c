"""Services that can be asked by a message (BaRS): a JSON file, checked at start. Any other is told by telephone."""

from pathlib import Path

from pydantic import Field, model_validator

from hub.errors import Refused
from hub.record_servers import Server, Told, read_file

SETTING = "FP_SERVICES"


class Service(Server):
    """`service`: its id in the house file. `service_id`: its number in the directory of services. `organisation`: its
    ODS code. `sender`: the name of the token with which it answers: nobody else's word is taken for its own."""

    service: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$")
    service_id: str = Field(min_length=1, max_length=40)
    organisation: str = Field(pattern=r"^[A-Z0-9]{3,12}$")
    sender: str = Field(min_length=1, max_length=60)


class _File(Told):
    services: tuple[Service, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "_File":
        for names in ([one.service for one in self.services], [one.sender for one in self.services]):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{twice[0]} stands twice")
        return self


def read_services(path: Path | None, *, training: bool) -> tuple[Service, ...]:
    """Those of the file; none without one. Raises `Refused` with every fault, one to a line."""
    told = read_file(path, _File, SETTING)
    if told is None:
        return ()
    if not training and (bare := [one.service for one in told.services if one.is_open]):
        raise Refused(f"{SETTING}: a live place needs https:// for {', '.join(bare)}.")
    return told.services
