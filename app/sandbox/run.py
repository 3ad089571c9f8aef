"""Starts the process that runs a student's file, and waits for what comes of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.blas import ONE_THREAD
from app.sandbox.answer import plain, read_failure, read_gradients
from app.sandbox.folders import folder_of_its_own
from app.sandbox.limits import FOLDER
from model.messages import Message

__all__ = ["SECONDS", "Outcome", "run"]

SECONDS = 20  # that a file may take
LOOK_SECONDS = 0.5  # between looks whether anybody still waits for it
KEPT = 4096  # bytes of what it prints
TOO_MUCH = object()  # in place of an exit code: it was stopped for what it wrote
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file returned for each call, by name; in `failed` why not for all of them."""

    calls: Mapping[str, Mapping[str, Any]]
    failed: Message | None
    printed: str


def run(
    file: Path,
    tasks: Mapping[str, Mapping[str, Any]],
    seconds: int = SECONDS,
    between: Callable[[], None] | None = None,
) -> Outcome:
    """Call the `backprop` of a file once for each task, in order and in one process of its own.

    `between` is called while the process runs; what it raises ends the process.
    """
    with folder_of_its_own() as folder:
        arrays = {f"{call}/{name}": a for call, task in tasks.items() for name, a in task.items()}
        np.savez(folder / "task.npz", allow_pickle=False, **arrays)
        code, printed = _waited(file, str(folder), seconds, between)
        calls = read_gradients(folder, tasks) or {}
        failed = None
        if code is TOO_MUCH:
            failed = Message("check.too_much", {"most": FOLDER // 2**20})
        elif code is None or code == -getattr(signal, "SIGXCPU", 0):
            failed = Message("check.too_long", {"seconds": seconds})
        elif len(calls) < len(tasks):
            failed = read_failure(folder) or Message("check.died", {"status": code})
    return Outcome(calls, failed, printed)


def _waited(
    file: Path, folder: str, seconds: int, between: Callable[[], None] | None
) -> tuple[object, str]:
    """The exit code, None if it took too long, or TOO_MUCH; the beginning of what was printed."""
    environment = {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)}
    environment |= dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), folder)
    environment["PATH"] = os.environ.get("PATH", "")
    if "SYSTEMROOT" in os.environ:  # Windows starts nothing without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    arguments = [str(file.absolute()), folder, str(seconds), str(os.getpid())]
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "app.sandbox.runner", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment | ONE_THREAD,
        cwd=folder,
        start_new_session=True,
    )
    assert process.stdout is not None
    kept = bytearray()
    reader = threading.Thread(target=_drain, args=(process.stdout, kept), daemon=True)
    reader.start()
    code: int | None = None
    deadline = time.monotonic() + seconds
    try:
        while code is None and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(min(left, LOOK_SECONDS))
            if code is None and _size(folder) > FOLDER:
                return TOO_MUCH, ""
            if between is not None:
                between()
    finally:
        _end(process)
        reader.join(1)
        process.stdout.close()
    return code, plain(kept.decode(errors="replace"), KEPT)


def _size(folder: str) -> int:
    """The bytes of all files in a folder, which is being written to."""
    found = 0
    for at, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                found += Path(at, file).lstat().st_size
    return found


def _drain(stream: IO[bytes], kept: bytearray) -> None:
    """Read all that is printed, and keep its beginning: a gigabyte takes no memory."""
    with contextlib.suppress(ValueError, OSError):  # closed while it was read
        while piece := os.read(stream.fileno(), 2**16):
            kept += piece[: KEPT - len(kept)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it may have started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
