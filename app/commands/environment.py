"""Reads the settings and opens the store for commands, with errors that fit on a line."""

from __future__ import annotations

from pydantic import ValidationError

from app.commands.errors import CommandError
from app.settings import Settings
from app.store.engine import Database, connect, migrate

__all__ = ["open_store", "settings"]


def settings() -> Settings:
    """The settings from the environment. Raises CommandError that names the wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "BYHAND_" + "_".join(str(part) for part in first["loc"]).upper()
        message = str(first["msg"]).removeprefix("Value error, ")
        raise CommandError(
            "command.setting", exit_code=2, name=name, problem=message, found=first["input"]
        ) from None


def open_store(chosen: Settings) -> Database:
    """Connect to the store and create its tables. Raises CommandError if that fails.

    A database, its driver and the file system each raise exceptions of their own, so all are
    caught; the error shows the first line of the cause and the setting to look at.
    """
    try:
        database = connect(chosen.store_url)
        migrate(database)
    except Exception as error:
        cause = str(getattr(error, "cause", None) or error).strip().splitlines()[0]
        setting = "BYHAND_DATABASE_URL" if chosen.database_url else "BYHAND_DATA_DIR"
        raise CommandError("command.store", cause=cause, setting=setting) from error
    return database
