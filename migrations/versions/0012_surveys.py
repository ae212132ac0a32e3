"""Surveys: definitions, answers apart from marks, and copies for counting."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "umfragen_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("k_min", sa.Integer(), nullable=False),
        sa.Column("k_total", sa.Integer(), nullable=False),
        sa.Column("sampling", sa.String(length=8), nullable=False),
        sa.Column("population_n", sa.Integer(), nullable=True),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("extensions", sa.JSON(), nullable=False),
        sa.Column("draft_revision", sa.Integer(), nullable=False),
        sa.Column("draft_step", sa.Integer(), nullable=False),
        sa.Column("has_answers", sa.Boolean(), nullable=False),
        sa.Column("answers_count", sa.Integer(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_from", sa.String(length=12), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_rule", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_umfragen_survey_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["kern_scope.id"], name=op.f("fk_umfragen_survey_scope_id_kern_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_survey")),
        sa.UniqueConstraint("slug", name=op.f("uq_umfragen_survey_slug")),
    )
    with op.batch_alter_table("umfragen_survey", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_survey_scope_id_state"), ["scope_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_umfragen_survey_state_closes_at"), ["state", "closes_at"], unique=False
        )

    op.create_table(
        "umfragen_answer_draft",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("resume_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sheet", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_answer_draft_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_umfragen_answer_draft")),
        sa.UniqueConstraint("resume_hash", name=op.f("uq_umfragen_answer_draft_resume_hash")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("umfragen_answer_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_answer_draft_expires_on"), ["expires_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_umfragen_answer_draft_survey_id_sheet"),
            ["survey_id", "sheet"],
            unique=True,
        )

    op.create_table(
        "umfragen_block",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_block_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "block", name=op.f("pk_umfragen_block")),
    )
    op.create_table(
        "umfragen_code",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stratum", sa.String(length=60), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_code_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "mark", name=op.f("pk_umfragen_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_column_block",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_column_block_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "survey_id", "item_key", "part", "block", name=op.f("pk_umfragen_column_block")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_draft_step",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_draft_step_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "step", name=op.f("pk_umfragen_draft_step")),
    )
    op.create_table(
        "umfragen_inbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("rkey", sa.BigInteger(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_inbox_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_inbox")),
    )
    with op.batch_alter_table("umfragen_inbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_inbox_survey_id_receipt_hash"),
            ["survey_id", "receipt_hash"],
            unique=True,
        )

    op.create_table(
        "umfragen_number_tally",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_number_tally_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "survey_id", "item_key", "part", "value", name=op.f("pk_umfragen_number_tally")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_participation",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stratum", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_participation_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "mark", name=op.f("pk_umfragen_participation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_published_question",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_published_question_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "survey_id", "question_key", name=op.f("pk_umfragen_published_question")
        ),
    )
    op.create_table(
        "umfragen_quota_count",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_quota_count_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "name", name=op.f("pk_umfragen_quota_count")),
    )
    op.create_table(
        "umfragen_response",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("rkey", sa.BigInteger(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("block", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_response_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_response")),
    )
    with op.batch_alter_table("umfragen_response", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_response_survey_id_receipt_hash"),
            ["survey_id", "receipt_hash"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_umfragen_response_survey_id_status_block_id"),
            ["survey_id", "status", "block", "id"],
            unique=False,
        )

    op.create_table(
        "umfragen_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_snapshot_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_snapshot")),
    )
    with op.batch_alter_table("umfragen_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_snapshot_survey_id_taken_at"),
            ["survey_id", "taken_at"],
            unique=False,
        )

    op.create_table(
        "umfragen_submit_key",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_submit_key_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "key", name=op.f("pk_umfragen_submit_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_tally",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("keys", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_tally_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "item_key", "code", name=op.f("pk_umfragen_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "umfragen_version",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_version_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "version", name=op.f("pk_umfragen_version")),
    )
    op.create_table(
        "umfragen_free_text",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_key", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_rule", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["umfragen_response.id"],
            name=op.f("fk_umfragen_free_text_response_id_umfragen_response"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_free_text_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_free_text")),
    )
    with op.batch_alter_table("umfragen_free_text", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_umfragen_free_text_response_id_item_key"),
            ["response_id", "item_key"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_umfragen_free_text_survey_id_item_key_state_id"),
            ["survey_id", "item_key", "state", "id"],
            unique=False,
        )


def downgrade():
    raise NotImplementedError("restore the backup instead")
