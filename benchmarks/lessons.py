"""Measures the lessons of runs that go wrong, and what early stopping decides by.

    python benchmarks/lessons.py [--seeds 10] [--stopping]

Each broken recipe and its cure train with several seeds. Printed are the least and the greatest
validation loss, and with how many seeds the broken run got its diagnosis and the cured one did not.
With --stopping, which takes minutes: where plain descent ends by the loss and by the accuracy, with
three epochs of patience. No test image is looked at.
"""

import argparse
import os

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

from dataclasses import replace

from model.data.idx import load_mnist, split
from model.training.diagnostics import hints
from model.training.history import EpochMetrics
from model.training.lessons import LESSONS, Lesson
from model.training.loop import train
from model.training.recipe import Recipe, recipe

PATIENCE = 3
DESCENT = {"learning_rate": 0.3, "momentum": 0.0, "schedule": "constant", "deskew": False}


def trained(used: Recipe) -> tuple[list[EpochMetrics], set[str]]:
    """The history of a run, and the codes of the hints that were given on its way."""
    history: list[EpochMetrics] = []
    given: set[str] = set()
    for progress in train(used, split(load_mnist(), train_examples=used.train_examples)):
        if progress.state is not None:
            history = progress.state.history
            given |= {hint.code for hint in hints(history, used)}
    return history, given


def lesson_row(lesson: Lesson, seeds: range) -> str:
    """A row of the table of lessons."""
    wrong = [trained(replace(lesson.broken, seed=seed)) for seed in seeds]
    cured = [trained(replace(lesson.cured, seed=seed)) for seed in seeds]
    told = sum(
        lesson.hint in given and lesson.hint not in after
        for (_, given), (_, after) in zip(wrong, cured, strict=True)
    )
    losses = (
        f"{min(ends):.2f} to {max(ends):.2f}"
        for ends in (
            [history[-1].validation_loss for history, _ in runs] for runs in (wrong, cured)
        )
    )
    return f"| `{lesson.name}` | {' | '.join(losses)} | {told} of {len(seeds)} |"


def ends_by(values: list[float]) -> int:
    """The epoch after which PATIENCE epochs brought nothing lower; the last if there is none."""
    for epoch in range(1, len(values) + 1):
        if epoch - 1 - values.index(min(values[:epoch])) >= PATIENCE:
            return epoch
    return len(values)


def stopping_rows(seeds: range) -> list[str]:
    """Where runs end, and what the best epoch until then reads."""
    runs = [trained(recipe("fast", epochs=50, seed=seed, **DESCENT))[0] for seed in seeds]
    measures = {
        "accuracy": lambda epoch: -epoch.validation_accuracy,
        "loss": lambda epoch: epoch.validation_loss,
    }
    rows = []
    for name, measure in measures.items():
        ends = [ends_by([measure(epoch) for epoch in history]) for history in runs]
        rows.append(stopping_row(name, ends, runs))
    return [*rows, stopping_row("nothing, 50 epochs", [len(history) for history in runs], runs)]


def stopping_row(name: str, ends: list[int], runs: list[list[EpochMetrics]]) -> str:
    best = [
        max(epoch.validation_accuracy for epoch in history[:end])
        for end, history in zip(ends, runs, strict=True)
    ]
    return f"| {name} | {', '.join(map(str, ends))} | {', '.join(f'{b:.2%}' for b in best)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--stopping", action="store_true")
    options = parser.parse_args()
    print("| lesson | validation loss, wrong | cured | told apart by the diagnosis |")
    print("|---|---|---|---|")
    for lesson in LESSONS.values():
        print(lesson_row(lesson, range(options.seeds)), flush=True)
    if options.stopping:
        print("\n| decided by | epochs | validation accuracy of the best epoch |")
        print("|---|---|---|")
        print("\n".join(stopping_rows(range(3))))


if __name__ == "__main__":
    main()
