"""The connection to the store: SQLite in a file by default, PostgreSQL by its URL."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

__all__ = ["HEAD", "Database", "Session", "StoreError", "connect", "is_current", "lock", "migrate"]

HEAD = "0002"
"""The newest migration. A store that is there already needs no Alembic, which is slow to import."""

BUSY_SECONDS = 15
# A few connections a process: PostgreSQL allows 100 in all, and no transaction here lasts long.
POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 10}
# Any numbers, as long as they differ.
LOCKS = {"migration": 0x62_79_68_61_6E_64, "queue": 0x71_75_65_75_65, "bundled model": 0x6D_6F_64}

StoreError = DBAPIError
"""What every failure of the database itself is, for callers that do not import SQLAlchemy."""


class Database:
    """Short transactions on one store. Safe to share between threads, not between processes."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url = address.render_as_string(hide_password=False)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, **POOL)
            event.listen(self._engine, "connect", _configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            # A connection that a restart of the server has cut is replaced before it is used.
            self._engine = create_engine(address, pool_pre_ping=True, **POOL)
        self._reader = self._engine.execution_options(read_only=True)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, undone by an exception."""
        with _busy_is_a_store_error():
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads; on SQLite it waits for no writer."""
        with _busy_is_a_store_error():
            with Session(self._reader, expire_on_commit=False) as session:
                yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One transaction on a bare connection, for migrations."""
        with self._engine.begin() as connection:
            yield connection

    def ping(self) -> None:
        """Raise StoreError when the store cannot be reached."""
        with self.read() as session:
            session.execute(select(1))

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def connect(database_url: str) -> Database:
    """Open the store at a SQLAlchemy URL; nothing is read or written yet."""
    return Database(database_url)


@contextmanager
def _busy_is_a_store_error() -> Iterator[None]:
    """To a caller it is the same whether the database is away or has no connection left."""
    try:
        yield
    except PoolTimeoutError as error:
        raise OperationalError("connect", None, error) from error


def _configure_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says
    _write_ahead(connection)  # readers never wait for a writer
    connection.execute("PRAGMA synchronous=NORMAL")  # whole after a crash of any process
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, once for good.

    Several that open a new file together each hold the lock that the others' switch needs. SQLite
    then fails at once, whatever the timeout, so that one of them can win: the others ask again.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.001, 0.02))


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a reader's lock later can fail without waiting.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def lock(transaction: Connection | Session, what: str) -> None:
    """Let one transaction at a time do this. On SQLite the write lock does so already."""
    bound = transaction.get_bind() if isinstance(transaction, Session) else transaction
    if bound.dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCKS[what]})


def is_current(connection: Connection) -> bool:
    """Tell whether the store has the newest tables."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD)


def migrate(database: Database, revision: str = HEAD) -> None:
    """Bring the tables to a revision ("base" removes them): once, however many start together.

    All of it is one transaction. On SQLite its write lock makes the others wait, on PostgreSQL an
    advisory lock does; whoever comes second finds the work done.
    """
    if revision == HEAD:
        with database.read() as session:
            if is_current(session.connection()):
                return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.connection() as connection:
        lock(connection, "migration")
        config.attributes["connection"] = connection
        if revision == HEAD:
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
