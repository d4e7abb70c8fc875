"""Tell the CRM's users what failed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("issue", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "feedback",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("untick", sa.Boolean(), nullable=False),
        sa.Column("box", sa.Text(), server_default="as_left", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("messages", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_feedback_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "kind", "record_id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_record", "feedback", ["connection_id", "kind", "record_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_mail_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(
        "ix_mail_waiting", "mail", ["not_before"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_mail_record", "mail", ["connection_id", "kind", "record_id"], unique=False)
    op.create_index("ix_mail_created", "mail", ["created_at"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("mail")
    op.drop_table("feedback")
    op.drop_column("issue", "mailed_at")
