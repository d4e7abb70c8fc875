"""Find attempts by link, kind, outcome and change, and a record's issues and reviews, without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_sync_log_outcome", "sync_log", ["outcome", "at"], unique=False)
    op.create_index("ix_sync_log_link", "sync_log", ["link_id", "at"], unique=False)
    op.create_index("ix_sync_log_choice", "sync_log", ["link_id", "kind", "outcome", "at"], unique=False)
    told = sa.text("kind = 'relation_feedback'")
    op.create_index("ix_sync_log_feedback", "sync_log", ["outcome", "at"], unique=False, postgresql_where=told)
    op.drop_index("ix_sync_log_correlation", table_name="sync_log")
    op.create_index("ix_sync_log_correlation", "sync_log", ["correlation_id", "at"], unique=False)
    for table in ("issue", "review"):
        columns = ["link_id", "kind", "record_id", "opened_at"]
        op.create_index(f"ix_{table}_record", table, columns, unique=False)


def downgrade() -> None:
    """Take the step back."""
    for table in ("issue", "review"):
        op.drop_index(f"ix_{table}_record", table_name=table)
    op.drop_index("ix_sync_log_correlation", table_name="sync_log")
    op.create_index("ix_sync_log_correlation", "sync_log", ["correlation_id"], unique=False)
    op.drop_index("ix_sync_log_feedback", table_name="sync_log")
    op.drop_index("ix_sync_log_choice", table_name="sync_log")
    op.drop_index("ix_sync_log_link", table_name="sync_log")
    op.drop_index("ix_sync_log_outcome", table_name="sync_log")
