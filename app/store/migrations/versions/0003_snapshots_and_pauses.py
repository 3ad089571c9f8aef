"""Jobs keep snapshots of their networks and can be paused; those that are there do neither."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("jobs", sa.Column("pause_after_epoch", sa.Integer(), nullable=True))
    kept = sa.Column("snapshots", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", kept)
    op.create_table(
        "snapshots",
        sa.Column("job", sa.String(32), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("train_loss", sa.Double(), nullable=True),
        sa.Column("validation_accuracy", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_snapshots_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "step", name="pk_snapshots"),
    )


def downgrade() -> None:
    op.drop_table("snapshots")
    for column in ("snapshots", "pause_after_epoch", "paused"):
        op.drop_column("jobs", column)
