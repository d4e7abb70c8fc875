"""Let a person put an issue aside, with a reason, and find issues, reviews and refused mails page by page."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
CLOSED = sa.text("closed_at IS NOT NULL")
UNDECIDED = sa.text("decision IS NULL")
WAITING = sa.text("decision IS NULL AND superseded_at IS NULL")
DECIDED = sa.text("decision IS NOT NULL")
REFUSED = sa.text("state = 'refused'")
SEEN = ["record_id", "opened_at", "ignored_at", "blocking"]


def upgrade() -> None:
    """Apply the step."""
    op.add_column("issue", sa.Column("ignored_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issue", sa.Column("ignored_by", sa.Text(), server_default="", nullable=False))
    op.add_column("issue", sa.Column("ignored_reason", sa.Text(), server_default="", nullable=False))
    op.drop_index("ix_issue_open_cause", table_name="issue")
    op.create_index(
        "ix_issue_open_cause",
        "issue",
        ["link_id", "cause", "field", "id"],
        postgresql_include=SEEN,
        postgresql_where=OPEN,
    )
    op.drop_index("ix_issue_closed", table_name="issue")
    op.create_index("ix_issue_closed", "issue", ["closed_at", "id"], postgresql_where=CLOSED)
    op.drop_index("ix_review_open", table_name="review")
    op.create_index("ix_review_open", "review", ["opened_at", "id"], postgresql_where=WAITING)
    op.create_index("ix_review_open_link", "review", ["link_id", "opened_at", "id"], postgresql_where=WAITING)
    op.create_index("ix_review_open_reason", "review", ["reason", "opened_at", "id"], postgresql_where=WAITING)
    op.create_index("ix_review_decided", "review", ["decided_at", "id"], postgresql_where=DECIDED)
    op.create_index("ix_mail_refused", "mail", ["created_at", "id"], postgresql_where=REFUSED)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_mail_refused", table_name="mail")
    for name in ("ix_review_decided", "ix_review_open_reason", "ix_review_open_link", "ix_review_open"):
        op.drop_index(name, table_name="review")
    op.create_index("ix_review_open", "review", ["link_id", "opened_at"], postgresql_where=UNDECIDED)
    op.drop_index("ix_issue_closed", table_name="issue")
    op.create_index("ix_issue_closed", "issue", ["closed_at"], postgresql_where=CLOSED)
    op.drop_index("ix_issue_open_cause", table_name="issue")
    op.create_index("ix_issue_open_cause", "issue", ["link_id", "cause"], postgresql_where=OPEN)
    op.drop_column("issue", "ignored_reason")
    op.drop_column("issue", "ignored_by")
    op.drop_column("issue", "ignored_at")
