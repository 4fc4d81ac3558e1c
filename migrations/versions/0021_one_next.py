"""One visit may wait behind the one that a responder is on: their next"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
TAKEN = "state IN ('accepted', 'en_route', 'at_door', 'with_person', 'no_access')"


def upgrade() -> None:
    op.drop_index("position_one_per_responder", table_name="position")
    with op.batch_alter_table("position") as position:
        position.add_column(sa.Column("is_next", sa.Boolean(), server_default=sa.false(), nullable=False))
    one_live("position_one_per_responder", f"{TAKEN} AND NOT is_next")
    one_live("position_one_next", f"{TAKEN} AND is_next")
    with op.batch_alter_table("offer") as offer:
        offer.add_column(sa.Column("next_after", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("offer", "next_after")
    op.drop_index("position_one_next", table_name="position")
    op.drop_index("position_one_per_responder", table_name="position")
    op.drop_column("position", "is_next")
    one_live("position_one_per_responder", TAKEN)


def one_live(name: str, where: str) -> None:
    op.create_index(
        name,
        "position",
        ["responder_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
