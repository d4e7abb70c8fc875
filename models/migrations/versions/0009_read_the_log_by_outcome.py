"""Find attempts by link and outcome without reading the others."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_sync_log_outcome", "sync_log", ["outcome", "at"], unique=False)
    op.create_index("ix_sync_log_link", "sync_log", ["link_id", "at"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_sync_log_link", table_name="sync_log")
    op.drop_index("ix_sync_log_outcome", table_name="sync_log")
