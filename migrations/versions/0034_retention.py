"""Requests for what is held of somebody; legal holds, erasures, and each month's retention"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from hub.columns import Json

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def _row() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
    )


def _words(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _of(name: str, table: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=True)


def _live(name: str, table: str, columns: list[str], words: str, *, unique: bool = False) -> None:
    where = sa.text(words)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _requests()
    op.create_table(
        "legal_hold",
        *_row(),
        _of("person_id", "person"),
        _of("case_id", "case_"),
        _words("why", 300),
        _words("by_name", 80),
        _at("at"),
        _at("ended_at", nullable=True),
        _words("ended_by_name", 80),
        _words("ended_why", 300),
    )
    _live("legal_hold_live", "legal_hold", ["place"], "ended_at IS NULL")
    _erasures()
    op.create_table(
        "retention_run",
        *_row(),
        _words("month", 7),
        _at("until"),
        _words("state", 40),
        sa.Column("counts", Json, nullable=False),
        sa.Column("done", Json, nullable=False),
        _words("answered_by_name", 80),
        _at("answered_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at_id", sa.Integer(), nullable=False),
    )
    op.create_index("retention_run_month", "retention_run", ["place", "month"], unique=True)


def _requests() -> None:
    op.create_table(
        "access_request",
        *_row(),
        _of("person_id", "person"),
        sa.Column("nhs_number", sa.String(length=10), nullable=True),
        _words("state", 40),
        _words("asked_by", 200),
        _words("behalf", 300),
        _words("identity", 300),
        _at("received_at"),
        _at("due_at"),
        _words("extended_why", 300),
        _words("made_by", 40),
        _words("made_by_name", 80),
        _at("prepared_at", nullable=True),
        sa.Column("contents", Json, nullable=False),
        _words("trouble", 300),
        _words("checked_by_name", 80),
        _at("checked_at", nullable=True),
        _words("ended_by_name", 80),
        _at("ended_at", nullable=True),
        _words("refused_why", 300),
        _at("ends_at", nullable=True),
    )
    _live(
        "access_request_open",
        "access_request",
        ["place", "due_at"],
        "state IN ('asked', 'prepared', 'checked')",
    )
    op.create_index("access_request_person", "access_request", ["person_id"])
    op.create_table(
        "access_held",
        *_row(),
        sa.Column("request_id", sa.Integer(), sa.ForeignKey("access_request.id"), nullable=False),
        _words("part", 60),
        _words("because", 120),
        sa.Column("held", sa.Boolean(), nullable=True),
        _words("why", 300),
        _words("by_name", 80),
        _at("at", nullable=True),
    )
    op.create_index("access_held_part", "access_held", ["request_id", "part"], unique=True)


def _erasures() -> None:
    op.create_table(
        "erasure",
        *_row(),
        _of("person_id", "person"),
        _of("case_id", "case_"),
        _words("state", 40),
        _words("ground", 40),
        _words("why", 300),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        _words("asked_by_name", 80),
        _at("asked_at"),
        _words("answered_by_name", 80),
        _at("answered_at", nullable=True),
        _words("refused_why", 600),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("scope", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("letter", Json, nullable=False),
        _at("done_at", nullable=True),
    )
    live = "state IN ('asked', 'agreed')"
    for of in ("person", "case"):
        where = f"{live} AND {of}_id IS NOT NULL"
        _live(f"erasure_one_{of}", "erasure", [f"{of}_id"], where, unique=True)
    _live("erasure_open", "erasure", ["place"], live)


def downgrade() -> None:
    for table in ("retention_run", "erasure", "legal_hold", "access_held", "access_request"):
        op.drop_table(table)
