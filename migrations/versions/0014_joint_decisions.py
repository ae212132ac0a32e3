"""One decision about many cases at once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kern_joint_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("accepts", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.Integer(), nullable=True),
        sa.Column("law", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kern_joint_decision"),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["kern_account.id"],
            name="fk_kern_joint_decision_decided_by_kern_account",
            ondelete="SET NULL",
        ),
    )
    op.create_index(
        "ix_kern_joint_decision_decided_by_state_decided_at",
        "kern_joint_decision",
        ["decided_by", "state", "decided_at"],
    )
    op.add_column("kern_case", sa.Column("joint_id", sa.Integer(), nullable=True))
    op.create_index("ix_kern_case_joint_id", "kern_case", ["joint_id"])


def downgrade():
    raise NotImplementedError("restore the backup instead")
