"""Samples of one's own hand, and the sets that jobs learn; those that are there learn none."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pixels", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.Column("stroke_ends", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("sha256", name="uq_samples_sha256"),
    )
    op.create_table(
        "sample_sets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sample_sets"),
    )
    op.add_column("jobs", sa.Column("samples", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "samples")
    op.drop_table("sample_sets")
    op.drop_table("samples")
