"""Persons of the hub's own record: what they are known by, facts with their sources, links of cases, merges"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from hub.columns import Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("died", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
    )
    op.create_index("person_born", "person", ["place", "born"])
    op.create_index(
        "person_merged",
        "person",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "person_name",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
    )
    op.create_index(
        "person_name_case",
        "person_name",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("person_name_person", "person_name", ["person_id"])
    op.create_table(
        "name_sound",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("name_id", sa.Integer(), sa.ForeignKey("person_name.id"), nullable=False),
        sa.Column("sound", sa.String(length=40), nullable=False),
    )
    op.create_index("name_sound_name", "name_sound", ["name_id"])
    op.create_index("name_sound_sounds", "name_sound", ["place", "sound", "name_id"])
    op.create_table(
        "identifier",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("system", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("verified", sa.String(length=40), nullable=False),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
    )
    op.create_index(
        "identifier_case",
        "identifier",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("identifier_person", "identifier", ["person_id"])
    op.create_index("identifier_value", "identifier", ["place", "system", "value"])
    op.create_table(
        "person_address",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("use", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("postcode", sa.String(length=8), nullable=True),
        sa.Column("access_words", sa.String(length=400), nullable=False),
    )
    op.create_index(
        "person_address_case",
        "person_address",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("person_address_person", "person_address", ["person_id"])
    op.create_index("person_address_postcode", "person_address", ["place", "postcode"])
    op.create_table(
        "person_number",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("whose", sa.String(length=200), nullable=False),
    )
    op.create_index(
        "person_number_case",
        "person_number",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("person_number_number", "person_number", ["place", "number"])
    op.create_index("person_number_person", "person_number", ["person_id"])
    op.create_table(
        "carer",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("agreed", Json, nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
    )
    op.create_index(
        "carer_case",
        "carer",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("carer_person", "carer", ["person_id"])
    op.create_table(
        "fact",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_at", UTCDateTime(), nullable=True),
        sa.Column("entered_in_error_by", sa.String(length=80), nullable=True),
        sa.Column("entered_in_error_why", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("says", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("confidence", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=160), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("full_text", sa.String(length=400), nullable=False),
        sa.Column("outside_id", sa.String(length=300), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), sa.ForeignKey("fact.id"), nullable=True),
    )
    op.create_index(
        "fact_case",
        "fact",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "fact_outside",
        "fact",
        ["place", "outside_id"],
        sqlite_where=sa.text("outside_id IS NOT NULL"),
        postgresql_where=sa.text("outside_id IS NOT NULL"),
    )
    op.create_index("fact_person", "fact", ["person_id"])
    op.create_index(
        "fact_supersedes",
        "fact",
        ["supersedes_id"],
        sqlite_where=sa.text("supersedes_id IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "fact_sealing",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("fact_id", sa.Integer(), sa.ForeignKey("fact.id"), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(length=80), nullable=True),
    )
    op.create_index("fact_sealing_fact", "fact_sealing", ["fact_id"])
    op.create_index(
        "fact_sealing_one_live",
        "fact_sealing",
        ["fact_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_link",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_why", sa.String(length=300), nullable=True),
        sa.Column("wrong", sa.Boolean(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
    )
    op.create_index("case_link_case", "case_link", ["case_id"])
    op.create_index(
        "case_link_one_live",
        "case_link",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("case_link_person", "case_link", ["person_id"])
    op.create_index(
        "case_link_to_be_told",
        "case_link",
        ["place"],
        sqlite_where=sa.text("wrong AND told_at IS NULL"),
        postgresql_where=sa.text("wrong AND told_at IS NULL"),
    )
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("into_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("brought", Json, nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.Column("undone_why", sa.String(length=300), nullable=True),
    )
    op.create_index("person_merge_into", "person_merge", ["into_id"])
    op.create_index(
        "person_merge_one_live",
        "person_merge",
        ["from_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.add_column("case_", sa.Column("person_id", sa.Integer(), nullable=True))
    linked = sa.text("person_id IS NOT NULL")
    op.create_index("case_person", "case_", ["person_id"], sqlite_where=linked, postgresql_where=linked)


def downgrade() -> None:
    op.drop_index("case_person", table_name="case_")
    with op.batch_alter_table("case_") as batch:
        batch.drop_column("person_id")
    for table in (
        "person_merge",
        "case_link",
        "fact_sealing",
        "fact",
        "carer",
        "person_number",
        "person_address",
        "identifier",
        "name_sound",
        "person_name",
        "person",
    ):
        op.drop_table(table)
