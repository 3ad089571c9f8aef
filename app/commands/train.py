"""`byhand train`: trains a network on this machine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from app.commands.bar import Bar
from app.commands.errors import CommandError
from app.commands.files import check_writable, write_whole
from app.commands.tuning import FOR_SAMPLES, before_and_after, load_base, read_samples
from app.jobs.eta import ProgressClock
from model.classifier import Classifier
from model.confidence.calibration import calibrated_and_tested
from model.data.idx import Dataset, Split, load_mnist, split
from model.serialization.checkpoint import MOST_DATASET, dump_model, dump_state, load_state
from model.serialization.snapshots import dump_snapshots
from model.training.base import recipe_from
from model.training.cures import cure
from model.training.diagnostics import hints
from model.training.loop import classifier
from model.training.loop import train as run
from model.training.onlooker import Onlooker
from model.training.recipe import Recipe, going_on
from model.training.snapshots import Snapshot
from model.training.state import TrainingState
from model.training.stopping import stopped_early

__all__ = ["train"]

DEFAULT = "fast"  # the preset where none is named and there are no samples
IN_FILE = 14  # snapshots, of 0.2 MB each at 128 units: 3 MB are enough for what is downloaded


def train(
    preset: str | None,
    overrides: Mapping[str, Any],
    name: str,
    output: Path | None,
    data: str | None,
    checkpoint: Path | None,
    resume: Path | None,
    snapshots: Path | None,
    samples: Path | None = None,
    base_model: str | None = None,
) -> None:
    """Train, save the network that is kept and print its test accuracy.

    With samples, also what of them and of the test images it reads, and what its base did.
    """
    started = time.perf_counter()
    preset = preset or (DEFAULT if samples is None else FOR_SAMPLES)
    if data is not None:  # synthetic digits do not fit other data sets
        overrides = {"drawn_examples": 0, **overrides}
    base = load_base(base_model, preset)
    chosen = recipe_from(base, preset, **overrides)
    learnt = read_samples(samples, data, base)
    output = output or Path(f"byhand-{preset}.npz")
    checkpoint = checkpoint or resume
    for path in (output, checkpoint, snapshots):
        if path is not None:
            check_writable(path)
    state = None if resume is None else _resume(resume, chosen)
    console = Console(soft_wrap=True)
    dataset = load_mnist() if data is None else _own(console, data)
    digits = replace(split(dataset, train_examples=chosen.train_examples), samples=learnt)

    kept: list[Snapshot] | None = None if snapshots is None else []
    onlooker = Onlooker(chosen, dataset)
    last, finished = _run(console, chosen, digits, onlooker, state, base, checkpoint, kept)
    if last is None:
        raise CommandError("command.nothing_to_keep", exit_code=130)
    chosen = going_on(chosen, last.least_scale)
    model = classifier(chosen, last.best, name or output.stem)
    if data is not None:
        of = Path(data).name[:MOST_DATASET]
        model = replace(model, dataset=of, classes=dataset.classes)
    model = calibrated_and_tested(model, digits, dataset)
    write_whole(output, dump_model(model))
    if snapshots is not None and kept:
        write_whole(snapshots, dump_snapshots(chosen, kept, model.name))
    for line in before_and_after(base, model, learnt, dataset):
        console.print(line, highlight=False)
    if not finished:
        console.print(
            f"Stopped after epoch {last.epoch} of {chosen.epochs}; the best so far is kept."
        )
    console.print(
        f"Test accuracy {model.test_accuracy:.2%} of {len(dataset.test_labels):,} images, "
        f"{time.perf_counter() - started:.1f} s in all. Saved as {output}.",
        highlight=False,
        soft_wrap=True,
    )
    if not finished:
        raise CommandError("command.stopped", exit_code=130)


def _own(console: Console, data: str) -> Dataset:
    from app.commands.datasets import dataset_of  # here: it reads pictures, and opens the store

    return dataset_of(console, data)


def _resume(path: Path, chosen: Recipe) -> TrainingState:
    state = load_state(path)
    parameters = state.parameters
    found = (list(parameters.layers[1:-1]), parameters.activation)
    if found != (list(chosen.hidden_layers), chosen.activation):
        raise CommandError(
            "command.resume_misfit",
            path=path,
            activation=found[1],
            layers=found[0],
            asked_activation=chosen.activation,
            asked_layers=list(chosen.hidden_layers),
        )
    if state.epoch >= chosen.epochs:
        raise CommandError("command.resume_done", exit_code=2, path=path, epochs=state.epoch)
    return state


def _run(
    console: Console,
    chosen: Recipe,
    digits: Split,
    onlooker: Onlooker,
    state: TrainingState | None,
    base: Classifier | None,
    checkpoint: Path | None,
    kept: list[Snapshot] | None,
) -> tuple[TrainingState | None, bool]:
    """Train with a bar; give the last epoch's state and whether every epoch was run.

    Snapshots are added to `kept`, if it is there.
    """
    clock = ProgressClock()
    try:
        with Bar(console) as bar:
            start = None if base is None else base.parameters
            for progress in run(chosen, digits, state, start, 0 if kept is None else IN_FILE):
                if kept is not None:
                    kept += progress.snapshots
                if progress.step:  # before that the data are prepared
                    bar.progress(progress, clock.seconds_left(progress.step, progress.steps))
                if progress.metrics is None or progress.state is None:
                    continue
                state = progress.state
                with clock.stopped():
                    seen = onlooker.test_accuracy(state)
                bar.epoch(progress.metrics, clock.epoch_seconds(), seen)
                for hint in hints(state.history, chosen):
                    bar.hint(hint, cure(hint, chosen))
                if checkpoint is not None:
                    write_whole(checkpoint, dump_state(state))
            if state is not None and (why := stopped_early(state.history, chosen)) is not None:
                bar.stopped_early(why)
    except KeyboardInterrupt:
        return state, False
    return state, True
