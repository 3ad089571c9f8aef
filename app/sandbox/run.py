"""Starts the process that runs a student's file, and waits for what comes of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.blas import ONE_THREAD
from model.errors import CheckpointError
from model.messages import Message
from model.serialization.npz import read_arrays

__all__ = ["SECONDS", "Outcome", "run"]

SECONDS = 20  # that a file may take
LOOK_SECONDS = 0.5  # between looks whether anybody still waits for it
KEPT = 4096  # bytes of what it prints
MOST_UNPACKED = 256 * 2**20  # bytes of what it returns
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file returned for each call, by name; or in `failed` why it did not."""

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
    with tempfile.TemporaryDirectory(prefix="byhand-check-") as folder:
        arrays = {f"{call}/{name}": a for call, task in tasks.items() for name, a in task.items()}
        np.savez(Path(folder) / "task.npz", allow_pickle=False, **arrays)
        code, printed = _waited(file, folder, seconds, between)
        failed = _failure(Path(folder), code, seconds)
        if failed:
            return Outcome({}, failed, printed)
        try:
            found = read_arrays(Path(folder) / "grads.npz", MOST_UNPACKED)
        except CheckpointError as error:
            return Outcome({}, error.message, printed)
    calls: dict[str, dict[str, Any]] = {}
    for name, array in found.items():
        call, _, name = name.partition("/")
        calls.setdefault(call, {})[name] = array
    return Outcome(calls, None, printed)


def _waited(
    file: Path, folder: str, seconds: int, between: Callable[[], None] | None
) -> tuple[int | None, str]:
    """The exit code, None if it took too long, and the beginning of what was printed."""
    environment = {"HOME": folder, "MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)}
    environment["PATH"] = os.environ.get("PATH", "")
    if "SYSTEMROOT" in os.environ:  # Windows starts nothing without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "app.sandbox.runner", file.absolute(), folder, str(seconds)],
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
            if between is not None:
                between()
    finally:
        _end(process)
        reader.join(1)
        process.stdout.close()
    return code, kept.decode(errors="replace")


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


def _failure(folder: Path, code: int | None, seconds: int) -> Message | None:
    if code is None or code == -getattr(signal, "SIGXCPU", 0):
        return Message("check.too_long", {"seconds": seconds})
    told = folder / "failed.json"
    if told.exists():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found: dict[str, Any] = json.loads(told.read_bytes()[:65536])
            values = dict(found["values"])
            if "lines" in values:
                values["lines"] = "\n  ".join(map(str, values["lines"]))
            message = Message(str(found["code"]), values)
            str(message)  # the file may have written it itself, in any words
            return message
    if code != 0 or not (folder / "grads.npz").exists():
        return Message("check.died", {"status": code})
    return None
