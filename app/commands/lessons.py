"""`byhand lessons`: runs that go wrong, each trained beside the same run with one change."""

from __future__ import annotations

from rich.console import Console

from app.commands.bar import Bar
from app.commands.errors import CommandError
from app.commands.options import as_options
from app.jobs.eta import ProgressClock
from model.data.idx import load_mnist, split
from model.messages import Message
from model.training.cures import cure
from model.training.diagnostics import hints
from model.training.history import EpochMetrics
from model.training.lessons import LESSONS
from model.training.loop import train
from model.training.recipe import HYPERPARAMETERS, PRESETS, Recipe

__all__ = ["list_lessons", "teach"]


def list_lessons() -> None:
    """Print the name, the title and the words of each lesson."""
    console = Console(soft_wrap=True, highlight=False)
    for lesson in LESSONS.values():
        console.print(f"{lesson.name:<20}{lesson.title}", style="bold", markup=False)
        console.print(f"  {lesson.words}", markup=False)


def teach(name: str) -> None:
    """Train a lesson's broken recipe, then its cure, and compare them. Raises CommandError."""
    if name not in LESSONS:
        raise CommandError("command.no_lesson", exit_code=2, name=name, names=list(LESSONS))
    lesson = LESSONS[name]
    console = Console(soft_wrap=True, highlight=False)
    console.print(lesson.words, markup=False)
    options = f"--preset {lesson.broken.preset} {as_options(_chosen(lesson.broken))}"
    console.print(str(Message("command.lesson_broken", {"options": options})), markup=False)
    broken = _run(console, lesson.broken)
    changed = {"options": as_options(lesson.change)}
    console.print(str(Message("command.lesson_cured", changed)), markup=False)
    cured = _run(console, lesson.cured)
    values = {
        "broken": broken.validation_loss,
        "broken_accuracy": broken.validation_accuracy,
        "cured": cured.validation_loss,
        "cured_accuracy": cured.validation_accuracy,
    }
    console.print(str(Message("command.lesson_outcome", values)), markup=False)


def _chosen(used: Recipe) -> dict[str, object]:
    """The hyperparameters that differ from those of the preset."""
    preset = PRESETS[used.preset]
    values = {name: getattr(used, name) for name in HYPERPARAMETERS}
    return {name: value for name, value in values.items() if value != getattr(preset, name)}


def _run(console: Console, used: Recipe) -> EpochMetrics:
    """Train with a bar; give the metrics of the last epoch."""
    clock = ProgressClock()
    digits = split(load_mnist(), train_examples=used.train_examples)
    with Bar(console) as bar:
        for progress in train(used, digits):
            bar.progress(progress, clock.seconds_left(progress.step, progress.steps))
            if progress.state is None:
                continue
            history = progress.state.history
            bar.epoch(history[-1], clock.epoch_seconds(), None)
            for hint in hints(history, used):
                bar.hint(hint, cure(hint, used))
    return history[-1]
