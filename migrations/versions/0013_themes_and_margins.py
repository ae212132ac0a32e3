"""Themes of free texts, and figures of the population to weigh answers by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "umfragen_text_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_text_tag_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_text_tag")),
    )
    op.create_index(
        op.f("ix_umfragen_text_tag_survey_id_name"),
        "umfragen_text_tag",
        ["survey_id", "name"],
        unique=True,
    )
    op.create_table(
        "umfragen_tagged",
        sa.Column("text_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["tag_id"],
            ["umfragen_text_tag.id"],
            name=op.f("fk_umfragen_tagged_tag_id_umfragen_text_tag"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["umfragen_free_text.id"],
            name=op.f("fk_umfragen_tagged_text_id_umfragen_free_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("text_id", "tag_id", name=op.f("pk_umfragen_tagged")),
    )
    op.create_index(op.f("ix_umfragen_tagged_tag_id"), "umfragen_tagged", ["tag_id"])
    op.create_table(
        "umfragen_margin",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_margin_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "item_key", "code", name=op.f("pk_umfragen_margin")),
    )


def downgrade():
    op.drop_table("umfragen_margin")
    op.drop_index(op.f("ix_umfragen_tagged_tag_id"), table_name="umfragen_tagged")
    op.drop_table("umfragen_tagged")
    op.drop_index(op.f("ix_umfragen_text_tag_survey_id_name"), table_name="umfragen_text_tag")
    op.drop_table("umfragen_text_tag")
