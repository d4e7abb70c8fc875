"""Keep the name of each mapping's relation, and find mappings by what people ask."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("relation_mapping", sa.Column("label", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("relation_mapping", "label")
