"""The words of attached PDFs, for the search."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kern_file_text",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["kern_file.id"],
            name=op.f("fk_kern_file_text_file_id_kern_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_kern_file_text")),
    )


def downgrade():
    op.drop_table("kern_file_text")
