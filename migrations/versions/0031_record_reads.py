"""People are asked after at record servers, and what those said is kept with its age"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "record_ask",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("place", "about", name="record_ask_about"),
    )
    for name, column, words in (
        ("record_ask_waits", "id", "state = 'waiting'"),
        ("record_ask_being_read", "lease_until", "state = 'reading'"),
        ("record_ask_case", "case_id", "case_id IS NOT NULL"),
    ):
        where = sa.text(words)
        op.create_index(name, "record_ask", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "record_read",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("ask_id", sa.Integer(), sa.ForeignKey("record_ask.id"), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("server", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("unread", JSON, nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("put_on", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("put_for", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("put_at", UTCDateTime(), nullable=True),
        sa.UniqueConstraint("ask_id", "server", name="record_read_of"),
    )
    op.create_index("record_read_tried", "record_read", ["tried_at"])


def downgrade() -> None:
    op.drop_table("record_read")
    op.drop_table("record_ask")
