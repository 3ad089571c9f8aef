"""`byhand check FILE.py`: judges a backward pass that somebody wrote, and names its mistakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from app.commands.errors import CommandError
from app.commands.portrait import drawn
from app.sandbox.judged import judge_file
from app.schemas.exercises import document
from model.exercises import ARRAYS, Diagnosis, Exercise, slope_portrait
from model.messages import say

__all__ = ["check"]

COLOURS = {"right": "green", "right_given_yours": "cyan", "missing": "dim"}


def check(file: Path, level: int, seed: int, convention: str, as_json: bool) -> None:
    """Print what is right and wrong. Raises CommandError unless all is right."""
    if not file.is_file():
        raise CommandError("check.unreadable", exit_code=2, path=str(file))
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


def _print(found: Diagnosis, submitted: Mapping[str, Any], task: Exercise) -> None:
    console = Console()
    table = Table("gradient", "verdict", "relative error", "")
    for name in ARRAYS:
        array = found.arrays[name]
        colour = COLOURS.get(array.verdict, "red")
        error = "" if array.relative_error is None else f"{array.relative_error:.1e}"
        words = say(f"verdict.{array.verdict}")
        table.add_row(name, f"[{colour}]{words}[/]", error, str(array.hint or ""))
    console.print(f"byhand exercise {task.id}", table, sep="\n")
    if found.right:
        console.print(f"[green]{say('check.right')}[/]")
    if found.mistakes:
        title = "check.one_of" if len(found.explanations) > 1 else "check.mistake"
        console.print(f"\n[bold]{say(title)}[/]")
    for one in found.mistakes:
        console.print(
            f"{one.number}. {one.name}\n   {one.hint}\n   {one.evidence}", highlight=False
        )
    portrait = slope_portrait(submitted, task)
    if portrait is not None and not found.right:
        most = max(float(np.abs(portrait.slope).max()), 0.25)
        console.print("\n" + say("check.slope", most=most))
        console.print(drawn(portrait), highlight=False, markup=False)
