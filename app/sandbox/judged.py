"""What is found out about a file that computes gradients: more than one submission can tell.

It is called twice on the first exercise, so that gradients which add up from call to call are told
from a factor 2, on others, so that what two mistakes share by chance goes away, and on the first
once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.sandbox.run import SECONDS, Outcome, run
from model.exercises import Diagnosis, Exercise, FoundMistake, diagnose, exercise, mistake
from model.exercises.verdicts import ArrayVerdict
from model.messages import Message, say

__all__ = ["JudgedFile", "judge_file"]

MORE_SEEDS = 2  # exercises beside the one asked for
SAME = 1e-5  # of the largest number: float32 in another order of summation stays below
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
    first, *others = ({str(at): task.arrays()} for at, task in enumerate(tasks))
    calls = {**first, "again": first["0"]}
    for each in others:
        calls |= each
    outcome = run(file, calls | {"and again": first["0"]}, seconds, between)
    found = _diagnosed(tasks, outcome, convention, between)
    return JudgedFile(tasks[0], outcome, found)


def _diagnosed(
    tasks: list[Exercise],
    outcome: Outcome,
    convention: str,
    between: Callable[[], None] | None,
) -> Diagnosis | None:
    """The diagnosis of the first exercise, with what the others and later calls tell."""
    calls = outcome.calls
    twice = {"0", "again"} <= calls.keys()
    if twice and _adds_up(calls["0"], calls["again"]):
        return _with_accumulation(diagnose(calls["0"], tasks[0], convention, between=between))
    if outcome.failed:
        return None
    each = [
        diagnose(calls[str(at)], task, convention, between=between) for at, task in enumerate(tasks)
    ]
    differing = {
        name for later in ("again", "and again") for name in _differing(calls["0"], calls[later])
    }
    if differing:
        return _with_chance(each[0], differing)
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


def _with_chance(first: Diagnosis, differing: set[str]) -> Diagnosis:
    """No mistake is named: it would be that of one call."""
    hint = Message("check.differs", {})
    differs = {
        name: ArrayVerdict("wrong", getattr(first.arrays.get(name), "relative_error", None), hint)
        for name in differing
    }
    return Diagnosis(False, first.arrays | differs, [], [])


def _adds_up(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a second call gives the sum of both: for some gradients at least."""
    differing = _differing(one, other)
    return bool(differing) and not _differing(
        {name: 2 * np.asarray(one[name], np.float64) for name in differing if name in one},
        {name: other[name] for name in differing if name in other},
    )


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    names = one.keys() | other.keys()
    return {n for n in names if not (n in one and n in other and _same(one[n], other[n]))}


def _same(one: Any, other: Any) -> bool:
    """Whether two calls agree: the order of a sum may be another each time."""
    if one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        numbers = np.abs(np.concatenate([one.ravel(), other.ravel(), [0.0]], dtype=np.float64))
        size = numbers[np.isfinite(numbers)].max()
        return bool(np.allclose(one, other, rtol=0, atol=SAME * size, equal_nan=True))
