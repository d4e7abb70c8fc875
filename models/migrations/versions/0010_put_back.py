"""Keep wishes to put back what a sync overwrote."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "undo",
        sa.Column("mapping_id", sa.BigInteger(), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["relation_mapping.id"], name=op.f("fk_undo_mapping_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mapping_id", name=op.f("pk_undo")),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("undo")
