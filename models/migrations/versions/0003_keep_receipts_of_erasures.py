"""Keep receipts of erasures, and find what is old enough to go without reading the whole table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SETTLED = sa.text("settled_at IS NOT NULL")
CLOSED = sa.text("closed_at IS NOT NULL")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_record", "erasure", ["connection_id", "kind", "record_id", "at"], unique=False)
    op.create_index("ix_erasure_at", "erasure", ["at"], unique=False)
    op.create_index("ix_write_intent_settled", "write_intent", ["settled_at"], postgresql_where=SETTLED)
    op.create_index("ix_issue_closed", "issue", ["closed_at"], postgresql_where=CLOSED)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_issue_closed", table_name="issue", postgresql_where=CLOSED)
    op.drop_index("ix_write_intent_settled", table_name="write_intent", postgresql_where=SETTLED)
    op.drop_index("ix_erasure_at", table_name="erasure")
    op.drop_index("ix_erasure_record", table_name="erasure")
    op.drop_table("erasure")
