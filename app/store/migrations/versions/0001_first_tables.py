"""The first tables: jobs, events, checkpoints, models, the active model."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("sweep", Id),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("epochs", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("eta_seconds", sa.Double()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(100)),
        sa.Column("heartbeat_at", sa.Double(), nullable=False),
        sa.Column("offered_until", sa.Double(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("model", Id),
        sa.Column("validation_accuracy", sa.Double()),
        sa.Column("test_accuracy", sa.Double()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("idempotency_key", name="uq_jobs_idempotency_key"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state"),
        ),
    )
    op.create_index("ix_jobs_state_id", "jobs", ["state", "id"])
    op.create_index("ix_jobs_sweep", "jobs", ["sweep"])
    op.create_table(
        "events",
        sa.Column("job", Id, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("job", "id", name="pk_events"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_events_job", ondelete="CASCADE"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("job", Id, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_checkpoints"),
        sa.ForeignKeyConstraint(
            ["job"], ["jobs.id"], name="fk_checkpoints_job", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "models",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("activation", sa.String(16), nullable=False),
        sa.Column("deskew", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.Integer(), nullable=False),
        sa.Column("test_accuracy", sa.Double()),
        sa.Column("job", Id),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
    )
    op.create_index("ix_models_created_at_id", "models", ["created_at", "id"])
    op.create_table(
        "active_model",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", Id, nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_active_model"),
        sa.ForeignKeyConstraint(["model"], ["models.id"], name="fk_active_model_model"),
        sa.CheckConstraint("slot = 1", name=op.f("ck_active_model_one_row")),
    )


def downgrade() -> None:
    for table in ("active_model", "models", "checkpoints", "events", "jobs"):
        op.drop_table(table)
