"""PostgreSQL that is silent, or is given what it cannot hold."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.errors import Invalid, NotFound
from app.store import jobs, models, postgresql
from app.store.engine import Database, StoreError, connect


@pytest.fixture
def silent(postgres_url: str) -> Iterator[Database]:
    database = connect(postgres_url)
    yield database
    database.close()


def test_a_server_that_is_silent_is_given_up(
    silent: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent.ping()
    began = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(postgresql, "SILENT_SECONDS", 0.3)
        with pytest.raises(StoreError) as caught, silent.read() as session:
            session.execute(text("SELECT pg_sleep(120)"))
    assert "silent" in caught.value.cause
    assert time.monotonic() - began < 60
    with silent.read() as session:  # by another connection: this one's answer is still to come
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("id", ["\0", "a\0b", "\ud800"])
def test_an_id_that_no_database_can_hold_is_that_of_nothing(database: Database, id: str) -> None:
    for find in (jobs.get, jobs.of_sweep, jobs.pause, models.get, models.weights, models.delete):
        with pytest.raises(NotFound), database.begin() as session:
            find(session, id)  # type: ignore[operator]


def test_any_other_value_that_cannot_be_stored_is_the_callers(database: Database) -> None:
    with pytest.raises(Invalid), database.begin() as session:
        session.execute(text("SELECT :value"), {"value": "\ud800"})
