"""Data sets of one's own, and the jobs that learn from them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("train_examples", sa.Integer(), nullable=False),
        sa.Column("validation_examples", sa.Integer(), nullable=False),
        sa.Column("test_examples", sa.Integer(), nullable=False),
        sa.Column("orientation", sa.String(16), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("train", sa.LargeBinary(), nullable=False),
        sa.Column("test", sa.LargeBinary(), nullable=False),
        sa.Column("pictures", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.add_column("jobs", sa.Column("dataset", sa.String(32), nullable=True))
    op.create_index("ix_jobs_dataset", "jobs", ["dataset"])
    op.add_column("models", sa.Column("dataset", sa.String(32), nullable=True))
    op.add_column("models", sa.Column("classes", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("models", "classes")
    op.drop_column("models", "dataset")
    op.drop_index("ix_jobs_dataset", "jobs")
    op.drop_column("jobs", "dataset")
    op.drop_table("datasets")
