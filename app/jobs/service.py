"""Training jobs: submitted, listed, cancelled, and handed to the dispatcher."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.errors import Conflict, TooMany
from app.jobs.damaged import damaged, moment
from app.jobs.dispatcher import Dispatcher
from app.jobs.documents import parts_of
from app.jobs.ending import dataset_of, end, recipe_of, saved_state
from app.jobs.event_stream import EventStream
from app.jobs.executors import make_workers
from app.jobs.resolve import default_name, resolve, vary
from app.jobs.samples import Frozen, asked, freeze
from app.logs import log
from app.schemas.training import (
    Cure,
    Job,
    JobPage,
    JobProgress,
    StoppedEarly,
    Sweep,
    SweepRequest,
    TrainRequest,
)
from app.settings import Settings
from app.store import events, jobs, leases, snapshots
from app.store.clock import new_id
from app.store.engine import Database, Session
from app.store.events import StoredEvent
from app.store.leases import Lease, LeaseLostError
from app.store.quotas import Quotas, make_room
from app.store.reservations import needed_bytes
from app.store.tables import FINISHED, JobRow
from app.visitors import Visitor
from model.messages import Message
from model.serialization.snapshots import SnapshotLine
from model.training.cures import cure

__all__ = ["JobService"]

RETRY_AFTER_SECONDS = 10


class JobService:
    """Jobs of one replica's clients. What it keeps is in the store: any replica knows it too.

    The jobs that it gives are without the metrics of their epochs, which may be 10,000:
    app/jobs/documents.py adds them, some at a time.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._lease_seconds = settings.lease_seconds
        self._most_queued = settings.max_queued_jobs
        self._quotas = Quotas.of(settings)
        self._snapshots = settings.snapshots
        self._samples = settings.samples
        self.event_stream = EventStream(database)
        self._dispatcher = Dispatcher(
            database,
            make_workers(settings),
            lease_seconds=settings.lease_seconds,
            keep_days=settings.keep_jobs_days,
        )

    def start(self) -> None:
        """Take up what is queued, and what a worker left behind."""
        self.event_stream.catch_signals()
        self._dispatcher.start()

    def stop(self) -> None:
        """End the streams; give the running jobs back to whoever starts next."""
        self.event_stream.close()
        self._dispatcher.stop()

    def trouble(self) -> Message | None:
        """Why no job can be begun just now, where it is not that all workers are busy."""
        return self._dispatcher.trouble()

    def warm_up(self) -> None:
        """Have a worker ready: somebody has opened the page, and may train before long."""
        self._dispatcher.warm_up()

    def submit(
        self, request: TrainRequest, key: str | None = None, visitor: Visitor | None = None
    ) -> Job:
        """Queue a job, or give the one that was made under the same Idempotency-Key.

        Raises Invalid, Conflict, Forbidden, TooMany, InsufficientStorage.
        """
        with self._database.begin() as session:
            jobs.lock_queue(session)
            resolved = resolve(session, request)
            row = jobs.by_key(session, key) if key is not None else None
            if row is None:
                frozen = freeze(session, [resolved], self._quotas, self._samples)
                self._make_room(session, [resolved], frozen, visitor)
                row = self._add(session, resolved, request.name, frozen, key=key)
            elif resolved | asked(row.request) != resolved:  # an earlier version knew fewer fields
                raise Conflict("job.key_used", key=key, job=row.id)
            job = _describe(session, [row], self.trouble())[0]
        self._dispatcher.wake()
        return job

    def sweep(self, request: SweepRequest, visitor: Visitor | None = None) -> Sweep:
        """Queue one job for each combination of values; all learn the same samples, if any.

        Raises Invalid, Forbidden, TooMany, InsufficientStorage.
        """
        base = request.model_dump(exclude={"values"}, exclude_unset=True)
        combinations = itertools.product(*request.values.values())
        varied = [dict(zip(request.values, chosen, strict=True)) for chosen in combinations]
        ids = sorted(new_id() for _ in varied)
        sweep = new_id()
        with self._database.begin() as session:
            jobs.lock_queue(session)
            requests = [resolve(session, vary(base, values)) for values in varied]
            frozen = freeze(session, requests, self._quotas, self._samples)
            self._make_room(session, requests, frozen, visitor)
            rows = []
            for id, values, resolved in zip(ids, varied, requests, strict=True):
                label = ", ".join(f"{field} {value}" for field, value in values.items())
                name = f"{request.name}: {label}" if request.name else label
                rows.append(self._add(session, resolved, name[:200], frozen, id=id, sweep=sweep))
            described = _describe(session, rows, self.trouble())
        self._dispatcher.wake()
        return Sweep(id=sweep, jobs=described, best=None)

    def pause(self, id: str) -> Job:
        """Pause a job until it is resumed. Raises NotFound, or Conflict for one that has ended."""
        with self._database.begin() as session:
            return self._going_on(session, jobs.pause(session, id))

    def resume(self, id: str, epochs: int | None = None) -> Job:
        """Let a job go on, for so many epochs if that is said, and withdraw a wish to pause.

        Raises NotFound, or Conflict for a job that has ended.
        """
        with self._database.begin() as session:
            job = self._going_on(session, jobs.resume(session, id, epochs))
        self._dispatcher.wake()
        return job

    def _going_on(self, session: Session, row: JobRow) -> Job:
        if row.state in FINISHED:
            raise Conflict("job.over", job=row.id, state=row.state)
        return _describe(session, [row], self.trouble())[0]

    def snapshots(self, id: str) -> Sequence[tuple[str, SnapshotLine]]:
        """The snapshots of a job by step, each with the id to use. Raises NotFound."""
        with self._database.read() as session:
            base = jobs.get(session, id).model or id
            return [(f"{base}@{line.step}", line) for line in snapshots.lines(session, id)]

    def cancel(self, id: str) -> Job:
        """Stop a job; its best epoch so far becomes a model. Cancelling twice does nothing more.

        Raises NotFound, or Conflict for a job that has ended otherwise.
        """

        def take(session: Session) -> tuple[JobRow, Lease | None, bytes | None]:
            row, lease = jobs.take_for_cancel(session, id, self._lease_seconds)
            if row.state in ("succeeded", "failed"):
                raise Conflict("job.ended_already", job=id, state=row.state)
            return row, lease, leases.checkpoint(session, id) if lease is not None else None

        row, lease, saved = self._database.free(take)
        if lease is not None:  # no worker is on it: it ends here
            data = dataset_of(self._database, row)
            finish = end(row, saved_state(saved), "cancelled", data=data)
            with contextlib.suppress(LeaseLostError):  # one took it up just now, and will end it
                with self._database.begin() as session:
                    finish(session, lease)
        return self.job(id)

    def cancel_sweep(self, sweep: str) -> Sweep:
        """Stop every job of a sweep that has not ended. Raises NotFound."""
        with self._database.read() as session:
            going = [row.id for row in jobs.of_sweep(session, sweep) if row.state not in FINISHED]
        for id in going:
            try:
                self.cancel(id)
            except Conflict:
                continue  # it ended just now
        return self.of_sweep(sweep)

    def of_sweep(self, sweep: str) -> Sweep:
        """The jobs of a sweep. Raises NotFound."""
        with self._database.read() as session:
            rows = jobs.of_sweep(session, sweep)
            return Sweep(id=sweep, jobs=_describe(session, rows, self.trouble()), best=_best(rows))

    def check_known(self, id: str) -> None:
        """Raise NotFound if there is no such job."""
        with self._database.read() as session:
            jobs.check_known(session, id)

    def parts_of(self, answer: Job | JobPage | Sweep) -> Iterator[bytes]:
        """The JSON of the answer, part by part, with the metrics of its jobs."""
        return parts_of(self._database, answer)

    def job(self, id: str) -> Job:
        """One job. Raises NotFound."""
        with self._database.read() as session:
            return _describe(session, [jobs.get(session, id)], self.trouble())[0]

    def page(
        self, *, limit: int, cursor: str | None, state: str | None, sweep: str | None
    ) -> JobPage:
        """Jobs from the newest to the oldest; of a sweep, the best is named. Raises NotFound."""
        with self._database.read() as session:
            best = _best(jobs.of_sweep(session, sweep)) if sweep is not None else None
            rows, following = jobs.page(
                session, limit=limit, cursor=cursor, state=state, sweep=sweep
            )
            return JobPage(
                items=_describe(session, rows, self.trouble()), next=following, best=best
            )

    def _add(
        self,
        session: Session,
        resolved: dict[str, Any],
        name: str | None,
        frozen: Frozen | None,
        *,
        id: str | None = None,
        key: str | None = None,
        sweep: str | None = None,
    ) -> JobRow:
        learnt = frozen if resolved["samples"] else None
        return jobs.add(
            session,
            id=id or new_id(),
            name=name or default_name(session, resolved),
            request=learnt.told(resolved) if learnt else resolved,
            epochs=resolved["epochs"],
            snapshots=self._snapshots,
            samples=learnt.set if learnt else None,
            sweep=sweep,
            idempotency_key=key,
        )

    def _make_room(
        self,
        session: Session,
        requests: Sequence[dict[str, Any]],
        frozen: Frozen | None,
        visitor: Visitor | None,
    ) -> None:
        """Raise unless these jobs may be added, and what they are to store."""
        waiting, more = jobs.waiting(session), len(requests)
        if waiting + more > self._most_queued:
            raise TooMany(
                "job.queue_full",
                waiting=waiting,
                most=self._most_queued,
                more=more,
                retry_after=RETRY_AFTER_SECONDS,
            )
        size = sum(needed_bytes(request, self._snapshots) for request in requests)
        make_room(session, self._quotas, more, size)  # each will leave a model
        if visitor is not None:
            visitor.spend(jobs=more, bytes=size + (frozen.size if frozen is not None else 0))


def _best(rows: Sequence[JobRow]) -> str | None:
    rated = [row for row in rows if isinstance(row.validation_accuracy, float)]
    return max(rated, key=lambda row: row.validation_accuracy or 0.0).id if rated else None


def _describe(
    session: Session, rows: Iterable[JobRow], trouble: Message | None = None
) -> list[Job]:
    """Jobs as the API shows them, but for their metrics; hints are read from their events.

    Those whose epochs would be too many for one answer will be shown without their metrics.
    """
    rows = list(rows)
    told = events.of_jobs(session, [row.id for row in rows], ["hint", "end"])
    shown = [_shown(row, told[row.id], trouble) for row in rows]
    for job in shown[jobs.fitting(rows) :]:
        job._last_event = 0
    return shown


def _shown(row: JobRow, told: Sequence[StoredEvent], trouble: Message | None) -> Job:
    """One job; one whose row or events are damaged hides no others."""
    try:
        return _as_job(row, told, trouble)
    except Exception as error:  # whatever a damaged file gave
        log.error("a job is damaged in the store", job=row.id, error=str(error))
        return damaged(str(row.id), str(row.name), row.state)


def _as_job(row: JobRow, told: Sequence[StoredEvent], trouble: Message | None) -> Job:
    job = Job(
        id=row.id,
        name=row.name,
        state=jobs.state_of(row),
        waits_for=str(trouble) if trouble and jobs.state_of(row) == "queued" else None,
        request=row.request,
        progress=JobProgress.model_validate(row, from_attributes=True),
        metrics=[],
        hints=[events.api_data(e)["message"] for e in told if e.kind == "hint"],
        cures=list(_cures(row, told)),
        stopped_early=_stopped_early(told),
        model=row.model,
        validation_accuracy=row.validation_accuracy,
        test_accuracy=row.test_accuracy,
        error=_error(row, told),
        sweep=row.sweep,
        cancel_requested=row.cancel_requested,
        pause_requested=row.state == "running" and row.pause_after_epoch is not None,
        created_at=moment(row.created_at),
        started_at=moment(row.started_at) if row.started_at else None,
        finished_at=moment(row.finished_at) if row.finished_at else None,
    )
    job._last_event = int(row.last_event)
    return job


def _cures(row: JobRow, told: Sequence[StoredEvent]) -> Iterator[Cure]:
    """The cures of a job's hints, as stored with them, and that of having diverged."""
    for event in told:
        diagnosis = events.stored_diagnosis(event)
        if diagnosis is None:
            continue
        change = event.data.get("change")
        if event.kind == "end" and diagnosis.code == "training.diverged":
            change = cure(diagnosis, recipe_of(row.request), bool(row.request.get("base_model")))
        if change is not None:
            yield Cure(hint=diagnosis.code, text=str(diagnosis), change=change)


def _stopped_early(told: Sequence[StoredEvent]) -> StoppedEarly | None:
    for event in told:
        if event.kind == "end" and (stopped := events.stopped_early(event)) is not None:
            return StoppedEarly(**stopped)
    return None


def _error(row: JobRow, told: Sequence[StoredEvent]) -> str | None:
    """The error of a job in the language in use; that of an attempt as its worker stored it."""
    ends = [events.stored_error(event) for event in told if event.kind == "end"]
    return ends[-1] if ends else row.error
