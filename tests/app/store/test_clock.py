from __future__ import annotations

import time

from sqlalchemy import select

from app.store.clock import new_id, now
from app.store.engine import Database

MILLISECOND = 0.0011  # to which SQLite's clock is rounded


def test_the_databases_clock_tells_seconds_since_1970(empty: Database) -> None:
    before = time.time()
    with empty.read() as session:
        found = session.scalar(select(now()))
    assert found is not None
    assert before - MILLISECOND <= found <= time.time() + MILLISECOND


def test_the_clock_goes_on_within_a_transaction(empty: Database) -> None:
    """A lease must not look fresh because its transaction waited long for a lock."""
    with empty.read() as session:
        before = session.scalar(select(now()))
        assert before is not None
        time.sleep(2 * MILLISECOND)  # at least as long, however busy the machine
        after = session.scalar(select(now()))
    assert after is not None
    assert after > before


def test_ids_are_unique_and_sort_by_time() -> None:
    first = new_id()
    time.sleep(0.002)
    later = [new_id() for _ in range(1000)]
    assert len(set(later)) == 1000
    assert first < min(later)
    assert len(first) == 20
