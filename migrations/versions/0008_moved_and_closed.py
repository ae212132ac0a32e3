"""Threads and posts that were moved, closed with a sentence, or taken away on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _add_at(table, name):
    op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def _add_reference(table, name, other):
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            f"fk_{table}_{name}_{other}", other, [name], ["id"], ondelete="SET NULL"
        )


def upgrade():
    thread, post = "beteiligung_thread", "beteiligung_post"
    op.add_column(
        thread,
        sa.Column("closed_reason", sa.String(length=300), nullable=False, server_default=""),
    )
    op.add_column(
        thread, sa.Column("moved_count", sa.Integer(), nullable=False, server_default="0")
    )
    with op.batch_alter_table(thread) as batch_op:
        batch_op.alter_column("closed_reason", server_default=None)
        batch_op.alter_column("moved_count", server_default=None)
    op.add_column(thread, sa.Column("hidden_rule", sa.Integer(), nullable=True))
    op.add_column(post, sa.Column("moved_parent_id", sa.Integer(), nullable=True))
    _add_reference(thread, "moved_from_id", "kern_scope")
    _add_reference(post, "moved_from_id", "beteiligung_thread")
    for table in (thread, post):
        _add_at(table, "hidden_at")
        _add_at(table, "moved_at")
    op.create_index("ix_beteiligung_post_moved_from_id_id", post, ["moved_from_id", "id"])
    _date_what_was_hidden("beteiligung.thread", thread)
    _date_what_was_hidden("beteiligung.post", post)


def _date_what_was_hidden(key, table):
    """By the newest decision of the desk; what was hidden past it keeps no date."""
    op.execute(
        f"UPDATE {table} SET hidden_at = (SELECT max(decided_at) FROM kern_case "  # noqa: S608 - our own names
        f"WHERE content_key = '{key}' AND content_id = {table}.id AND verdict = 'hide') "
        "WHERE status = 'hidden'"
    )
