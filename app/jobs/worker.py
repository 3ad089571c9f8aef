"""Runs a training job, in a pool process or on a cluster worker. It communicates by the store only.

There are three kinds of atomic transactions: about four times a second a progress event with the
heartbeat; at each epoch's end its event, its hints and the checkpoint; at the end the model, the
last event and the state. Whenever a process is killed, the events of the job have no gap and no
duplicates: an epoch's event is written together with the checkpoint that follows it, and a resumed
run reports no progress until it has passed the last step that was reported before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from app.errors import NotFound, ProblemError
from app.jobs.ending import dataset_of, end, keep_best, recipe_of
from app.jobs.eta import ProgressClock
from app.jobs.samples import learnt_by
from app.logs import log
from app.store import events as store_events
from app.store import leases, models, snapshots
from app.store.engine import Database, Session, StoreError, connect
from app.store.leases import Lease, LeaseLostError
from app.store.tables import JobRow
from model.data.idx import Dataset, split
from model.errors import ByhandError, DivergenceError, RecipeError
from model.messages import Message
from model.network import Parameters
from model.serialization.checkpoint import dump_state, load_state
from model.training.cures import cure
from model.training.diagnostics import hints
from model.training.loop import classifier, train
from model.training.onlooker import Onlooker
from model.training.recipe import going_on
from model.training.state import Progress, TrainingState

__all__ = ["run_training", "stop_requested"]

RETRY_SECONDS = (0.1, 0.2, 0.5, 1, 2, 2, 3, 3, 5, 5, 5, 10, 10, 10)  # about a minute
BEATS_PER_LEASE = 4
PERMANENT = (DivergenceError, RecipeError, NotFound)  # errors that every attempt would raise again

stop_requested = threading.Event()
"""Set in a pool process when its server stops or has died: the job is released."""


def run_training(
    job_id: str, database_url: str, owner: str = "", lease_seconds: float = 30.0
) -> str:
    """Claim a job, resume it from its last checkpoint if it has one, and run it to its end.

    Returns the outcome: the job's final state, "paused", "released", "lost", "attempt failed" or
    "not free".
    """
    database = connect(database_url, create=False)
    try:
        with database.begin() as session:
            claimed = leases.claim(
                session, job_id, owner=owner, lease_seconds=lease_seconds, keep=keep_best
            )
        if claimed is None:
            return "not free"
        attempt = _Attempt(database, *claimed)
        with attempt.heartbeats(lease_seconds / BEATS_PER_LEASE):
            return attempt.run()
    finally:
        database.close()


# Tasks are pickled by this path, where workers of an earlier version look for it, too: those of a
# cluster are upgraded one by one (app/worker.py).
run_training.__module__ = "app.worker"


def _message(error: ByhandError | ProblemError) -> Message:
    """An error as the message that a job's row stores."""
    if isinstance(error, RecipeError):
        return Message("field.problem", {"field": error.field, "problem": error.message})
    return error.message


def _seconds_left(progress: Progress, clock: ProgressClock) -> float | None:
    """The time left; unknown before the first step, ahead of which the data are prepared."""
    return clock.seconds_left(progress.step, progress.steps) if progress.step else None


class _Attempt:
    """One attempt at a job, from its claim to its end."""

    def __init__(self, database: Database, lease: Lease, job: JobRow) -> None:
        self.database = database
        self.lease = lease
        self.job = job
        self.data: Dataset | None = None  # once it is loaded
        self.state: TrainingState | None = None  # at the end of the last epoch
        self.reported_step = job.step
        self.reported_hints: set[str] = set()  # codes; sentences, if by an earlier version
        self.lost = threading.Event()

    def run(self) -> str:
        try:
            return self._train()
        except LeaseLostError:
            log.warning("another worker has the job; this one stops", job=self.job.id)
            return "lost"
        except StoreError:
            raise  # nothing can be written; the lease expires, and another attempt follows
        except PERMANENT as error:
            return self._end("failed", self.state, _message(error))
        except Exception as error:
            log.exception("an attempt failed", job=self.job.id)
            what = _message(error) if isinstance(error, ByhandError | ProblemError) else str(error)
            reason = Message("job.raised", {"kind": type(error).__name__, "error": what})
            self._commit(lambda s, lease: leases.fail_attempt(s, lease, reason, keep_best))
            return "attempt failed"

    def _train(self) -> str:
        self.recipe = recipe_of(self.job.request)  # here, as a row that is damaged raises
        self.data = dataset_of(self.database, self.job)
        self.state, base = self._load()
        data = split(self.data, train_examples=self.recipe.train_examples)
        data = replace(data, samples=learnt_by(self.database, self.job))
        onlooker = Onlooker(self.recipe, self.data)
        clock = ProgressClock()
        if self.lease.cancel_requested:
            return self._end("cancelled", self.state)
        for progress in train(self.recipe, data, self.state, base, self.job.snapshots):
            if progress.state is not None:
                self.state = progress.state
                with clock.stopped():
                    seen = onlooker.test_accuracy(self.state)
                self._report_epoch(progress, self.state, clock, seen)
            elif clock.report_is_due() or progress.snapshots:
                self._report(progress, clock)
            if self.lost.is_set():
                raise LeaseLostError(self.job.id)
            if self.lease.cancel_requested:
                return self._end("cancelled", self.state)
            if self._is_to_pause(progress):
                self._commit(leases.pause)
                return "paused"
            if stop_requested.is_set():
                self._commit(leases.release)
                return "released"
        return self._end("succeeded", self.state)

    def _is_to_pause(self, progress: Progress) -> bool:
        """Whether to pause here: at once, or at the end of the epoch that was named."""
        after = self.lease.pause_after_epoch
        if after is None or progress.step == progress.steps:
            return False
        return after == 0 or (progress.state is not None and progress.epoch >= after)

    def _load(self) -> tuple[TrainingState | None, Parameters | None]:
        """The state to resume from, if any, and the base model's parameters, if any."""
        with self.database.read() as session:
            reported = store_events.of_jobs(session, [self.job.id], ["hint"])
            self.reported_hints = {
                event.data.get("code", event.data["message"]) for event in reported[self.job.id]
            }
            saved = leases.checkpoint(session, self.job.id)
            if saved is not None:
                state = load_state(saved)
                self.recipe = going_on(self.recipe, state.least_scale)
                return state, None
            base_model = self.job.request["base_model"]
            if base_model is None:
                return None, None
            return None, models.load(session, base_model)[0].parameters

    def _report(self, progress: Progress, clock: ProgressClock) -> None:
        """Report progress; keep its snapshots. Of steps reported before, only renew the heartbeat.

        So it is before the first step, of which there is nothing to report but a snapshot.
        """
        columns = self._columns(progress, clock)
        new = progress.step > self.reported_step
        events = [self._progress_event(progress, columns)] if new else []

        def commit(session: Session, lease: Lease) -> Lease:
            lease = leases.write(session, lease, events, **(columns if new else {}))
            self._keep(session, progress)
            return lease

        self._commit(commit, len(events))
        self.reported_step = max(progress.step, self.reported_step)

    def _progress_event(self, progress: Progress, columns: Mapping[str, Any]) -> store_events.Event:
        data = {**columns, "train_loss": progress.train_loss}
        if progress.snapshots:
            data["snapshot"] = progress.snapshots[-1].step
        return "progress", data

    def _keep(self, session: Session, progress: Progress) -> None:
        """Store the snapshots of a report, in the transaction of its write."""
        for each in progress.snapshots:
            name = f"{self.job.name}@{each.step}"
            made = classifier(self.recipe, each.parameters, name=name)
            snapshots.add(session, self.job.id, each, made)

    def _report_epoch(
        self,
        progress: Progress,
        state: TrainingState,
        clock: ProgressClock,
        test_accuracy: float | None,
    ) -> None:
        columns = self._columns(progress, clock)
        metrics = asdict(state.history[-1]) | {"seconds": clock.epoch_seconds()}
        if test_accuracy is not None:
            metrics["test_accuracy"] = test_accuracy
        events: list[store_events.Event] = [
            self._progress_event(progress, columns),
            ("epoch", metrics),
        ]
        found = hints(state.history, self.recipe)
        # A code once: the same cause, found again some epochs later, is no news.
        new = [hint for hint in found if not self.reported_hints & {hint.code, str(hint)}]
        from_base = self.job.request["base_model"] is not None
        events += [
            store_events.hint_event(hint, cure(hint, self.recipe, from_base)) for hint in new
        ]
        saved = dump_state(state)

        def commit(session: Session, lease: Lease) -> Lease:
            columns["validation_accuracy"] = state.best_accuracy
            lease = leases.write(session, lease, events, **columns)
            leases.save_checkpoint(session, lease.job, state.epoch, saved)
            self._keep(session, progress)
            return lease

        self._commit(commit, len(events))
        self.reported_step = progress.step
        self.reported_hints.update(hint.code for hint in new)

    def _columns(self, progress: Progress, clock: ProgressClock) -> dict[str, Any]:
        return {
            "epoch": progress.epoch,
            "epochs": progress.epochs,
            "step": progress.step,
            "steps": progress.steps,
            "eta_seconds": _seconds_left(progress, clock),
        }

    def _end(self, outcome: str, state: TrainingState | None, error: Message | None = None) -> str:
        self._commit(end(self.job, state, outcome, error, self.data), 1)
        return outcome

    def _commit(self, work: Callable[[Session, Lease], Any], events: int = 0) -> None:
        """Run `work` in one transaction, and try again while the store cannot be reached.

        When the connection breaks during a commit, it is unknown whether it succeeded: the next try
        checks whether the job has the `events` that this one adds.
        """
        for pause in (*RETRY_SECONDS, None):
            try:
                with self.database.begin() as session:
                    if leases.was_written(session, self.lease, events):
                        written = replace(self.lease, last_event=self.lease.last_event + events)
                    else:
                        written = work(session, self.lease)
                # The `with` has committed by now.
                self.lease = written if isinstance(written, Lease) else self.lease
                return
            except StoreError as error:
                if pause is None:
                    raise
                log.warning("the store is away", job=self.job.id, error=error.cause)
                time.sleep(pause)

    @contextmanager
    def heartbeats(self, seconds: float) -> Iterator[None]:
        """Renew the lease in a second thread, during long operations such as reading the data."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(seconds):
                try:
                    with self.database.begin() as session:
                        if not leases.renew_heartbeat(session, self.lease):
                            self.lost.set()
                            return
                except StoreError:
                    log.warning("a heartbeat was missed: the store is away", job=self.job.id)

        thread = threading.Thread(target=renew, name=f"heartbeat {self.job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
