from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.store import engine, jobs, models
from app.store.engine import HEAD, Database, StoreError, connect, is_current, migrate
from app.store.tables import Base


def tables(database: Database) -> set[str]:
    with database.connection() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrating_makes_every_table_and_going_back_removes_them(empty: Database) -> None:
    migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)
    migrate(empty, "base")
    assert tables(empty) == set()
    migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)


def test_models_from_before_there_were_features_see_pixels(empty: Database) -> None:
    migrate(empty)
    migrate(empty, "0001")
    with empty.begin() as session:
        session.execute(
            text(
                "INSERT INTO models (id, name, created_at, layers, activation, deskew, parameters, "
                "sha256, weights) VALUES ('old', 'Old', 1, '[784, 10]', 'sigmoid', :yes, 7850, "
                ":sha256, :weights)"
            ),
            {"yes": True, "sha256": "0" * 64, "weights": b"npz"},
        )
    migrate(empty)
    with empty.read() as session:
        old = models.get(session, "old")
        assert (old.features, old.deskew) == ("pixels", True)


def test_the_migrations_make_what_the_classes_say(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import app.store.engine

    config = Config()
    folder = Path(app.store.engine.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_current_store_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'byhand.db'}"
    database = connect(url)
    migrate(database)
    database.close()
    code = (
        "import sys; from app.store.engine import connect, migrate; "
        f"migrate(connect({url!r})); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def migrate_at_once(url: str, barrier: object) -> None:
    database = connect(url)
    barrier.wait()  # type: ignore[attr-defined]
    migrate(database)
    database.close()


def test_several_that_start_together_migrate_once(empty: Database) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    starters = [
        context.Process(target=migrate_at_once, args=(empty.url, barrier)) for _ in range(4)
    ]
    for process in starters:
        process.start()
    for process in starters:
        process.join()
    assert [process.exitcode for process in starters] == [0, 0, 0, 0]
    with empty.connection() as connection:
        assert is_current(connection)


def open_at_once(folder: str, barrier: object, failures: object) -> None:
    for turn in range(40):
        database = connect(f"sqlite:///{folder}/{turn}.db")
        barrier.wait()  # type: ignore[attr-defined]
        try:
            database.ping()
        except StoreError as error:
            failures.put(str(error))  # type: ignore[attr-defined]
        database.close()


def test_several_that_open_a_new_file_together_all_can(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, failures = context.Barrier(6), context.Queue()
    openers = [
        context.Process(target=open_at_once, args=(str(tmp_path), barrier, failures))
        for _ in range(6)
    ]
    for process in openers:
        process.start()
    for process in openers:
        process.join()
    assert [process.exitcode for process in openers] == [0] * 6
    assert failures.empty()


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        session.execute(text("DELETE FROM alembic_version"))
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        with database.begin() as session:
            fail(session)
    with database.connection() as connection:
        assert is_current(connection)


def test_a_writer_and_a_reader_do_not_wait_for_each_other(database: Database) -> None:
    done = threading.Event()

    def write() -> None:
        with database.begin() as session:
            jobs.add(session, id="a", name="job", request={}, epochs=1)
        done.set()

    with database.read() as session:
        assert jobs.waiting(session) == 0
        threading.Thread(target=write).start()
        assert done.wait(5)
    with database.begin() as session:
        jobs.add(session, id="b", name="job", request={}, epochs=1)
        with database.read() as other:
            assert jobs.waiting(other) == 1  # what is committed


def test_writers_wait_for_each_other_instead_of_failing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    with database.begin() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def count() -> None:
        for _ in range(25):
            with database.begin() as session:
                n = session.scalar(text("SELECT n FROM counter"))
                session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(text("SELECT n FROM counter")) == 100
    database.close()


def test_a_store_that_cannot_be_reached_is_a_store_error() -> None:
    database = connect("postgresql://nobody@127.0.0.1:1/byhand?connect_timeout=2")
    with pytest.raises(StoreError):
        database.ping()
    database.close()


def test_having_no_connection_left_is_a_store_error(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.POOL, "pool_timeout", 0.05)
    monkeypatch.setitem(engine.POOL, "max_overflow", 0)
    narrow = connect(database.url)
    with ExitStack() as taken:
        for _ in range(engine.POOL["pool_size"]):
            taken.enter_context(narrow.read()).execute(text("SELECT 1"))
        with pytest.raises(StoreError):
            narrow.ping()
    narrow.ping()
    narrow.close()


def test_a_plain_postgresql_url_gets_the_installed_driver() -> None:
    assert connect("postgresql://me@host/byhand").url == "postgresql+psycopg://me@host/byhand"
