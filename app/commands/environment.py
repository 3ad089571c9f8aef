"""The service's settings and its store, for the commands that need them."""

from __future__ import annotations

from pydantic import ValidationError

from app.commands.errors import CommandError
from app.settings import Settings
from app.store.engine import Database, connect, migrate

__all__ = ["open_store", "settings"]


def settings() -> Settings:
    """The settings from the environment; raises CommandError naming the variable that is wrong."""
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
    """The store, with its tables; raises CommandError when it cannot be opened, whatever the cause.

    A database, its driver and a file system can each fail in ways of their own; what helps is the
    first line of what they say, and which setting leads there.
    """
    try:
        database = connect(chosen.store_url)
        migrate(database)
    except Exception as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        setting = "BYHAND_DATABASE_URL" if chosen.database_url else "BYHAND_DATA_DIR"
        raise CommandError("command.store", cause=cause, setting=setting) from error
    return database
