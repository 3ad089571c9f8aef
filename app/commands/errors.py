"""Turns the exception that stops a command into one line of text and an exit code.

1: the command failed; 2: its arguments are wrong (as for a misspelt option); 130: Ctrl-C.
"""

from __future__ import annotations

from typing import Any

from model.errors import ByhandError, RecipeError
from model.messages import Message, say

__all__ = ["CommandError", "explain"]


class CommandError(Exception):
    """A command cannot go on. Holds a code of `model.messages`, its values and the exit code.

    `str` gives the line that is printed.
    """

    def __init__(self, code: str, *, exit_code: int = 1, **values: Any) -> None:
        super().__init__(code)
        self.message = Message(code, values)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return str(self.message)


def explain(error: Exception) -> tuple[str, int]:
    """The line to print and the exit code for `error`; one of another type is raised again."""
    match error:
        case CommandError():
            return str(error), error.exit_code
        case RecipeError():
            return str(error), 2
        case ByhandError():
            return str(error), 1
        case OSError() if error.filename is not None:
            reason = (error.strerror or str(error)).lower()
            return say("command.file", path=error.filename, reason=reason), 1
    detail = getattr(error, "detail", None)  # app.errors.ProblemError, without importing it here
    if isinstance(detail, str):
        return detail, 1
    raise error
