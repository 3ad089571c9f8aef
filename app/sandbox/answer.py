"""Reads what the process of a student's file left behind, which the file may have forged.

Only regular files of bounded size are read; only known sentences are said, with plain texts in
them; only gradients that were asked for are taken.
"""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.sandbox.limits import FILE
from model.errors import CheckpointError
from model.exercises import ARRAYS
from model.messages import Message
from model.serialization.npz import read_arrays

__all__ = ["plain", "read_failure", "read_gradients"]

MOST_TOLD = 2**16  # bytes
LONGEST = 500  # characters of one text
MOST_LINES = 5
#: What may be said of a file, by its code: the names of the texts in it.
SENTENCES = {
    "check.exited": (),
    "check.no_backprop": (),
    "check.no_numbers": ("name", "found"),
    "check.raised": ("error", "given", "lines"),
    "check.returned": ("found",),
    "check.signature": ("found",),
}
SIGNATURES = ("check.no_backprop", "check.returned", "check.signature")
GIVEN = (
    "check.given_apart",
    "check.given_folder",
    "check.given_plain",
    "check.given_refused",
    "check.given_step",
)
ESCAPES = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|.)", re.S)


def read_failure(folder: Path) -> Message | None:
    """What the process says went wrong, or None if that is nothing or nothing known."""
    try:
        found = json.loads(_read(folder / "failed.json", MOST_TOLD) or b"null")
        code, values = found["code"], found["values"]
        if set(SENTENCES[code]) != set(values):
            return None
        said = {name: _value(name, values[name]) for name in SENTENCES[code]}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if code in SIGNATURES:
        said["accepted"] = Message("check.accepted", {})
    return Message(code, said)


def _value(name: str, value: Any) -> str | Message:
    if name == "given":
        return Message(value, {}) if value in GIVEN else ""
    if name != "lines":
        return plain(value, LONGEST)
    return "".join(f"\n  {plain(line, LONGEST)}" for line in list(value)[:MOST_LINES])


def read_gradients(folder: Path, calls: Iterable[str]) -> dict[str, dict[str, Any]] | None:
    """The gradients of each call that has any; None if there are none at all."""
    data = _read(folder / "grads.npz", FILE)
    try:
        arrays = read_arrays(data, 4 * FILE) if data else {}
    except CheckpointError:
        return None
    found = {
        call: {
            name: arrays[f"{call}/{name}"]
            for name in ARRAYS
            if f"{call}/{name}" in arrays and arrays[f"{call}/{name}"].dtype.kind in "fiu"
        }
        for call in calls
    }
    return {call: each for call, each in found.items() if each} or None


def plain(text: Any, longest: int) -> str:
    """A text without what a terminal or an encoder would take for more than letters."""
    if not isinstance(text, str):
        raise TypeError(text)
    kept = ESCAPES.sub("", text[: 4 * longest]).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_letter(one) for one in kept)[:longest]


def _letter(one: str) -> str:
    kind = unicodedata.category(one)
    return "�" if kind == "Cs" else one if one in "\n\t" or kind[0] != "C" else ""


def _read(path: Path, most: int) -> bytes:
    """The bytes of a regular file; none of a link, of what one would wait for, and of too many."""
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    try:
        number = os.open(path, os.O_RDONLY | sum(flags))
    except OSError:
        return b""
    about = os.fstat(number)
    if not stat.S_ISREG(about.st_mode) or about.st_size > most:
        os.close(number)
        return b""
    with os.fdopen(number, "rb") as file:
        return file.read(most)
