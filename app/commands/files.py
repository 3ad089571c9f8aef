"""Writes files atomically, so that no reader finds half a file."""

from __future__ import annotations

from pathlib import Path

from app.commands.errors import CommandError

__all__ = ["check_writable", "write_whole"]


def check_writable(path: Path) -> None:
    """Raise CommandError before hours of training, not after, if `path` cannot be written."""
    if path.is_dir():
        raise CommandError("command.is_a_directory", exit_code=2, path=path)
    if not path.absolute().parent.is_dir():
        raise CommandError("command.no_such_directory", path=path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, then rename it to `path`."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)
