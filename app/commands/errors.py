"""Turns whatever stops a command into one line and an exit code.

1: it could not be done; 2: it was asked for wrongly (as for a misspelt option); 130: Ctrl-C.
"""

from __future__ import annotations

from model.errors import ByhandError, RecipeError

__all__ = ["CommandError", "explain"]


class CommandError(Exception):
    """A command cannot go on; its text is the line that the person reads."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def explain(error: Exception) -> tuple[str, int]:
    """The line to print and the exit code for `error`; an unforeseen one is raised again."""
    match error:
        case CommandError():
            return str(error), error.code
        case RecipeError():
            return str(error), 2
        case ByhandError():
            return str(error), 1
        case OSError() if error.filename is not None:
            return f"{error.filename}: {(error.strerror or str(error)).lower()}", 1
    detail = getattr(error, "detail", None)  # app.errors.ProblemError, without importing it here
    if isinstance(detail, str):
        return detail, 1
    raise error
