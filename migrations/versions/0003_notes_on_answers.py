"""Notes on answers"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=True),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry"),
    )
    with op.batch_alter_table("answer_note", schema=None) as batch_op:
        batch_op.create_index("answer_note_assessment", ["assessment_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("answer_note", schema=None) as batch_op:
        batch_op.drop_index("answer_note_assessment")
    op.drop_table("answer_note")
