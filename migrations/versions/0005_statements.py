"""Statements of reasons, objections, versions of the rules, hints' columns, trust as data."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open' AND statement_id IS NULL")


def upgrade():
    # Columns with a default and indexes only: SQLite would make the table anew for anything else,
    # and dropping the old one takes along whatever points to it.
    for column in (
        sa.Column("weight", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("typed_ms", sa.Integer(), nullable=True),
        sa.Column("statement_id", sa.Integer(), nullable=True),
    ):
        op.add_column("kern_case", column)
    op.drop_index("uq_kern_case_open", "kern_case")
    op.create_index(
        "uq_kern_case_open",
        "kern_case",
        ["content_key", "content_id", "kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_kern_case_group_id"), "kern_case", ["group_id"])
    op.create_index(op.f("ix_kern_case_state_weight_id"), "kern_case", ["state", "weight", "id"])
    op.create_index(op.f("ix_kern_case_statement_id"), "kern_case", ["statement_id"], unique=True)
    op.create_table(
        "kern_netiquette",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("change", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["kern_account.id"],
            name=op.f("fk_kern_netiquette_changed_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_kern_netiquette")),
    )
    op.create_table(
        "kern_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("found", sa.String(length=10), nullable=False),
        sa.Column("rule_text", sa.Text(), nullable=False),
        sa.Column("netiquette", sa.Integer(), nullable=True),
        sa.Column("law", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["kern_case.id"],
            name=op.f("fk_kern_statement_case_id_kern_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_kern_statement_party_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_statement")),
        sa.UniqueConstraint("case_id", name=op.f("uq_kern_statement_case_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_kern_statement_party_id_measure_id"),
        "kern_statement",
        ["party_id", "measure", "id"],
    )
    for name, default in (("trust_after", "3"), ("trust_days", "180")):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=default)
        op.add_column("kern_scope", column)


def downgrade():
    raise NotImplementedError("restore the backup instead")
