"""Who is clinically responsible for each case; lowering, remote care, and triage that felt wrong"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ANSWER = sa.Enum("alone", "agreed", "refused", name="answer", native_enum=False, length=40)
HOW = sa.Enum("duty", "accepted", "manager", name="responsibleas", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.add_column(sa.Column("responsible_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("responsible_name", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("responsible_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("responsible_as", HOW, nullable=True))
        batch_op.add_column(sa.Column("offered_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offered_to_name", sa.String(length=80), nullable=True))
        batch_op.create_index(
            "case_responsible",
            ["place", "responsible_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    _lowering()
    _remote_care()
    _concern()


def _lowering() -> None:
    op.create_table(
        "lowering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("from_priority", sa.String(length=40), nullable=False),
        sa.Column("to_priority", sa.String(length=40), nullable=False),
        sa.Column("floor", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answer", ANSWER, nullable=True),
        sa.Column("answered_by_name", sa.String(length=80), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answer_words", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lowering", schema=None) as batch_op:
        batch_op.create_index(
            "lowering_one_asked",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("answer IS NULL"),
            postgresql_where=sa.text("answer IS NULL"),
        )
        batch_op.create_index("lowering_task", ["task_id"], unique=False)


def _remote_care() -> None:
    op.create_table(
        "remote_care",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=1000), nullable=False),
        sa.Column("agreed_with", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("remote_care", schema=None) as batch_op:
        batch_op.create_index("remote_care_case", ["case_id"], unique=False)


def _concern() -> None:
    op.create_table(
        "concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("protocol", sa.String(length=60), nullable=True),
        sa.Column("protocol_version", sa.String(length=20), nullable=True),
        sa.Column("protocol_sha256", sa.String(length=64), nullable=True),
        sa.Column("house_sha256", sa.String(length=64), nullable=True),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("because", JSON, nullable=False),
        sa.Column("disposition", sa.String(length=200), nullable=True),
        sa.Column("priority", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index("concern_by", ["place", "by_id"], unique=False)
        batch_op.create_index(
            "concern_open",
            ["place"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )


def downgrade() -> None:
    for table in ("concern", "remote_care", "lowering"):
        op.drop_table(table)
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.drop_index("case_responsible")
        for column in (
            "offered_to_name",
            "offered_to_id",
            "responsible_as",
            "responsible_since",
            "responsible_name",
            "responsible_id",
        ):
            batch_op.drop_column(column)
