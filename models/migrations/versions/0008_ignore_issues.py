"""Let a person put an issue aside, with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("issue", sa.Column("ignored_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issue", sa.Column("ignored_by", sa.Text(), server_default="", nullable=False))
    op.add_column("issue", sa.Column("ignored_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("issue", "ignored_reason")
    op.drop_column("issue", "ignored_by")
    op.drop_column("issue", "ignored_at")
