"""On-call periods, shifts that change, pauses, what is known of a responder, and where it is not safe to go alone"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base", sa.String(length=4), nullable=True))
    op.create_table(
        "on_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("planned_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person_of_hub.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("on_call_role", "on_call", ["place", "role", "ends_at"])
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pause_of", "pause", ["responder_id", "ends_at"])
    op.create_table(
        "rota_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rota_change_at", "rota_change", ["place", "ends_at"])
    _of_responders()


def _of_responders() -> None:
    op.create_table(
        "skill_ends",
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("responder_id", "skill"),
    )
    op.create_table(
        "responder_record",
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("vehicle", sa.String(length=80), nullable=False),
        sa.Column("equipment", JSON, nullable=False),
        sa.Column("base", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("responder_id"),
    )
    op.create_table(
        "staff_safety",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("nhs_number", sa.String(length=10), nullable=True),
        sa.Column("postcode", sa.String(length=8), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("two_people", sa.Boolean(), nullable=False),
        sa.Column("not_alone_after_dark", sa.Boolean(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("staff_safety_person", "staff_safety", ["place", "nhs_number"])
    op.create_index("staff_safety_postcode", "staff_safety", ["place", "postcode"])


def downgrade() -> None:
    for table in ("staff_safety", "responder_record", "skill_ends", "rota_change", "pause", "on_call"):
        op.drop_table(table)
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_column("base")
