"""Create the first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SEQUENCES = ("change_event_id", "sync_log_id")
"""Partitioned tables share one sequence over all their partitions."""


def upgrade() -> None:
    """Apply the step."""
    for name in SEQUENCES:
        op.execute(f"CREATE SEQUENCE {name}")
    op.create_table(
        "change_event",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('change_event_id')"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("saved_by", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", "received_at", name=op.f("pk_change_event")),
        postgresql_partition_by="RANGE (received_at)",
    )
    op.create_index(
        "ix_change_event_record", "change_event", ["connection_id", "kind", "record_id", "received_at"], unique=False
    )
    op.create_table(
        "claim",
        sa.Column("target_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("target_connection_id", "role", "identifier", "value_hash", name=op.f("pk_claim")),
    )
    op.create_index(
        "ix_claim_owner", "claim", ["target_connection_id", "source_connection_id", "source_id"], unique=False
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("hook_secrets", sa.LargeBinary(), nullable=True),
        sa.Column("hook_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hook_token", sa.LargeBinary(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("state_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("throttled_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset_seconds", sa.Float(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("hook_token_hash", name=op.f("uq_connection_hook_token_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "snapshot",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "kind", "record_id", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "subject_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_key")),
        sa.UniqueConstraint(
            "connection_id", "kind", "record_id", name=op.f("uq_subject_key_connection_id_kind_record_id")
        ),
    )
    op.create_table(
        "sync_log",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('sync_log_id')"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("source_calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("target_calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("duration_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waited_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", "at", name=op.f("pk_sync_log")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_sync_log_at", "sync_log", ["at"], unique=False)
    op.create_index("ix_sync_log_correlation", "sync_log", ["correlation_id"], unique=False)
    op.create_index("ix_sync_log_record", "sync_log", ["link_id", "kind", "record_id", "at"], unique=False)
    op.create_table(
        "target_entry",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("modified_on", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", "target_id", name=op.f("pk_target_entry")),
    )
    op.create_index("ix_target_entry_number", "target_entry", ["connection_id", "number"], unique=False)
    op.create_table(
        "target_identifier",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "connection_id", "identifier", "value_hash", "target_id", name=op.f("pk_target_identifier")
        ),
    )
    op.create_index("ix_target_identifier_entry", "target_identifier", ["connection_id", "target_id"], unique=False)
    op.create_table(
        "write_intent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("target_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("source_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("locate_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_intent")),
    )
    op.create_index(
        "ix_write_intent_record",
        "write_intent",
        ["target_connection_id", "source_connection_id", "source_id"],
        unique=False,
    )
    op.create_index(
        "uq_write_intent_open",
        "write_intent",
        ["target_connection_id", "source_connection_id", "kind", "source_id", "role"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "budget_block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_budget_block_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_block")),
        sa.UniqueConstraint(
            "connection_id", "window", "number", name=op.f("uq_budget_block_connection_id_window_number")
        ),
    )
    op.create_index("ix_budget_block_window", "budget_block", ["connection_id", "window", "closed_at"], unique=False)
    op.create_table(
        "connection_token",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_connection_token_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connection_token")),
    )
    op.create_table(
        "cursor",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_cursor_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["connection.id"], name=op.f("fk_link_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["connection.id"], name=op.f("fk_link_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("name", name=op.f("uq_link_name")),
    )
    op.create_index("ix_link_source", "link", ["source_id"], unique=False)
    op.create_table(
        "number_range",
        sa.Column("target_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_connection_id"],
            ["connection.id"],
            name=op.f("fk_number_range_target_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("target_connection_id", name=op.f("pk_number_range")),
    )
    op.create_table(
        "target_index",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_modified", sa.DateTime(), nullable=True),
        sa.Column("bulk_left", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_target_index_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_target_index")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), server_default="", nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("blocking", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_issue_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
    )
    op.create_index(
        "ix_issue_open_cause",
        "issue",
        ["link_id", "cause"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_issue_open",
        "issue",
        ["link_id", "kind", "record_id", "role", "cause", "field"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_reconciliation_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_link", "reconciliation", ["link_id", "started_at"], unique=False)
    op.create_table(
        "relation_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("source_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("target_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("target_number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="boekbrug", nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=True),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_relation_mapping_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation_mapping")),
        sa.UniqueConstraint(
            "target_connection_id",
            "source_connection_id",
            "kind",
            "source_id",
            "role",
            name=op.f("uq_relation_mapping_target_connection_id_source_connection_id_kind_source_id_role"),
        ),
    )
    op.create_index("ix_relation_mapping_link", "relation_mapping", ["link_id", "state"], unique=False)
    op.create_index(
        "uq_relation_mapping_target",
        "relation_mapping",
        ["target_connection_id", "kind", "role", "target_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_target_id", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_review_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(
        "ix_review_open", "review", ["link_id", "opened_at"], unique=False, postgresql_where=sa.text("decision IS NULL")
    )
    op.create_index(
        "uq_review_record",
        "review",
        ["link_id", "kind", "record_id", "role"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "source_identifier",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_source_identifier_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "link_id", "role", "identifier", "value_hash", "record_id", name=op.f("pk_source_identifier")
        ),
    )
    op.create_index("ix_source_identifier_record", "source_identifier", ["connection_id", "record_id"], unique=False)
    op.create_table(
        "sync_job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("source_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("target_connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("wanted_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lost", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("park_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("saved_by", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_sync_job_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_job")),
        sa.UniqueConstraint("link_id", "kind", "record_id", name=op.f("uq_sync_job_link_id_kind_record_id")),
    )
    op.create_index(
        "ix_sync_job_age", "sync_job", ["wanted_since"], unique=False, postgresql_where=sa.text("state = 'due'")
    )
    op.create_index(
        "ix_sync_job_due",
        "sync_job",
        ["target_connection_id", "lane", "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_sync_job_handed",
        "sync_job",
        ["handed_until"],
        unique=False,
        postgresql_where=sa.text("handed_until IS NOT NULL"),
    )
    op.create_index("ix_sync_job_held", "sync_job", ["lane"], unique=False, postgresql_where=sa.text("state = 'held'"))
    op.create_index(
        "ix_sync_job_leased",
        "sync_job",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("ix_sync_job_record", "sync_job", ["source_connection_id", "kind", "record_id"], unique=False)
    op.create_table(
        "mapping_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mapping_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), server_default="boekbrug", nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["relation_mapping.id"], name=op.f("fk_mapping_history_mapping_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_history")),
    )
    op.create_index("ix_mapping_history_mapping", "mapping_history", ["mapping_id", "at"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_mapping_history_mapping", table_name="mapping_history")
    op.drop_table("mapping_history")
    op.drop_index("ix_sync_job_record", table_name="sync_job")
    op.drop_index("ix_sync_job_leased", table_name="sync_job", postgresql_where=sa.text("lease_until IS NOT NULL"))
    op.drop_index("ix_sync_job_held", table_name="sync_job", postgresql_where=sa.text("state = 'held'"))
    op.drop_index("ix_sync_job_handed", table_name="sync_job", postgresql_where=sa.text("handed_until IS NOT NULL"))
    op.drop_index("ix_sync_job_due", table_name="sync_job", postgresql_where=sa.text("state = 'due'"))
    op.drop_index("ix_sync_job_age", table_name="sync_job", postgresql_where=sa.text("state = 'due'"))
    op.drop_table("sync_job")
    op.drop_index("ix_source_identifier_record", table_name="source_identifier")
    op.drop_table("source_identifier")
    op.drop_index("uq_review_record", table_name="review", postgresql_where=sa.text("superseded_at IS NULL"))
    op.drop_index("ix_review_open", table_name="review", postgresql_where=sa.text("decision IS NULL"))
    op.drop_table("review")
    op.drop_index(
        "uq_relation_mapping_target", table_name="relation_mapping", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_index("ix_relation_mapping_link", table_name="relation_mapping")
    op.drop_table("relation_mapping")
    op.drop_index("ix_reconciliation_link", table_name="reconciliation")
    op.drop_table("reconciliation")
    op.drop_index("uq_issue_open", table_name="issue", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_issue_open_cause", table_name="issue", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("issue")
    op.drop_table("target_index")
    op.drop_table("number_range")
    op.drop_index("ix_link_source", table_name="link")
    op.drop_table("link")
    op.drop_table("cursor")
    op.drop_table("connection_token")
    op.drop_index("ix_budget_block_window", table_name="budget_block")
    op.drop_table("budget_block")
    op.drop_index("uq_write_intent_open", table_name="write_intent", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_write_intent_record", table_name="write_intent")
    op.drop_table("write_intent")
    op.drop_index("ix_target_identifier_entry", table_name="target_identifier")
    op.drop_table("target_identifier")
    op.drop_index("ix_target_entry_number", table_name="target_entry")
    op.drop_table("target_entry")
    op.drop_index("ix_sync_log_record", table_name="sync_log")
    op.drop_index("ix_sync_log_correlation", table_name="sync_log")
    op.drop_index("ix_sync_log_at", table_name="sync_log")
    op.drop_table("sync_log")
    op.drop_table("subject_key")
    op.drop_table("snapshot")
    op.drop_table("connection")
    op.drop_index("ix_claim_owner", table_name="claim")
    op.drop_table("claim")
    op.drop_index("ix_change_event_record", table_name="change_event")
    op.drop_table("change_event")
    for name in SEQUENCES:
        op.execute(f"DROP SEQUENCE {name}")
