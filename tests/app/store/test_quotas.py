"""Quotas: what would fill the disk is refused, and deleting makes room."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import InsufficientStorage
from app.store import models
from app.store.engine import Database, connect, migrate
from app.store.quotas import Quotas, make_room, used_bytes
from tests.app.store.test_models import add, small

PLENTY = 2**50


def test_one_model_more_than_the_quota_is_refused_until_one_is_deleted(database: Database) -> None:
    quotas = Quotas(models=2, bytes=PLENTY)
    first = add(database, 1)
    with database.begin() as session:
        make_room(session, quotas, 1)
        with pytest.raises(InsufficientStorage, match="1 models are stored and at most 2"):
            make_room(session, quotas, 2)
    add(database, 2)
    with database.begin() as session:
        with pytest.raises(InsufficientStorage, match="DELETE /models/ID"):
            make_room(session, quotas, 1)
        models.delete(session, first)
        make_room(session, quotas, 1)


def test_bytes_count_with_what_is_to_be_added(database: Database) -> None:
    _, weights = small()
    with database.begin() as session:
        used = used_bytes(session)
        make_room(session, Quotas(100, used + len(weights)), 1, len(weights))
        with pytest.raises(InsufficientStorage, match=f"takes {used:,} of {used:,} bytes"):
            make_room(session, Quotas(100, used), 1, len(weights))


def test_what_is_stored_counts(database: Database) -> None:
    with database.read() as session:
        before = used_bytes(session)
    for seed in range(8):
        add(database, seed)
    with database.read() as session:
        assert used_bytes(session) > before + 4 * len(small()[1])


def test_what_is_deleted_counts_no_more(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")  # PostgreSQL takes its time for that
    migrate(database)
    ids = [add(database, seed) for seed in range(8)]
    with database.read() as session:
        full = used_bytes(session)
    with database.begin() as session:
        for id in ids:
            models.delete(session, id)
    with database.read() as session:
        assert used_bytes(session) < full - 4 * len(small()[1])
    database.close()
