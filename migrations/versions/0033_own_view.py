"""A person's own page: who may open it, codes and log-ins, and what they ask to be put right"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LIVE, WAITS = "ended_at IS NULL", "answered_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "own_access",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("relation", sa.String(length=80), nullable=False),
        sa.Column("of_name", sa.String(length=200), nullable=False),
        sa.Column("agreed_on", JSON, nullable=False),
        sa.Column("sees", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("phrase_hash", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=300), nullable=False),
        sa.Column("key_word", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(length=80), nullable=True),
    )
    _where("own_access_one_person", "own_access", ["person_id"], f"{LIVE} AND kind = 'person'", unique=True)
    _where("own_access_number", "own_access", ["place", "number"], LIVE)
    op.create_index("own_access_person", "own_access", ["person_id"])
    op.create_table(
        "own_ask",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("given", sa.String(length=20), nullable=False),
        sa.Column("born", sa.String(length=10), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )
    op.create_table(
        "own_code",
        sa.Column("token_hash", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("access_id", sa.Integer(), sa.ForeignKey("own_access.id"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("over_at", UTCDateTime(), nullable=True),
    )
    op.create_index("own_code_access", "own_code", ["access_id", "made_at"])
    op.create_table(
        "own_log_in",
        sa.Column("token_hash", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("access_id", sa.Integer(), sa.ForeignKey("own_access.id"), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
    )
    op.create_index("own_log_in_access", "own_log_in", ["access_id"])
    op.create_table(
        "own_try",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )
    op.create_index("own_try_at", "own_try", ["who", "at"])
    op.create_index("own_try_old", "own_try", ["at"])
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("access_id", sa.Integer(), sa.ForeignKey("own_access.id"), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("answer_by", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
    )
    _where("correction_waits", "correction", ["place", "answer_by"], WAITS)
    op.create_index("correction_person", "correction", ["person_id"])


def _where(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    which = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    for table in ("correction", "own_try", "own_log_in", "own_code", "own_ask", "own_access"):
        op.drop_table(table)
