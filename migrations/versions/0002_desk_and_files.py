"""Files, places, and the cases of the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kern_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("geojson", sa.String(length=20000), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_place")),
    )
    with op.batch_alter_table("kern_place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_place_content_key_content_id"),
            ["content_key", "content_id"],
            unique=True,
        )
    op.create_table(
        "kern_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=43), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=True),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["kern_party.id"],
            name=op.f("fk_kern_file_uploaded_by_kern_party"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_file")),
        sa.UniqueConstraint("name", name=op.f("uq_kern_file_name")),
    )
    with op.batch_alter_table("kern_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_file_content_key_content_id"),
            ["content_key", "content_id"],
            unique=False,
        )
    op.create_table(
        "kern_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=30), nullable=True),
        sa.Column("rule", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_kern_case_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"],
            ["kern_account.id"],
            name=op.f("fk_kern_case_claimed_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["kern_account.id"],
            name=op.f("fk_kern_case_decided_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"],
            ["kern_scope.id"],
            name=op.f("fk_kern_case_scope_id_kern_scope"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_case")),
    )
    with op.batch_alter_table("kern_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_case_author_id_state_decided_at"),
            ["author_id", "state", "decided_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_kern_case_content_key_content_id_state"),
            ["content_key", "content_id", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_kern_case_scope_id_state_opened_at"),
            ["scope_id", "state", "opened_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_kern_case_state_decided_at_id"),
            ["state", "decided_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_kern_case_state_opened_at_id"),
            ["state", "opened_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_kern_case_open",
            ["content_key", "content_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    op.create_table(
        "kern_case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=9), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["kern_case.id"],
            name=op.f("fk_kern_case_note_case_id_kern_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_kern_case_note_party_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_case_note")),
        sa.UniqueConstraint("receipt", name=op.f("uq_kern_case_note_receipt")),
    )
    with op.batch_alter_table("kern_case_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kern_case_note_case_id"), ["case_id"], unique=False)


def downgrade():
    raise NotImplementedError("restore the backup instead")
