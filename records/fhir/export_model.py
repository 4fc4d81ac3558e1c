"""An export that a machine has asked for, and its parts: in the database, so that any process can give them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.columns import Json, one_live, one_of


class ExportStage(StrEnum):
    """`over`: its parts are gone, by time or because the machine said so."""

    running = "running"
    done = "done"
    failed = "failed"
    over = "over"


class Export(SQLModel, table=True):
    """`kind`, `first`: what comes next, from which row on. `named`: not under pseudonyms. One runs for each machine."""

    __tablename__ = "fhir_export"
    __table_args__ = (
        Index("fhir_export_uid", "uid", unique=True),
        Index("fhir_export_place", "place", "id"),
        one_live("fhir_export_one_live", "token_id", where="stage = 'running'"),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36)
    place: str = Field(max_length=40)
    token_id: int = Field(foreign_key="api_token.id")
    by_name: str = Field(max_length=60)
    named: bool
    kinds: list[str] = Field(sa_type=Json)
    since: datetime | None = None
    asked: str = Field(max_length=400, description="the address that was asked, as the manifest repeats it")
    asked_at: datetime
    stage: ExportStage = Field(default=ExportStage.running, sa_type=one_of(ExportStage))
    kind: str = Field(max_length=40)
    first: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    effect_id: int | None = None
    done_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None
        return self.id


class ExportPart(SQLModel, table=True):
    """Some lines of one kind, compressed (zlib)."""

    __tablename__ = "fhir_export_part"
    __table_args__ = (Index("fhir_export_part_once", "export_id", "kind", "first", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    export_id: int = Field(foreign_key="fhir_export.id")
    kind: str = Field(max_length=40)
    first: int
    body: bytes
