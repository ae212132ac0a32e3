"""Follows, notices, digests, preferences, and mails that came back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _party():
    return sa.Column("party_id", sa.Integer(), nullable=False)


def _gone_with_party(table):
    return sa.ForeignKeyConstraint(
        ["party_id"], ["kern_party.id"], name=f"fk_{table}_party_id_kern_party", ondelete="CASCADE"
    )


def _at(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kern_follow",
        sa.Column("id", sa.Integer(), nullable=False),
        _party(),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        _at("asked_at"),
        _at("confirmed_at"),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        _gone_with_party("kern_follow"),
        sa.PrimaryKeyConstraint("id", name="pk_kern_follow"),
        sa.UniqueConstraint(
            "party_id",
            "content_key",
            "content_id",
            name="uq_kern_follow_party_id_content_key_content_id",
        ),
    )
    op.create_index(
        "ix_kern_follow_content_key_content_id", "kern_follow", ["content_key", "content_id"]
    )
    op.create_table(
        "kern_preference",
        _party(),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        _gone_with_party("kern_preference"),
        sa.PrimaryKeyConstraint("party_id", "kind", name="pk_kern_preference"),
    )
    op.create_table(
        "kern_digest",
        sa.Column("id", sa.Integer(), nullable=False),
        _party(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_weekly", sa.Boolean(), nullable=False),
        _at("made_at"),
        _gone_with_party("kern_digest"),
        sa.PrimaryKeyConstraint("id", name="pk_kern_digest"),
        sa.UniqueConstraint("party_id", "day", name="uq_kern_digest_party_id_day"),
    )
    op.create_index("ix_kern_digest_made_at", "kern_digest", ["made_at"])
    _create_notice()
    op.create_table(
        "kern_bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        _at("first_at"),
        _at("last_at"),
        _at("stopped_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kern_bounce"),
        sa.UniqueConstraint("address", name="uq_kern_bounce_address"),
    )
    op.create_index("ix_kern_bounce_last_at", "kern_bounce", ["last_at"])


def _create_notice():
    op.create_table(
        "kern_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        _party(),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=160), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        _at("at"),
        _at("seen_at", nullable=True),
        _at("due_at", nullable=True),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        _gone_with_party("kern_notice"),
        sa.ForeignKeyConstraint(
            ["digest_id"],
            ["kern_digest.id"],
            name="fk_kern_notice_digest_id_kern_digest",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kern_notice"),
        sa.UniqueConstraint("party_id", "event", name="uq_kern_notice_party_id_event"),
    )
    for columns in (
        ("at",),
        ("party_id", "at", "id"),
        ("party_id", "seen_at", "at"),
        ("due_at", "party_id"),
        ("content_key", "content_id"),
        ("digest_id",),
    ):
        op.create_index("_".join(("ix_kern_notice", *columns)), "kern_notice", list(columns))
