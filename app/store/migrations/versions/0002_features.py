"""Models store the kind of their inputs; those that are there have pixels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "models", sa.Column("features", sa.String(16), nullable=False, server_default="pixels")
    )


def downgrade() -> None:
    op.drop_column("models", "features")
