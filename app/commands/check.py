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
from app.sandbox.run import SECONDS, run
from app.schemas.exercises import document
from model.exercises import (
    ARRAYS,
    Diagnosis,
    Exercise,
    FoundMistake,
    diagnose,
    exercise,
    mistake,
    slope_portrait,
)
from model.messages import say

__all__ = ["check"]

MORE_SEEDS = 2  # exercises beside the one asked for: what two mistakes share by chance goes away
COLOURS = {"right": "green", "right_given_yours": "cyan", "missing": "dim"}
ACCUMULATES = mistake("accumulated")


def check(file: Path, level: int, seed: int, convention: str, as_json: bool) -> None:
    """Print what is right and wrong. Raises CommandError unless all is right."""
    if not file.is_file():
        raise CommandError("check.unreadable", exit_code=2, path=str(file))
    tasks = [exercise(level, (seed + more) % 2**32) for more in range(1 + MORE_SEEDS)]
    calls = {str(at): task.arrays() for at, task in enumerate(tasks)}
    again = {"again": tasks[0].arrays(), "and again": tasks[0].arrays()}
    outcome = run(file, calls | again, SECONDS)
    if outcome.printed and not as_json:
        print(say("check.printed"), outcome.printed.rstrip(), sep="\n", end="\n\n")
    if outcome.failed:
        raise CommandError(outcome.failed.code, **outcome.failed.values)
    found = _judged(tasks, outcome.calls, convention)
    own = outcome.calls["0"]
    if as_json:
        answer = document(tasks[0].id, found, slope_portrait(own, tasks[0]))
        print(json.dumps(answer, ensure_ascii=False, default=np.ndarray.tolist))
    else:
        _print(found, own, tasks[0])
    if not found.right:
        raise CommandError("check.wrong")


def _judged(
    tasks: list[Exercise], calls: Mapping[str, Mapping[str, Any]], convention: str
) -> Diagnosis:
    """The diagnosis of the first exercise, with what the others and later calls tell."""
    each = [diagnose(calls[str(at)], task, convention) for at, task in enumerate(tasks)]
    first = each[0]
    if not all(_same(calls["0"], calls[name]) for name in ("again", "and again")):
        kept = FoundMistake(
            ACCUMULATES.number,
            ACCUMULATES.form,
            ACCUMULATES.name,
            ACCUMULATES.hint,
            say("check.keeps"),
        )
        others = [one for one in first.mistakes if one.number != ACCUMULATES.number]
        rows = [sorted({*rows, ACCUMULATES.number}) for rows in first.explanations or [[]]]
        return Diagnosis(False, first.arrays, [kept, *others], rows)
    wrong = [found for found in each if not found.right]
    if not wrong:
        return first
    shared = [rows for rows in wrong[0].explanations if all(rows in w.explanations for w in wrong)]
    rows = shared or wrong[0].explanations
    # Called on an exercise of its own it adds nothing up: twice too large is then a factor.
    rows = [one for one in rows if one != [ACCUMULATES.number]] or rows
    named = [one for one in wrong[0].mistakes if any(one.number in each for each in rows)]
    return Diagnosis(False, (first if not first.right else wrong[0]).arrays, named, rows)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name], equal_nan=True) for name in one
    )


def _print(found: Diagnosis, submitted: Mapping[str, Any], task: Exercise) -> None:
    console = Console()
    table = Table("gradient", "verdict", "relative error", "")
    for name in ARRAYS:
        array = found.arrays[name]
        colour = COLOURS.get(array.verdict, "red")
        error = "" if array.relative_error is None else f"{array.relative_error:.1e}"
        words = say(f"check.verdict.{array.verdict}")
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
