"""The ground floor: town settings, outbox, scopes, people and their rights."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kern_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_audit")),
    )
    with op.batch_alter_table("kern_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kern_audit_act_id"), ["act", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kern_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kern_audit_ref"), ["ref"], unique=False)
    op.create_table(
        "kern_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=True),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(length=60), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_kern_outbox_key")),
    )
    with op.batch_alter_table("kern_outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_outbox_kind_content_key_content_id"),
            ["kind", "content_key", "content_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_kern_outbox_state_not_before_id"),
            ["state", "not_before", "id"],
            unique=False,
        )
    op.create_table(
        "kern_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("office", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("external_key", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_party")),
        sa.UniqueConstraint("email", name=op.f("uq_kern_party_email")),
        sa.UniqueConstraint("external_key", name=op.f("uq_kern_party_external_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kern_pending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_pending")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("kern_pending", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_pending_expires_at"), ["expires_at"], unique=False
        )
    op.create_table(
        "kern_revision",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kern_revision")),
    )
    op.create_table(
        "kern_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("moderation", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posts_count", sa.Integer(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("answers_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_scope")),
        sa.UniqueConstraint("kind", "slug", name=op.f("uq_kern_scope_kind_slug")),
    )
    with op.batch_alter_table("kern_scope", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_scope_state_visibility_kind"),
            ["state", "visibility", "kind"],
            unique=False,
        )
    op.create_table(
        "kern_setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kern_setting")),
    )
    op.create_table(
        "kern_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("kern_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kern_token_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "kern_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name_skeleton", sa.String(length=120), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kern_party.id"], name=op.f("fk_kern_account_party_id_kern_party")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_account")),
        sa.UniqueConstraint("name_skeleton", name=op.f("uq_kern_account_name_skeleton")),
        sa.UniqueConstraint("party_id", name=op.f("uq_kern_account_party_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kern_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["scope_id"],
            ["kern_scope.id"],
            name=op.f("fk_kern_window_scope_id_kern_scope"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_window")),
    )
    with op.batch_alter_table("kern_window", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_window_scope_id_act"), ["scope_id", "act"], unique=False
        )
    op.create_table(
        "kern_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["kern_account.id"],
            name=op.f("fk_kern_grant_account_id_kern_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by"],
            ["kern_account.id"],
            name=op.f("fk_kern_grant_given_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"],
            ["kern_scope.id"],
            name=op.f("fk_kern_grant_scope_id_kern_scope"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_grant")),
        sa.UniqueConstraint(
            "account_id", "role", "scope_id", name=op.f("uq_kern_grant_account_id_role_scope_id")
        ),
    )
    with op.batch_alter_table("kern_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kern_grant_account_id"), ["account_id"], unique=False)
    op.create_table(
        "kern_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["kern_account.id"],
            name=op.f("fk_kern_identity_account_id_kern_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_identity")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_kern_identity_kind_subject")),
    )
    with op.batch_alter_table("kern_identity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_identity_account_id"), ["account_id"], unique=False
        )
    op.create_table(
        "kern_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["kern_account.id"],
            name=op.f("fk_kern_session_account_id_kern_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kern_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kern_session_token_hash")),
    )
    with op.batch_alter_table("kern_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kern_session_account_id"), ["account_id"], unique=False
        )


def downgrade():
    raise NotImplementedError("restore the backup instead")
