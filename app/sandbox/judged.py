"""What is found out about a file that computes gradients: more than one submission can tell.

It is called on several exercises, so that what two mistakes share by chance goes away, and on the
first again, so that gradients which add up from call to call are told from a factor 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.sandbox.run import SECONDS, Outcome, run
from model.exercises import Diagnosis, Exercise, FoundMistake, diagnose, exercise, mistake
from model.messages import say

__all__ = ["JudgedFile", "judge_file"]

MORE_SEEDS = 2  # exercises beside the one asked for
ACCUMULATES = mistake("accumulated")


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """What came of a file; `found` is None where it gave no gradients: `outcome` says why."""

    task: Exercise
    outcome: Outcome
    found: Diagnosis | None

    @property
    def submitted(self) -> Mapping[str, Any]:
        """The gradients of the exercise that was asked for, as the first call gave them."""
        return self.outcome.calls["0"]


def judge_file(
    file: Path,
    level: int,
    seed: int,
    convention: str,
    seconds: int = SECONDS,
    *,
    between: Callable[[], None] | None = None,
) -> JudgedFile:
    """Run a file on the exercise of this level and seed, and diagnose what it computes.

    Raises ExerciseError for another convention than `mean` and `sum`. `between` is called now and
    then; what it raises ends the file's process and the diagnosis.
    """
    tasks = [exercise(level, (seed + more) % 2**32) for more in range(1 + MORE_SEEDS)]
    calls = {str(at): task.arrays() for at, task in enumerate(tasks)}
    again = {"again": tasks[0].arrays(), "and again": tasks[0].arrays()}
    outcome = run(file, calls | again, seconds, between)
    found = None if outcome.failed else _diagnosed(tasks, outcome.calls, convention, between)
    return JudgedFile(tasks[0], outcome, found)


def _diagnosed(
    tasks: list[Exercise],
    calls: Mapping[str, Mapping[str, Any]],
    convention: str,
    between: Callable[[], None] | None,
) -> Diagnosis:
    """The diagnosis of the first exercise, with what the others and later calls tell."""
    each = [
        diagnose(calls[str(at)], task, convention, between=between) for at, task in enumerate(tasks)
    ]
    if not all(_same(calls["0"], calls[name]) for name in ("again", "and again")):
        return _with_accumulation(each[0])
    wrong = [found for found in each if not found.right]
    if not wrong:
        return each[0]
    shared = [rows for rows in wrong[0].explanations if all(rows in w.explanations for w in wrong)]
    rows = shared or wrong[0].explanations
    # Nothing adds up from call to call: twice too large is then a factor.
    rows = [one for one in rows if one != [ACCUMULATES.number]] or rows
    named = [one for one in wrong[0].mistakes if any(one.number in each for each in rows)]
    return Diagnosis(False, wrong[0].arrays, named, rows)


def _with_accumulation(first: Diagnosis) -> Diagnosis:
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


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name], equal_nan=True) for name in one
    )
