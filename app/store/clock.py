"""The database's clock, and ids that sort by the time of creation."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["new_id", "now"]


class now(FunctionElement[float]):  # noqa: N801 (reads as the SQL function that it is)
    """Seconds since 1970 by the database's clock, so that leases of all machines use one clock."""

    type = Double()
    inherit_cache = True


@compiles(now, "sqlite")
def _sqlite_now(element: now, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _postgresql_now(element: now, compiler: Any, **kw: Any) -> str:
    # Not now(), the start of the transaction, which may have waited long for a lock.
    return "extract(epoch FROM clock_timestamp())::double precision"


def new_id() -> str:
    """Make an id of 20 hexadecimal digits: 12 of the time in milliseconds, 8 at random."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(4)}"
