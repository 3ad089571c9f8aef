"""What is shown of a job whose row or events are damaged in the store."""

from __future__ import annotations

from datetime import UTC, datetime

from app.schemas.training import Job, JobProgress
from app.store.tables import STATES
from model.messages import say

__all__ = ["damaged", "moment"]


def damaged(id: str, name: str, state: str) -> Job:
    """The job with no more than its id, its name and its state."""
    return Job(
        id=id,
        name=name,
        state=state if state in (*STATES, "paused") else "failed",
        request={},
        progress=JobProgress(epoch=0, epochs=0, step=0, steps=0, eta_seconds=None),
        metrics=[],
        hints=[],
        cures=[],
        model=None,
        validation_accuracy=None,
        test_accuracy=None,
        error=say("job.damaged"),
        sweep=None,
        cancel_requested=False,
        created_at=moment(0),
        started_at=None,
        finished_at=None,
    )


def moment(seconds: float) -> datetime:
    """The time that is so many seconds after 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
