"""Hints of the desk's cases, and fingerprints of texts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kern_hint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("other_key", sa.String(length=60), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["kern_case.id"],
            name=op.f("fk_kern_hint_case_id_kern_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_hint")),
    )
    op.create_index(op.f("ix_kern_hint_case_id"), "kern_hint", ["case_id"])
    op.create_table(
        "kern_fingerprint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("bins", sa.LargeBinary(), nullable=False),
        *(sa.Column(f"band_{number}", sa.BigInteger(), nullable=False) for number in range(16)),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_kern_fingerprint_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_fingerprint")),
        sa.UniqueConstraint(
            "content_key",
            "content_id",
            name=op.f("uq_kern_fingerprint_content_key_content_id"),
        ),
    )
    for column in ("digest", *(f"band_{number}" for number in range(16))):
        op.create_index(op.f(f"ix_kern_fingerprint_{column}"), "kern_fingerprint", [column])


def downgrade():
    raise NotImplementedError("restore the backup instead")
