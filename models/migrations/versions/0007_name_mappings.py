"""Keep the name of each mapping's relation, and find mappings by what people ask."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = "COALESCE(target_number, '')"
INDEXES: dict[str, list[str | sa.TextClause]] = {
    "source": ["source_id", "id"],
    "target": ["target_id"],
    "number": [sa.text(f"length({NUMBER})"), sa.text(NUMBER), "id"],
    "written": ["updated_at", "id"],
    "matched": ["matched_by", "id"],
    "decided": ["decided_by", "id"],
}


def upgrade() -> None:
    """Apply the step."""
    op.add_column("relation_mapping", sa.Column("label", sa.LargeBinary(), nullable=True))
    for name, columns in INDEXES.items():
        op.create_index(f"ix_relation_mapping_{name}", "relation_mapping", columns)


def downgrade() -> None:
    """Take the step back."""
    for name in reversed(INDEXES):
        op.drop_index(f"ix_relation_mapping_{name}", table_name="relation_mapping")
    op.drop_column("relation_mapping", "label")
