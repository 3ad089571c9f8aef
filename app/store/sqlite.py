"""SQLite's own: how its file is opened, what is damaged in it, that it is there, and its size.

What is deleted goes back to the file system: the file is in SQLite's incremental mode. A full disk
refuses even deletions, which are written to the log first. So a reserve lies beside the file, and
is given up for them.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

from app.logs import log

__all__ = ["BUSY_SECONDS", "StoreFile", "is_full", "parse"]

BUSY_SECONDS = 15  # to wait for another writer
LOG_BYTES = 4 * 2**20  # that the log may keep when it is written back
LONG_LOG_BYTES = 2 * LOG_BYTES  # SQLite itself writes it back after 4 MB, but cuts off nothing then
RESERVE_BYTES = 8 * 2**20  # more than the log usually holds, as that is written back then
STEP_PAGES = 100  # of 4 KB, to move before the log is written back: what a step needs of the disk
SHRINK_SECONDS = 1.0  # for one deletion; what is left is the next one's
INCREMENTAL = 2  # a value of PRAGMA auto_vacuum


class StoreFile:
    """The file of a store, for the connections of one engine."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._create = create
        self._reserve = path.with_name(f"{path.name}-reserve")
        self._log = path.with_name(f"{path.name}-wal")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)

    def listen(self, engine: Engine) -> None:
        """Make and watch the engine's connections."""
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "connect", self._configure)
        event.listen(engine, "checkout", self._expect_same_file)
        event.listen(engine, "begin", _begin)

    def _open(self, dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> Any:
        # Once it was there, a new one in its place would be empty, and in the way of a backup.
        mode = "rwc" if self._create else "rw"
        address = f"file:{quote(str(self.path))}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, **named)
        self._create = False
        return connection

    def _configure(self, connection: sqlite3.Connection, record: Any) -> None:
        connection.text_factory = _decode
        connection.isolation_level = None  # _begin begins transactions
        connection.execute(f"PRAGMA auto_vacuum={INCREMENTAL}")  # of a new file; no other changes
        _write_ahead(connection)  # readers never wait for a writer
        connection.execute("PRAGMA synchronous=NORMAL")  # consistent after a crash of any process
        connection.execute("PRAGMA foreign_keys=ON")
        # Some systems' default overwrites what is deleted, which takes as much room once more.
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
        record.info["file"] = self._identity()

    def _expect_same_file(self, connection: Any, record: Any, proxy: Any) -> None:
        """A file that was deleted or replaced is still written to by whoever has it open."""
        if record.info["file"] != self._identity():
            raise DisconnectionError("the file was deleted or replaced")  # so it is opened anew

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def tend(self, connection: sqlite3.Connection) -> None:
        """At start: keep a reserve, and bring a file of an earlier version to incremental mode."""
        (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
        if mode != INCREMENTAL and shutil.disk_usage(self.path.parent).free > 3 * self._size():
            log.info("the store's file is written anew, once", bytes=self._size())
            connection.execute(f"PRAGMA auto_vacuum={INCREMENTAL}")
            connection.execute("VACUUM")
        self._keep_reserve()

    def log_is_long(self) -> bool:
        """Whether a large transaction has left a log that is to be cut off."""
        try:
            return self._log.stat().st_size > LONG_LOG_BYTES
        except OSError:
            return False

    def shorten_log(self, connection: sqlite3.Connection) -> None:
        """Write the log back and cut it off; not while others read it, then after the next one."""
        connection.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout={1000 * BUSY_SECONDS}")

    def give_up_reserve(self) -> bool:
        """Give the reserve up for a deletion; whether there was one."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        log.warning("the disk is full: the reserve is given up", file=str(self._reserve))
        return True

    def shrink(self, connection: sqlite3.Connection) -> None:
        """Give free pages back to the file system, step by step, or later if readers hold them."""
        deadline = time.monotonic() + SHRINK_SECONDS
        while _free_pages(connection) and time.monotonic() < deadline:
            if not _write_back(connection):
                time.sleep(0.02)  # a reader holds the log
                continue
            # Not by `execute`, which would free one page: it stops at the first step.
            connection.executescript(f"PRAGMA incremental_vacuum({STEP_PAGES})")
        _write_back(connection)
        self._keep_reserve()

    def _keep_reserve(self) -> None:
        """Make the reserve, as large as there is room; what is there of it grows."""
        with suppress(OSError), self._reserve.open("ab") as file:
            room = shutil.disk_usage(self.path.parent).free // 2
            file.write(bytes(max(0, min(RESERVE_BYTES - file.tell(), room))))

    def _size(self) -> int:
        return self.path.stat().st_size


def is_full(error: BaseException | None) -> bool:
    """Whether a failure of SQLite means that its disk is full."""
    full = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) in full


def parse(text: str) -> Any:
    """Parse a JSON column. A damaged row should not hide those that are read with it."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return {}


def _decode(text: bytes) -> str:
    """Decode a text column, damaged or not."""
    return text.decode(errors="replace")


def _write_back(connection: sqlite3.Connection) -> bool:
    """Write the log back into the file, without waiting; whether all of it could be."""
    _, frames, written = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return bool(frames == written)


def _free_pages(connection: sqlite3.Connection) -> int:
    (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(free) if mode == INCREMENTAL else 0


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


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: a later upgrade of a reader's lock may fail without waiting.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
