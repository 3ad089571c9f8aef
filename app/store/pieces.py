"""A piece of a column of bytes, without the rest of it."""

from __future__ import annotations

import sqlite3
from typing import cast

from sqlalchemy import ColumnElement, LargeBinary, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

__all__ = ["piece_of"]


def piece_of(
    session: Session,
    column: InstrumentedAttribute[bytes],
    where: ColumnElement[bool],
    start: int,
    length: int,
) -> bytes | None:
    """At most `length` bytes of a column from `start` on, in the row that meets the condition.

    None if there is no such row.
    """
    if session.get_bind().dialect.name != "sqlite":
        part = func.substr(column, start + 1, length, type_=LargeBinary)
        return session.scalar(select(part).where(where))
    # SQLite's substr reads all of the column first.
    table = column.class_.__tablename__
    row = session.scalar(select(text("rowid")).select_from(column.class_).where(where))
    if row is None:
        return None
    connection = cast(sqlite3.Connection, session.connection().connection.driver_connection)
    with connection.blobopen(table, column.key, row, readonly=True) as blob:
        blob.seek(start)
        return blob.read(length)
