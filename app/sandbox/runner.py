"""Calls `backprop` of a student's file: python -m app.sandbox.runner FILE FOLDER SECONDS PARENT.

FOLDER has `task.npz`, arrays named CALL/W1, …; what `backprop` returned is written there as
`grads.npz`, CALL/dW1, …, and what went wrong, in whichever call, as `failed.json`.
"""

import contextlib
import json
import os
import sys
import traceback
import types
from pathlib import Path
from typing import Any

from app.sandbox import kernel
from app.sandbox.audit import watch_over
from app.sandbox.limits import FOLDER as MOST
from app.sandbox.limits import limit_resources

FILE, FOLDER, SECONDS, PARENT = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:5])
kernel.leave_the_network()
kernel.stay_in(str(FOLDER))
kernel.end_with(PARENT)  # last, since the kernel forgets it where rights change

import numpy as np  # noqa: E402 (it may start threads, which those limits would not reach)

from app.sandbox.calling import gradients  # noqa: E402
from app.sandbox.returned import StudentError  # noqa: E402


def load(path: Path) -> dict[str, Any]:
    """Run the file as the module `student`, and give what it defines."""
    sys.path.insert(0, str(path.parent))
    student = types.ModuleType("student")
    student.__file__ = str(path)
    sys.modules["student"] = student  # dataclasses and pickle look there
    exec(compile(path.read_bytes(), str(path), "exec"), vars(student))
    return vars(student)


def tasks() -> dict[str, dict[str, Any]]:
    """The arrays of each call, by their names."""
    found: dict[str, dict[str, Any]] = {}
    with np.load(FOLDER / "task.npz", allow_pickle=False) as file:
        for full, array in file.items():
            call, _, name = full.partition("/")
            found.setdefault(call, {})[name] = array
    return found


def main() -> None:
    """Run the file within limits, and write what came of it."""
    calls, path, savez = tasks(), FILE.resolve(), np.savez
    sys.argv = [FILE.name]
    os.chdir(FOLDER)
    limit_resources(SECONDS + 1)  # whoever waits notices first, and says so
    watch_over(str(FOLDER), MOST)
    found: dict[str, Any] = {}
    try:
        names = load(path)
        for call, task in calls.items():
            for name, array in gradients(names, task).items():
                found[f"{call}/{name}"] = array
            hush()
    except BaseException as error:
        text = json.dumps(told(error, path))
        (FOLDER / "failed.json").write_text(text, encoding="utf-8")
    savez(FOLDER / "grads.npz", allow_pickle=False, **found)


def hush() -> None:
    """Print nothing more: the other calls would print the same once more."""
    flush()
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def flush() -> None:
    """Print what Python holds back, if the file has left anything to print to."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def told(error: BaseException, path: Path) -> dict[str, Any]:
    """What went wrong, with the lines of the student's own file that led there."""
    if isinstance(error, StudentError):
        return {"code": error.code, "values": error.values}
    if isinstance(error, SystemExit):
        return {"code": "check.exited", "values": {}}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    lines = [f"{path.name}:{f.lineno}: {f.line}" for f in frames[-5:]]
    if isinstance(error, SyntaxError):
        lines = [f"{path.name}:{error.lineno}: {(error.text or '').strip()}"]
    values = {"error": words(error), "lines": lines, "given": getattr(error, "given", "")}
    missing = getattr(error, "filename", None)
    if isinstance(error, FileNotFoundError) and missing and not Path(missing).is_absolute():
        values["given"] = "check.given_folder"
    if isinstance(error, PermissionError) and error.errno is not None:  # the kernel's
        values["given"] = "check.given_refused"
    return {"code": "check.raised", "values": values}


def words(error: BaseException) -> str:
    """The type and text of an error, whose class may be the student's."""
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except Exception:
        return type(error).__name__


main()
flush()
os._exit(0)  # whatever thread or atexit the file has left
