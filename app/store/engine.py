"""Connections to the store: SQLite in a file by default, PostgreSQL by its URL."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.errors import Invalid, StoreError

__all__ = ["HEAD", "Database", "Session", "StoreError", "connect", "is_current", "lock", "migrate"]

HEAD = "0003"
"""The newest migration. A store at this revision needs no Alembic, which is slow to import."""

BUSY_SECONDS = 15  # to wait for another writer on SQLite
CONNECT_SECONDS = 3  # to wait for PostgreSQL to take a connection
# A few connections per process: PostgreSQL allows 100 in all, and transactions here are short.
POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 10}
# Keys of PostgreSQL's advisory locks: arbitrary, but different numbers.
LOCKS = {"migration": 0x62_79_68_61_6E_64, "queue": 0x71_75_65_75_65, "bundled model": 0x6D_6F_64}


class Database:
    """A pool of connections for short transactions, shared by threads but not by processes."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url = address.render_as_string(hide_password=False)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(
                address,
                connect_args={"timeout": BUSY_SECONDS},
                json_deserializer=_parse_what_may_be_damaged,
                **POOL,
            )
            event.listen(self._engine, "connect", _configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            # Connections broken by a restart of the server are replaced before use.
            self._engine = create_engine(
                address,
                pool_pre_ping=True,
                connect_args={"connect_timeout": CONNECT_SECONDS},
                **POOL,
            )
            event.listen(self._engine, "do_connect", _connect_impatiently)
        self._reader = self._engine.execution_options(read_only=True)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        with _failures_as_store_errors():
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; on SQLite it does not wait for writers."""
        with _failures_as_store_errors():
            with Session(self._reader, expire_on_commit=False) as session:
                yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A transaction on a connection without a session, for migrations."""
        with _failures_as_store_errors(), self._engine.begin() as connection:
            yield connection

    def ping(self) -> None:
        """Raise StoreError when the store cannot be reached."""
        with self.read() as session:
            session.execute(select(1))

    def close(self) -> None:
        """Close all pooled connections."""
        self._engine.dispose()


def connect(database_url: str) -> Database:
    """Make the pool for a SQLAlchemy URL; the database is contacted at the first transaction."""
    return Database(database_url)


@contextmanager
def _failures_as_store_errors() -> Iterator[None]:
    """Raise what this service answers: 503 where the database fails, 422 for odd values."""
    try:
        yield
    except (DataError, UnicodeEncodeError) as error:
        raise Invalid("request.not_storable") from error
    except PoolTimeoutError as error:
        raise StoreError(logged=error) from error
    except DBAPIError as error:
        raise StoreError(logged=error.orig) from error


def _connect_impatiently(
    dialect: Any, record: Any, arguments: list[Any], named: dict[str, Any]
) -> Any:
    from app.store.postgresql import ImpatientConnection

    return ImpatientConnection.connect(*arguments, **named)


def _parse_what_may_be_damaged(text: str) -> Any:
    """Parse a JSON column. A file's damaged rows should not hide those that were read with them."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return {}


def _configure_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.text_factory = _decode_what_may_be_damaged
    connection.isolation_level = None  # _begin_sqlite begins transactions
    _write_ahead(connection)  # readers never wait for a writer
    connection.execute("PRAGMA synchronous=NORMAL")  # consistent after a crash of any process
    connection.execute("PRAGMA foreign_keys=ON")


def _decode_what_may_be_damaged(text: bytes) -> str:
    return text.decode(errors="replace")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, which lasts.

    Several processes that open a new file together each hold a lock that the others' switch needs.
    SQLite then fails at once, whatever the timeout, so that one of them can succeed; the others try
    again.
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
    # A writer takes its lock at once: a later upgrade of a reader's lock may fail without waiting.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def lock(transaction: Connection | Session, what: str) -> None:
    """Serialise transactions that do `what`. On SQLite the write lock does that already."""
    bound = transaction.get_bind() if isinstance(transaction, Session) else transaction
    if bound.dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCKS[what]})


def is_current(connection: Connection) -> bool:
    """Whether the store's tables are at the newest revision."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD)


def migrate(database: Database, revision: str = HEAD) -> None:
    """Migrate the tables to a revision ("base" removes them), once even when many processes start.

    It is one transaction. The others wait for SQLite's write lock or for an advisory lock on
    PostgreSQL, and then find the work done.
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
