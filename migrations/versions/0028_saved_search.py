"""Searches that people keep, to be told what comes new."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "portal_saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_portal_saved_search_party_id_kern_party"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_saved_search")),
        sa.UniqueConstraint(
            "party_id", "address", name=op.f("uq_portal_saved_search_party_id_address")
        ),
    )


def downgrade():
    op.drop_table("portal_saved_search")
