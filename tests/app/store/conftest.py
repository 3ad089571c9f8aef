"""A migrated store, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.engine import Database, connect, migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'byhand.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = connect(url)
    yield database
    database.close()


@pytest.fixture
def database(empty: Database) -> Database:
    migrate(empty)
    return empty
