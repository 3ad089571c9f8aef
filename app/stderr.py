"""Writes the log's lines to stderr from a thread of its own, so that nobody waits for its reader.

A reader that stalls (a pipe into a program that hangs, a terminal that was stopped) would otherwise
hold the event loop with its next line. Lines that find no room are dropped, and counted. It is not
`logging.handlers.QueueListener`, which wakes its thread for each record: here a few hundredths of a
second's lines are written together, and a request pays for no system call.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from io import TextIOBase
from typing import Any, BinaryIO, TextIO

__all__ = ["MOST_BYTES", "Lines", "flush", "lines"]

MOST_BYTES = 4 * 2**20  # that wait: some 20,000 lines
GATHER_SECONDS = 0.02  # for which the first line of many waits for the others
EXIT_SECONDS = 1.0  # for what is left at the end of a process


def _stderr() -> BinaryIO | TextIO:
    return getattr(sys.stderr, "buffer", sys.stderr)  # a notebook's takes text alone


class Lines:
    """Lines on their way to a stream. `put` takes no lock, so that a signal's handler may log."""

    def __init__(self, stream: Callable[[], BinaryIO | TextIO] = _stderr) -> None:
        self.note: Callable[[int], bytes] | None = None  # makes the line that tells of drops
        self.on_drop: Callable[[], object] | None = None
        self._stream = stream
        self._waiting: deque[bytes] = deque()
        self._bytes = 0  # of them, and what is being written as much again at most
        self._dropped = 0
        self._is_awake = False
        self._wake = threading.Event()
        self._is_writing = False
        self._start = threading.RLock()
        self._thread: threading.Thread | None = None

    def put(self, line: bytes) -> None:
        """Have a line written soon; never blocks."""
        if self._bytes > MOST_BYTES:
            self._dropped += 1
            if self.on_drop is not None:
                self.on_drop()
            return
        self._waiting.append(line)
        self._bytes += len(line)
        if not self._is_awake:
            self._is_awake = True
            self._wake.set()
            if self._thread is None:
                self._begin()

    def flush(self, seconds: float) -> None:
        """Wait until all is written, but no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        while (self._is_awake or self._is_writing) and time.monotonic() < deadline:
            time.sleep(GATHER_SECONDS / 10)

    def _begin(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="write log", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(GATHER_SECONDS)
            self._wake.clear()
            self._is_writing = True
            self._is_awake = False  # before the lines are taken: none is forgotten
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            self._bytes = 0
            dropped, self._dropped = self._dropped, 0
            if dropped and self.note is not None:
                taken.append(self.note(dropped))
            if taken:
                _write_to(self._stream(), b"\n".join(taken) + b"\n")
            self._is_writing = False


def _write_to(stream: Any, data: bytes) -> None:
    """Write all of it: not by the stream's buffer, whose lock others would wait for."""
    try:
        place = stream.fileno()
    except (OSError, ValueError):  # no file: a notebook's, a test's
        stream.write(data.decode(errors="replace") if isinstance(stream, TextIOBase) else data)
        return
    while data:
        try:
            data = data[os.write(place, data) :]
        except BlockingIOError:  # somebody has made it so
            time.sleep(GATHER_SECONDS)
        except OSError:  # nobody reads it, or will
            return


lines = Lines()
"""The process's own."""


def flush() -> None:
    """Write what is waiting, for whoever is about to end the process."""
    lines.flush(EXIT_SECONDS)


atexit.register(flush)
