"""What the jobs that wait or run are still to store, so that it is there for them when they do.

A job leaves its model and its snapshots, and until its end a checkpoint and the lines of its
epochs. How large they become is known from its request, and is counted from when it is submitted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.tables import ACTIVE, CheckpointRow, JobRow, SnapshotRow
from model.optimizer import OPTIMIZERS
from model.training.hyperparameters import CLASSES, INPUTS
from model.training.recipe import Recipe
from model.training.snapshots import most_snapshots

__all__ = ["count_under_way", "needed_bytes", "reserved_bytes"]

FILE_BYTES = 16 * 1024  # of a file and its row besides weights: heads, meta, half a page at the end
EPOCH_BYTES = 2 * 1024  # of an epoch: its events, and its line in the checkpoint
ONLY_OPTIMIZER = Recipe().optimizer  # a request that had no choice does not name it
NETWORKS = 2  # in a checkpoint besides what the optimiser remembers: the present one and the best
COPIES = 2  # of a checkpoint: the next one is written to the store's log before it replaces it


def needed_bytes(request: Mapping[str, Any], snapshots: int) -> int:
    """The bytes that a job of this resolved request stores at most, with so many snapshots wanted.

    The samples that it learns are not among them: they are stored when it is submitted.
    """
    layers: tuple[int, ...] = (INPUTS, *request["hidden_layers"], CLASSES)
    epochs: int = request["epochs"]
    parameters = sum(n_in * n_out + n_out for n_in, n_out in pairwise(layers))
    network = 4 * parameters  # float32
    vectors = NETWORKS + len(OPTIMIZERS[request.get("optimizer", ONLY_OPTIMIZER)].STATE)
    checkpoint = FILE_BYTES + vectors * network
    kept = 1 + most_snapshots(epochs, parameters, snapshots)  # the model is one more
    lines = EPOCH_BYTES * epochs
    return COPIES * checkpoint + kept * (FILE_BYTES + network) + lines


def reserved_bytes(session: Session) -> int:
    """The bytes that jobs that wait or run are still to store; what they have stored is there."""
    query = select(JobRow.id, JobRow.request, JobRow.snapshots).where(JobRow.state.in_(ACTIVE))
    stored = _stored(session)
    return sum(
        max(0, _needed(request, snapshots) - stored[id])
        for id, request, snapshots in session.execute(query)
    )


def count_under_way(session: Session) -> int:
    """The number of jobs that wait or run: each is to leave a model."""
    query = select(func.count()).select_from(JobRow).where(JobRow.state.in_(ACTIVE))
    return session.scalar(query) or 0


def _needed(request: Any, snapshots: Any) -> int:
    try:
        return needed_bytes(request, snapshots)
    except (KeyError, TypeError, ValueError, AttributeError):
        return 0  # its row is damaged: it will fail


def _stored(session: Session) -> Counter[str]:
    """The bytes of the checkpoint and the snapshots of each job that waits or runs."""
    found: Counter[str] = Counter()
    for row, file in ((CheckpointRow, CheckpointRow.state), (SnapshotRow, SnapshotRow.weights)):
        query = select(row.job, func.sum(func.length(file))).group_by(row.job)
        active = query.join(JobRow, JobRow.id == row.job).where(JobRow.state.in_(ACTIVE))
        for job, size in session.execute(active):
            found[job] += int(size)
    return found
