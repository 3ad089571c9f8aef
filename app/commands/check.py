"""`byhand check FILE.py`: judges a backward pass that somebody wrote, and names its mistakes."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from app.commands.errors import CommandError
from app.commands.portrait import drawn
from app.sandbox.judged import judge_file
from app.schemas.exercises import document
from model.exercises import Diagnosis, Exercise, slope_portrait
from model.messages import say

__all__ = ["check"]

COLOURS = {"right": "green", "right_given_yours": "cyan", "missing": "dim"}


def check(file: Path, level: int, seed: int, convention: str, as_json: bool) -> None:
    """Print what is right and wrong. Raises CommandError unless all is right."""
    if not file.is_file():
        raise CommandError("check.unreadable", exit_code=2, path=str(file))
    with _cleaning_up():
        judged = judge_file(file, level, seed, convention)
    outcome, found = judged.outcome, judged.found
    if outcome.printed and not as_json:
        print(say("check.printed"), outcome.printed.rstrip(), sep="\n", end="\n\n")
    if outcome.failed:
        raise CommandError(outcome.failed.code, **outcome.failed.values)
    assert found is not None
    if as_json:
        portrait = slope_portrait(judged.submitted, judged.task)
        answer = document(judged.task.id, found, portrait)
        print(json.dumps(answer, ensure_ascii=False, default=np.ndarray.tolist))
    else:
        _print(found, judged.submitted, judged.task)
    if not found.right:
        raise CommandError("check.wrong")


@contextmanager
def _cleaning_up() -> Iterator[None]:
    """Let SIGTERM end this as an exception: the file's process and folder go as well."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _: Any) -> None:
    raise SystemExit(128 + number)


def _print(found: Diagnosis, submitted: Mapping[str, Any], task: Exercise) -> None:
    console = Console()
    table = Table("gradient", "verdict", "relative error")
    hints: dict[str, list[str]] = {}
    for name, array in found.arrays.items():
        colour = COLOURS.get(array.verdict, "red")
        error = "" if array.relative_error is None else f"{array.relative_error:.1e}"
        words = say(f"verdict.{array.verdict}")
        table.add_row(name, f"[{colour}]{words}[/]", error)
        if array.hint:
            hints.setdefault(str(array.hint), []).append(name)
    console.print(f"byhand exercise {task.id}", table, sep="\n")
    for hint, names in hints.items():
        console.print(f"{', '.join(names)}: {hint}", highlight=False, markup=False)
    if found.right:
        console.print(f"[green]{say('check.right')}[/]")
    elif not found.mistakes and not _differs(found):
        console.print(f"\n{say('check.unknown')}", highlight=False, markup=False)
    if found.mistakes:
        title = "check.one_of" if len(found.explanations) > 1 else "check.mistake"
        console.print(f"\n[bold]{say(title)}[/]")
    for one in found.mistakes:
        console.print(
            f"{one.number}. {one.name}\n   {one.hint}\n   {one.evidence}",
            highlight=False,
            markup=False,
        )
    portrait = slope_portrait(submitted, task)
    if portrait is not None and not found.right and not _differs(found):
        most = max(float(np.abs(portrait.slope).max()), 0.25)
        console.print("\n" + say("check.slope", most=most))
        console.print(drawn(portrait), highlight=False, markup=False)


def _differs(found: Diagnosis) -> bool:
    """Whether the calls gave different numbers: then no known mistake was looked for."""
    return any(a.hint and a.hint.code == "check.differs" for a in found.arrays.values())
