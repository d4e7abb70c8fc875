"""Find the newest target entries, which tell how far back a delta fits one page."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_target_entry_modified", "target_entry", ["connection_id", "modified_on"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_target_entry_modified", table_name="target_entry")
