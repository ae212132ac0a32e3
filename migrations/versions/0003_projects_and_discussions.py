"""Projects with their phases, threads, posts and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "beteiligung_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.String(length=60), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_picture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["editor_id"],
            ["kern_party.id"],
            name=op.f("fk_beteiligung_revision_editor_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["refused_picture_id"],
            ["kern_file.id"],
            name=op.f("fk_beteiligung_revision_refused_picture_id_kern_file"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_revision")),
        sa.UniqueConstraint(
            "content_key",
            "content_id",
            "number",
            name=op.f("uq_beteiligung_revision_content_key_content_id_number"),
        ),
    )
    op.create_table(
        "beteiligung_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("decidable", sa.JSON(), nullable=False),
        sa.Column("fixed", sa.JSON(), nullable=False),
        sa.Column("decider", sa.String(length=300), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_html", sa.Text(), nullable=False),
        sa.Column("preview_nonce", sa.String(length=43), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["kern_file.id"],
            name=op.f("fk_beteiligung_project_picture_id_kern_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["kern_scope.id"], name=op.f("fk_beteiligung_project_scope_id_kern_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_project")),
        sa.UniqueConstraint("scope_id", name=op.f("uq_beteiligung_project_scope_id")),
    )
    op.create_table(
        "beteiligung_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("host_key", sa.String(length=60), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("released", sa.Integer(), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=9), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posts_count", sa.Integer(), nullable=False),
        sa.Column("answers_count", sa.Integer(), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=False),
        sa.Column("outcome_office", sa.String(length=120), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_beteiligung_thread_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["kern_account.id"],
            name=op.f("fk_beteiligung_thread_entered_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["kern_scope.id"], name=op.f("fk_beteiligung_thread_scope_id_kern_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_thread")),
        sa.UniqueConstraint("receipt", name=op.f("uq_beteiligung_thread_receipt")),
    )
    with op.batch_alter_table("beteiligung_thread", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_beteiligung_thread_author_id_id"), ["author_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_beteiligung_thread_host_key_host_id"),
            ["host_key", "host_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_beteiligung_thread_scope_id_status_pinned_id"),
            ["scope_id", "status", "pinned", "id"],
            unique=False,
        )
    op.create_table(
        "beteiligung_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["beteiligung_project.id"],
            name=op.f("fk_beteiligung_meeting_project_id_beteiligung_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_beteiligung_meeting_uid")),
    )
    with op.batch_alter_table("beteiligung_meeting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_beteiligung_meeting_project_id_starts_at"),
            ["project_id", "starts_at"],
            unique=False,
        )
    op.create_table(
        "beteiligung_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["beteiligung_project.id"],
            name=op.f("fk_beteiligung_news_project_id_beteiligung_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_news")),
    )
    with op.batch_alter_table("beteiligung_news", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_beteiligung_news_project_id_at"), ["project_id", "at"], unique=False
        )
    op.create_table(
        "beteiligung_phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["beteiligung_project.id"],
            name=op.f("fk_beteiligung_phase_project_id_beteiligung_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_phase")),
    )
    with op.batch_alter_table("beteiligung_phase", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_beteiligung_phase_project_id_position"),
            ["project_id", "position"],
            unique=False,
        )
    op.create_table(
        "beteiligung_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("external_key", sa.String(length=120), nullable=True),
        sa.Column("receipt", sa.String(length=9), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_rule", sa.Integer(), nullable=True),
        sa.Column("agree_base", sa.Integer(), nullable=False),
        sa.Column("disagree_base", sa.Integer(), nullable=False),
        sa.Column("agree", sa.Integer(), nullable=False),
        sa.Column("disagree", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reply_count", sa.Integer(), nullable=False),
        sa.Column("reply_no", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=False),
        sa.Column("outcome_office", sa.String(length=120), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_beteiligung_post_no_self_reply")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_beteiligung_post_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["kern_account.id"],
            name=op.f("fk_beteiligung_post_entered_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["beteiligung_post.id"],
            name=op.f("fk_beteiligung_post_parent_id_beteiligung_post"),
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["kern_file.id"],
            name=op.f("fk_beteiligung_post_picture_id_kern_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["kern_scope.id"], name=op.f("fk_beteiligung_post_scope_id_kern_scope")
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["beteiligung_thread.id"],
            name=op.f("fk_beteiligung_post_thread_id_beteiligung_thread"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_post")),
        sa.UniqueConstraint("external_key", name=op.f("uq_beteiligung_post_external_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_beteiligung_post_receipt")),
    )
    with op.batch_alter_table("beteiligung_post", schema=None) as batch_op:
        batch_op.create_index(
            "ix_beteiligung_post_agreed",
            ["thread_id", "parent_id", "pinned", "listed", "score", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_beteiligung_post_author_id_id"), ["author_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_beteiligung_post_discussed",
            ["thread_id", "parent_id", "pinned", "listed", "reply_count", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_beteiligung_post_page",
            ["thread_id", "parent_id", "pinned", "listed", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_beteiligung_post_parent_id_reply_no"),
            ["parent_id", "reply_no"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_beteiligung_post_scope_id_status_is_answer_id"),
            ["scope_id", "status", "is_answer", "id"],
            unique=False,
        )
    op.create_table(
        "beteiligung_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value IN (-1, 1)", name=op.f("ck_beteiligung_vote_value")),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_beteiligung_vote_party_id_kern_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["beteiligung_post.id"],
            name=op.f("fk_beteiligung_vote_post_id_beteiligung_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beteiligung_vote")),
        sa.UniqueConstraint(
            "post_id", "party_id", name=op.f("uq_beteiligung_vote_post_id_party_id")
        ),
    )
    with op.batch_alter_table("beteiligung_vote", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_beteiligung_vote_party_id"), ["party_id"], unique=False
        )


def downgrade():
    raise NotImplementedError("restore the backup instead")
