"""A connection to PostgreSQL that does not wait for ever for a server that is silent.

Limits that the server keeps do not help where its machine is cut off or stands still. Imported only
where PostgreSQL is used, as its driver is optional.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

__all__ = ["ImpatientConnection"]

Result = TypeVar("Result")

SILENT_SECONDS = 20  # to wait for an answer, the locks of others included


class _SilentError(OperationalError):
    """The server has not answered in time."""


class ImpatientConnection(Connection[Any]):
    """A connection that is closed, and says so, when an answer takes too long."""

    def wait(self, gen: Generator[Any, Any, Result], *arguments: Any, **named: Any) -> Result:
        """Run the steps of `gen`, each when the server has sent something."""
        try:
            return super().wait(_in_time(gen), *arguments, **named)
        except _SilentError:
            self.pgconn.finish()  # its answer may still come, and would answer the next question
            raise


def _in_time(work: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """Pass on the steps of `work`, which gets 0 whenever nothing came for some 0.1 s."""
    deadline = time.monotonic() + SILENT_SECONDS
    try:
        wanted = next(work)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise _SilentError(f"the database is silent for {SILENT_SECONDS} seconds")
            wanted = work.send(ready)
    except StopIteration as end:
        result: Result = end.value
        return result
