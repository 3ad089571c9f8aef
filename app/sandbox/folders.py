"""Folders for a student's file: removed after use, and if their process was killed, by the next."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["OLD_SECONDS", "PREFIX", "folder_of_its_own"]

PREFIX = "byhand-check-"
OLD_SECONDS = 300  # far more than a check takes


@contextlib.contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """An empty folder, removed with whatever is in it then."""
    _remove_old()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _remove_old() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another's, or another process removes it just now
            if time.time() - left.lstat().st_mtime > OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
