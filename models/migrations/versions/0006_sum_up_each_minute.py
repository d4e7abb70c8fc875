"""Sum up each minute, so that plots never count the log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "pulse",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("source_calls", sa.Integer(), nullable=False),
        sa.Column("target_calls", sa.Integer(), nullable=False),
        sa.Column("waited_p50_ms", sa.BigInteger(), nullable=True),
        sa.Column("waited_p95_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_pulse_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "minute", name=op.f("pk_pulse")),
    )
    op.create_table(
        "budget_sample",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_budget_sample_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "window", "minute", name=op.f("pk_budget_sample")),
    )
    op.create_index("ix_pulse_minute", "pulse", ["minute"], unique=False)
    op.create_index("ix_budget_sample_minute", "budget_sample", ["minute"], unique=False)
    op.create_table(
        "link_tally",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("in_sync", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_link_tally_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_tally")),
    )
    op.add_column("reconciliation", sa.Column("read", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("reconciliation", sa.Column("of", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("reconciliation", "of")
    op.drop_column("reconciliation", "read")
    op.drop_table("link_tally")
    op.drop_table("budget_sample")
    op.drop_table("pulse")
