"""The end of a training job: its best epoch becomes a model, calibrated and tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from app.logs import log
from app.store import datasets, jobs, leases, models
from app.store.clock import new_id
from app.store.engine import Database, Session
from app.store.leases import Lease
from app.store.tables import JobRow
from model.classifier import Classifier
from model.confidence.calibration import calibrated_and_tested
from model.data.idx import Dataset, load_mnist, split
from model.errors import CheckpointError
from model.messages import Message
from model.once import once
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.serialization.checkpoint import dump_model, load_state
from model.training.loop import classifier
from model.training.recipe import Recipe, going_on
from model.training.state import TrainingState
from model.training.stopping import stopped_early

__all__ = [
    "dataset",
    "dataset_of",
    "end",
    "keep_best",
    "load_training_data",
    "recipe_of",
    "saved_state",
]


def recipe_of(request: Mapping[str, Any]) -> Recipe:
    """The recipe of a job's stored request, without its other fields."""
    names = {field.name for field in fields(Recipe)}
    made = Recipe(**{name: value for name, value in request.items() if name in names})
    return going_on(made, request.get("least_scale", FORMER_LEAST_SCALE))


def end(
    job: JobRow,
    state: TrainingState | None,
    outcome: str,
    error: Message | None = None,
    data: Dataset | None = None,
) -> Callable[[Session, Lease], None]:
    """Prepare the last transaction of a job, which stores its best epoch, if any, as a model.

    The model is calibrated and tested here, outside of the transaction that is returned, on `data`:
    what the job learnt, by default MNIST.
    """
    data = data or dataset()
    made = _best(job, state, data.classes)
    stopped = _stopped_early(job, state) if outcome == "succeeded" else None
    if made is not None:
        made = calibrated_and_tested(made, split(data), data)

    def commit(session: Session, lease: Lease) -> None:
        if made is None:
            leases.finish(session, lease, outcome, error=error)
            return
        id, accuracy = new_id(), made.test_accuracy
        leases.finish(
            session,
            lease,
            outcome,
            model=id,
            test_accuracy=accuracy,
            error=error,
            stopped_early=stopped,
        )
        weights = dump_model(made)
        models.add(session, classifier=made, weights=weights, name=job.name, job=job.id, id=id)
        if outcome == "succeeded" and job.request["activate"]:
            models.activate(session, id)

    return commit


def keep_best(session: Session, id: str) -> str | None:
    """Store the best epoch of a job that has failed as a model, and return its id.

    Only what its checkpoint has: to calibrate and test it may be what its attempts died of.
    """
    job = jobs.get(session, id)
    classes = datasets.get(session, job.dataset).classes if job.dataset else ()
    best = _best(job, saved_state(leases.checkpoint(session, id)), classes)
    if best is None:
        return None
    weights = dump_model(best)
    return models.add(session, classifier=best, weights=weights, name=job.name, job=id).id


def _best(job: JobRow, state: TrainingState | None, classes: Sequence[str]) -> Classifier | None:
    """The network of a job's best epoch; None before the first, or where its row is damaged."""
    if state is None or state.epoch == 0:
        return None
    try:
        used = going_on(recipe_of(job.request), state.least_scale)
        made = classifier(used, state.best, name=job.name)
        return replace(made, dataset=job.dataset or "", classes=tuple(classes))
    except Exception as error:  # whatever a damaged row gave: the job has to end
        log.error("the best epoch is lost", job=job.id, error=str(error))
        return None


def _stopped_early(job: JobRow, state: TrainingState | None) -> Message | None:
    return None if state is None else stopped_early(state.history, recipe_of(job.request))


def saved_state(saved: bytes | None) -> TrainingState | None:
    """The state in a checkpoint; None if there is none, or none that can be read."""
    try:
        return None if saved is None else load_state(saved)
    except CheckpointError as error:
        log.error("a checkpoint is damaged", error=str(error))
        return None


def dataset_of(database: Database, job: JobRow) -> Dataset:
    """The data set that a job learns. Raises NotFound, and DatasetError for one that is damaged."""
    if job.dataset is None:
        return dataset()
    with database.read() as session:
        return datasets.load(session, job.dataset)


@once
def dataset() -> Dataset:
    """MNIST, loaded once into this process."""
    return load_mnist()


def load_training_data() -> str:
    """Load MNIST into this process, so that its first job can begin at once."""
    return f"{len(dataset().train_labels)} digits"
