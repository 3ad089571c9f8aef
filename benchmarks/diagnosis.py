"""Measures how well mistakes in hand-written gradients are named: `python benchmarks/diagnosis.py`.

Each form of each of the 40 kinds of mistakes is made in the backward pass of an exercise, and what
comes out is diagnosed. *named*: this kind and no other. *one of*: this kind and others whose
numbers are the same. *hidden*: the mistake changes nothing there, so that the answer is right.
Then all pairs of forms that can be made together, and right answers in many shapes.
"""

import argparse
import os
from collections import Counter
from itertools import combinations

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np

from model.exercises import (
    MISTAKES,
    Exercise,
    Mistake,
    diagnose,
    exercise,
    wrong_gradients,
)

OTHER_SHAPES = {"transposed", "biases_not_summed", "biases_summed_along_units"}
LEVELS = (1, 5, 10)
DTYPES = (np.float64, np.float32)


def made(task: Exercise, dtype: type, *mistakes: Mistake) -> dict[str, np.ndarray]:
    """What somebody submits who computes in this precision and makes these mistakes."""
    parameters, X, Y = task.parameters.astype(dtype), task.X.astype(dtype), task.targets
    return wrong_gradients(parameters, X, Y.astype(dtype), *mistakes)


def verdict(task: Exercise, grads: dict[str, np.ndarray], rows: set[int]) -> str:
    """Named, one of several, hidden, or what was said instead."""
    found = diagnose(grads, task)
    sets = [set(each) for each in found.explanations]
    if found.right:
        return "hidden"
    if sets == [rows]:
        return "named"
    if rows in sets:
        return "one of " + ", ".join("+".join(map(str, sorted(each))) for each in sets)
    return "not named" if not sets else "another: " + str([sorted(each) for each in sets])


def forms(seed: int) -> None:
    columns = [(level, dtype) for level in LEVELS for dtype in DTYPES]
    heads = [f"level {level}, {dtype.__name__}" for level, dtype in columns]
    print(f"| row | form | {' | '.join(heads)} |\n|---|---|{'---|' * len(heads)}")
    totals = [Counter() for _ in columns]
    for each in MISTAKES:
        said = []
        for (level, dtype), total in zip(columns, totals, strict=True):
            task = exercise(level, seed)
            said.append(verdict(task, made(task, dtype, each), {each.number}))
            total[said[-1].split(" ")[0]] += 1
        print(f"| {each.number} | {each.form} | {' | '.join(said)} |", flush=True)
    for head, total in zip(heads, totals, strict=True):
        print(f"\n{head}: {dict(total)} of {len(MISTAKES)}", end="")


def pairs(level: int, seed: int) -> None:
    task, total = exercise(level, seed), Counter()
    for a, b in combinations(MISTAKES, 2):
        shared = (set(a.at()) & set(b.at())) - {"finish"}
        if a.number == b.number or shared or {a.form, b.form} & OTHER_SHAPES:
            total["cannot be made together"] += 1
            continue
        grads = made(task, np.float64, a, b)
        found = diagnose(grads, task)
        sets = [set(each) for each in found.explanations]
        rows = {a.number, b.number}
        if found.right:
            total["looks right"] += 1
        elif sets == [rows]:
            total["both named"] += 1
        elif rows in sets:
            total["both among one of several"] += 1
        elif sets and all(len(each) == 1 for each in sets):
            total["looks like one mistake"] += 1
        elif sets:
            total["other pairs named"] += 1
        else:
            total["not named"] += 1
    print(f"\n\nPairs at level {level}: {sum(total.values())}")
    for what, count in total.most_common():
        print(f"- {what}: {count}")


def right(count: int) -> None:
    """Right answers: both precisions, biases as rows, columns, lists, Fortran order, sums."""
    refused = 0
    for number in range(count):
        rng = np.random.default_rng(number)
        task = exercise(int(rng.integers(1, 10)), number)
        dtype = DTYPES[number % 2]
        order = rng.permutation(len(task.X))
        grads = wrong_gradients(
            task.parameters.astype(dtype),
            task.X[order].astype(dtype),
            task.targets[order].astype(dtype),
        )
        shape = rng.choice(["flat", "row", "column", "list", "fortran"])
        for name, g in grads.items():
            bias = g.ndim == 1
            if shape == "row" and bias:
                grads[name] = g[None]
            elif shape == "column" and bias:
                grads[name] = g[:, None]
            elif shape == "fortran":
                grads[name] = np.asfortranarray(g)
            elif shape == "list":
                grads[name] = g.tolist()
        convention = "sum" if rng.random() < 0.3 else "mean"
        if convention == "sum":
            grads = {name: np.asarray(g) * len(task.X) for name, g in grads.items()}
        refused += not diagnose(grads, task, convention).right
    print(f"\n{count} right answers: {refused} refused")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--right", type=int, default=1000, metavar="N")
    options = parser.parse_args()
    forms(options.seed)
    pairs(5, options.seed)
    right(options.right)


if __name__ == "__main__":
    main()
