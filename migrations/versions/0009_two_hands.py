"""Calls begun while the hub was away, and what two people typed or answered differently"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_as", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("heard_at", UTCDateTime(), nullable=True))
        batch_op.create_index("call_begun", ["begun_as"], unique=True)
    for table in ("entry", "answered"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("aside", sa.Boolean(), nullable=True))


def downgrade() -> None:
    for table in ("answered", "entry"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("aside")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("call_begun")
        batch_op.drop_column("heard_at")
        batch_op.drop_column("begun_as")
