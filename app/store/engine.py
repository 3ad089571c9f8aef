"""Connections to the store: SQLite in a file by default, PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.errors import Invalid, StoreError
from app.logs import log
from app.store.sqlite import BUSY_SECONDS, StoreFile, is_full, parse

__all__ = ["HEAD", "Database", "Session", "StoreError", "connect", "is_current", "lock", "migrate"]

HEAD = "0005"
"""The newest migration. A store at this revision needs no Alembic, which is slow to import."""

FULL = "service.store_full"
DISK_FULL = "53100"  # PostgreSQL's code
CONNECT_SECONDS = 3  # to wait for PostgreSQL to take a connection
# A few connections per process: PostgreSQL allows 100 in all, and transactions here are short.
POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 10}
# Keys of PostgreSQL's advisory locks: arbitrary, but different numbers.
LOCKS = {
    "migration": 0x62_79_68_61_6E_64,
    "queue": 0x71_75_65_75_65,
    "bundled model": 0x6D_6F_64,
    "samples": 0x73_61_6D,
}


Result = TypeVar("Result")


class Database:
    """A pool of connections for short transactions, shared by threads but not by processes."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url = address.render_as_string(hide_password=False)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self._file: StoreFile | None = None
        if self.is_sqlite:
            self._engine = create_engine(
                address,
                connect_args={"timeout": BUSY_SECONDS},
                json_deserializer=parse,
                **POOL,
            )
            if address.database:
                self._file = StoreFile(Path(address.database), create=create)
                self._file.listen(self._engine)
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
        if self._file is not None and self._file.log_is_long():
            self._tend(StoreFile.shorten_log)

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

    def free(self, work: Callable[[Session], Result]) -> Result:
        """Run a transaction that gives room back, also on a full disk; then the file is smaller."""
        try:
            with self.begin() as session:
                result = work(session)
        except StoreError as error:
            if error.message.code != FULL or not (self._file and self._file.give_up_reserve()):
                raise
            with self.begin() as session:
                result = work(session)
        self._tend(StoreFile.shrink)
        return result

    def tend(self) -> None:
        """Do what a store's file needs at start."""
        self._tend(StoreFile.tend)

    def _tend(self, how: Callable[[StoreFile, sqlite3.Connection], None]) -> None:
        if self._file is None:
            return
        try:
            connection = self._engine.raw_connection()
            try:
                how(self._file, cast(sqlite3.Connection, connection.driver_connection))
            finally:
                connection.close()
        except (sqlite3.Error, DBAPIError, PoolTimeoutError, OSError) as error:
            # Another has it locked, or its disk is full: it may be done another time.
            log.warning("the store's file stays as large as it is", error=str(error))

    def ping(self) -> None:
        """Raise StoreError when the store cannot be reached."""
        with self.read() as session:
            session.execute(select(1))

    def close(self) -> None:
        """Close all pooled connections."""
        self._engine.dispose()


def connect(database_url: str, *, create: bool = True) -> Database:
    """Make the pool for a SQLAlchemy URL; the database is contacted at the first transaction.

    Without `create` a SQLite file has to be there.
    """
    return Database(database_url, create=create)


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
        code = FULL if _is_full(error.orig) else "service.store_away"
        raise StoreError(code, logged=error.orig) from error


def _is_full(error: BaseException | None) -> bool:
    return is_full(error) or getattr(error, "sqlstate", None) == DISK_FULL


def _connect_impatiently(
    dialect: Any, record: Any, arguments: list[Any], named: dict[str, Any]
) -> Any:
    from app.store.postgresql import ImpatientConnection

    return ImpatientConnection.connect(*arguments, **named)


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
    if revision != HEAD or not _is_at_head(database):
        _run_alembic(database, revision)
    database.tend()


def _is_at_head(database: Database) -> bool:
    with database.read() as session:
        return is_current(session.connection())


def _run_alembic(database: Database, revision: str) -> None:
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
