"""Proposals for pages of the wiki: every wording of them, remarks, and private drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    _make_draft()
    _make_proposal()
    _make_remark()
    _make_snapshot()


def _make_draft():
    op.create_table(
        "wiki_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("page_key", sa.Integer(), nullable=False),
        sa.Column("title_key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_draft_author_id_kern_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_draft_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"],
            ["wiki_space.scope_id"],
            name=op.f("fk_wiki_draft_space_id_wiki_space"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_draft")),
        sa.UniqueConstraint(
            "author_id",
            "space_id",
            "page_key",
            "title_key",
            name=op.f("uq_wiki_draft_author_id_space_id_page_key_title_key"),
        ),
    )
    op.create_index(op.f("ix_wiki_draft_saved_at"), "wiki_draft", ["saved_at"], unique=False)


def _make_proposal():
    op.create_table(
        "wiki_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_key", sa.String(length=200), nullable=False),
        sa.Column("receipt", sa.String(length=9), nullable=False),
        sa.Column("appealed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("merged_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_proposal_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["wiki_revision.id"],
            name=op.f("fk_wiki_proposal_base_id_wiki_revision"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["kern_party.id"],
            name=op.f("fk_wiki_proposal_decided_by_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["kern_account.id"],
            name=op.f("fk_wiki_proposal_entered_by_kern_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"],
            ["wiki_revision.id"],
            name=op.f("fk_wiki_proposal_merged_id_wiki_revision"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_proposal_page_id_wiki_page"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_proposal_space_id_wiki_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_proposal")),
        sa.UniqueConstraint("receipt", name=op.f("uq_wiki_proposal_receipt")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_wiki_proposal_author_id_id"), "wiki_proposal", ["author_id", "id"], unique=False
    )
    op.create_index(
        "ix_wiki_proposal_one_page",
        "wiki_proposal",
        ["author_id", "page_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitted', 'changes') AND page_id IS NOT NULL"),
        postgresql_where=sa.text("state IN ('submitted', 'changes') AND page_id IS NOT NULL"),
    )
    op.create_index(
        "ix_wiki_proposal_one_title",
        "wiki_proposal",
        ["author_id", "space_id", "title_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitted', 'changes') AND page_id IS NULL"),
        postgresql_where=sa.text("state IN ('submitted', 'changes') AND page_id IS NULL"),
    )
    op.create_index(
        op.f("ix_wiki_proposal_page_id_state"), "wiki_proposal", ["page_id", "state"], unique=False
    )
    op.create_index(
        op.f("ix_wiki_proposal_space_id_state_changed_at"),
        "wiki_proposal",
        ["space_id", "state", "changed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_proposal_state_changed_at"),
        "wiki_proposal",
        ["state", "changed_at"],
        unique=False,
    )


def _make_remark():
    op.create_table(
        "wiki_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("is_request", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_remark_party_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["wiki_proposal.id"],
            name=op.f("fk_wiki_remark_proposal_id_wiki_proposal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_remark")),
    )
    op.create_index(op.f("ix_wiki_remark_party_id"), "wiki_remark", ["party_id"], unique=False)
    op.create_index(
        op.f("ix_wiki_remark_proposal_id_id"), "wiki_remark", ["proposal_id", "id"], unique=False
    )


def _make_snapshot():
    op.create_table(
        "wiki_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("page_parent_id", sa.Integer(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("minor", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["wiki_revision.id"],
            name=op.f("fk_wiki_snapshot_base_id_wiki_revision"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["editor_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_snapshot_editor_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["wiki_proposal.id"],
            name=op.f("fk_wiki_snapshot_proposal_id_wiki_proposal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["wiki_text.id"], name=op.f("fk_wiki_snapshot_text_id_wiki_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_snapshot")),
        sa.UniqueConstraint(
            "proposal_id", "number", name=op.f("uq_wiki_snapshot_proposal_id_number")
        ),
    )
    op.create_index(op.f("ix_wiki_snapshot_text_id"), "wiki_snapshot", ["text_id"], unique=False)


def downgrade():
    raise NotImplementedError("restore the backup instead")
