"""The service's settings, for the commands that need them."""

from __future__ import annotations

from pydantic import ValidationError

from app.commands.errors import CommandError
from app.settings import Settings

__all__ = ["settings"]


def settings() -> Settings:
    """The settings from the environment; raises CommandError naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "BYHAND_" + "_".join(str(part) for part in first["loc"]).upper()
        message = str(first["msg"]).removeprefix("Value error, ")
        raise CommandError(f"{name}: {message}; found {first['input']!r}.", 2) from None
