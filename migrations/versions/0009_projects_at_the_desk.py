"""Projects that wait for release, are hidden, and know who handed them in."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("beteiligung_project") as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("refused_picture_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hidden_from", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hidden_rule", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "fk_beteiligung_project_author_id_kern_party",
            "kern_party",
            ["author_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            "fk_beteiligung_project_refused_picture_id_kern_file",
            "kern_file",
            ["refused_picture_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index("ix_beteiligung_project_author_id_id", ["author_id", "id"])
    with op.batch_alter_table("beteiligung_project") as batch_op:
        batch_op.alter_column("revision", server_default=None)
