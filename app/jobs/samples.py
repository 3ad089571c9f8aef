"""The samples that jobs learn: frozen when they are submitted, for whichever worker has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Forbidden
from app.jobs.resolve import refused
from app.store import sample_sets, samples
from app.store.engine import Database, Session
from app.store.quotas import Quotas, make_room
from app.store.tables import JobRow
from model.data.samples import Samples
from model.messages import Message
from model.serialization.samples import dump_samples

__all__ = ["Frozen", "asked", "freeze", "learnt_by"]

COUNT = "sample_count"  # what a job's request has besides what was asked for


@dataclass(frozen=True, slots=True)
class Frozen:
    """A set of samples for the jobs of one submission, how many they are, and their bytes."""

    set: str
    count: int
    size: int

    def told(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request of a job that learns them, as it is stored."""
        return {**request, COUNT: self.count}


def freeze(
    session: Session, requests: Iterable[Mapping[str, Any]], quotas: Quotas, allowed: bool
) -> Frozen | None:
    """Keep the samples as they are now, if one of these resolved requests learns them.

    Raises Forbidden unless they are `allowed`, Invalid where there are none, InsufficientStorage.
    """
    if not any(request["samples"] for request in requests):
        return None
    if not allowed:
        raise Forbidden("samples.off")
    there = samples.everything(session)
    if not len(there):
        raise refused("samples", Message("samples.none"))
    file = dump_samples(there)
    make_room(session, quotas, size=len(file))
    return Frozen(sample_sets.add(session, file), len(there), len(file))


def asked(request: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for in a job's stored request: it stays the same as samples come and go."""
    return {name: value for name, value in request.items() if name != COUNT}


def learnt_by(database: Database, job: JobRow) -> Samples | None:
    """The samples that a job learns, or None. Raises NotFound where they are lost."""
    if job.samples is None:
        return None
    with database.read() as session:
        return sample_sets.load(session, job.samples)
