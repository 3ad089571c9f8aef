"""Quotas: how much may be stored by all who may store something, so that a disk is never filled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.errors import InsufficientStorage
from app.settings import Settings
from app.store.reservations import count_under_way, reserved_bytes
from app.store.tables import ModelRow

__all__ = ["Quotas", "make_room", "used_bytes"]

SQLITE = "SELECT (page_count - freelist_count) * page_size FROM " + ", ".join(
    f"pragma_{name}" for name in ("page_count", "freelist_count", "page_size")
)
POSTGRESQL = "SELECT pg_database_size(current_database())"


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most models, the bundled ones among them, and the most bytes in the store."""

    models: int
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> Quotas:
        """The quotas that the operator has set."""
        return cls(settings.max_models, settings.max_store_bytes)


def make_room(session: Session, quotas: Quotas, models: int = 0, size: int = 0) -> None:
    """Raise InsufficientStorage unless so many models and `size` bytes together may be added.

    What the jobs that wait or run are still to store counts as if it were there.
    """
    if models:
        there = session.scalar(select(func.count()).select_from(ModelRow)) or 0
        coming = count_under_way(session)
        if there + coming + models > quotas.models:
            code = "store.models_reserved" if coming else "store.most_models"
            raise InsufficientStorage(code, there=there, coming=coming, most=quotas.models)
    used, reserved = used_bytes(session), reserved_bytes(session)
    if used + reserved + size > quotas.bytes:
        code = "store.bytes_reserved" if reserved else "store.most_bytes"
        raise InsufficientStorage(code, used=used, reserved=reserved, more=size, most=quotas.bytes)


def used_bytes(session: Session) -> int:
    """The bytes that the store takes; on SQLite without the pages that deletions have left free."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return int(session.scalar(text(SQLITE if sqlite else POSTGRESQL)) or 0)
