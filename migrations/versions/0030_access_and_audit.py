"""What somebody had to do with whom they looked at is kept; closed cases opened in an emergency; consent by purpose"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("relation", sa.String(length=40), nullable=True))
    op.create_index("audit_actor", "audit", ["place", "actor", "at"])
    op.create_index("audit_at", "audit", ["place", "at"])
    op.create_table(
        "broken_glass",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("person_of_hub.id"), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("justified", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), sa.ForeignKey("person_of_hub.id"), nullable=True),
        sa.Column("reviewed_by_name", sa.String(length=80), nullable=True),
        sa.Column("reviewed_at", UTCDateTime(), nullable=True),
    )
    waits = sa.text("reviewed_at IS NULL")
    op.create_index(
        "broken_glass_waits", "broken_glass", ["place", "id"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_index("broken_glass_case", "broken_glass", ["case_id", "user_id"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("with_whom", sa.String(length=80), nullable=False),
        sa.Column("said", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )
    op.create_index("consent_person", "consent", ["place", "person", "purpose"])


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_table("broken_glass")
    op.drop_index("audit_at", "audit")
    op.drop_index("audit_actor", "audit")
    op.drop_column("audit", "relation")
