"""Mini-batch gradient descent, as an iterator over progress reports.

It prints nothing, reads no clock and writes no files: the caller decides what to show, when to stop
and what to keep. The randomness of an epoch comes from (seed, epoch) alone, so a run resumed from
the state at an epoch's end gives the same bits as one that was never interrupted.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.data.idx import Split
from model.errors import DivergenceError, RecipeError
from model.metrics import accuracy
from model.network import (
    Array,
    Parameters,
    Trace,
    backward,
    cross_entropy,
    forward,
    initialize,
    one_hot,
)
from model.optimizer import OPTIMIZERS, SCHEDULES, Optimizer
from model.training.diagnostics import (
    MAX_PREACTIVATION,
    dead_units,
    gradient_norms,
    preactivation_bounds,
    saturation,
)
from model.training.history import EpochMetrics
from model.training.pipeline import (
    TrainingExamples,
    examples_per_epoch,
    for_rescaled_inputs,
    from_rescaled_inputs,
    prepare,
)
from model.training.prefetch import prefetch
from model.training.recipe import Recipe, going_on, stored_recipe
from model.training.snapshots import Snapshot, snapshot_steps
from model.training.sparse_step import gradient_step
from model.training.state import Progress, TrainingState
from model.training.stopping import stopped_early

__all__ = ["classifier", "is_over", "start", "train"]

BATCHES_PER_REPORT = 50  # some 15 ms at batch 64: often enough for a live curve and a quick cancel
WORK_PER_REPORT = 2 * 10**9  # weights times examples, under a second: large networks report sooner
DIAGNOSED = 1000  # validation images on which gradients, saturation and snapshots are measured


# Divergence is detected by the losses, so NumPy's overflow warnings on the way are silenced.
_ignore_overflow = np.errstate(over="ignore", invalid="ignore")


def start(recipe: Recipe, inputs: int = 784, base: Parameters | None = None) -> TrainingState:
    """The state before the first epoch: random parameters, or a copy of `base`'s.

    Raises RecipeError when the layers or the activation of `base` are not those of the recipe.
    """
    layers = (inputs, *recipe.hidden_layers, 10)
    if base is None:
        rng = np.random.default_rng([recipe.seed, 0])
        parameters = initialize(layers, recipe.activation, rng, recipe.initialization)
    elif (base.layers, base.activation) != (layers, recipe.activation):
        raise RecipeError(
            "base_model",
            "training.other_base",
            activation=base.activation,
            layers=list(base.layers),
            wanted_activation=recipe.activation,
            wanted_layers=list(layers),
        )
    else:
        parameters = from_rescaled_inputs(recipe, base.copy())
    memory = OPTIMIZERS[recipe.optimizer].initial_state(parameters)
    best, scale = parameters.copy(), recipe.least_scale
    return TrainingState(0, parameters, recipe.optimizer, memory, best, least_scale=scale)


def train(
    recipe: Recipe,
    data: Split,
    state: TrainingState | None = None,
    base: Parameters | None = None,
    snapshots: int = 0,
) -> Iterator[Progress]:
    """Run `recipe` on `data`, from `state` if given, else from `base`, else from random parameters.

    Yields a report after every 50 batches and at each epoch's end. With `snapshots`, the largest
    number of them to take, also one before the first step and before the data are preprocessed.
    They change no bit of the result. Ends after the last epoch or where the recipe's early stopping
    says so. Where there are samples in `data`, the latest epoch is kept as the best. Raises
    DivergenceError when the loss is no longer finite, RecipeError for a base that does not fit or
    the state of another optimiser.
    """
    state = state or start(recipe, data.train_images.shape[1], base)
    run = _Run(going_on(recipe, state.least_scale), data, state, snapshots)
    if not is_over(recipe, state):
        yield from run.beginning()
        run.prepare()
    while not is_over(recipe, run.state):
        yield from run.epoch()


def is_over(recipe: Recipe, state: TrainingState) -> bool:
    """Whether a run in this state has come to its end: its last epoch, or where it stops early."""
    return state.epoch >= recipe.epochs or stopped_early(state.history, recipe) is not None


def classifier(recipe: Recipe, parameters: Parameters, name: str = "") -> Classifier:
    """The classifier with these parameters, the recipe's preprocessing and the recipe itself."""
    return Classifier(
        for_rescaled_inputs(recipe, parameters),
        deskew=recipe.deskew,
        features=recipe.features,
        name=name,
        recipe=stored_recipe(recipe),
        least_scale=recipe.least_scale,
    )


def _optimizer(recipe: Recipe, state: TrainingState) -> Optimizer:
    if state.optimizer != recipe.optimizer:
        raise RecipeError(
            "optimizer",
            "training.other_optimizer",
            expected=recipe.optimizer,
            found=state.optimizer,
        )
    return OPTIMIZERS[recipe.optimizer].create(state.optimizer_state, recipe)


class _Run:
    """The data, the network and the counters of one run."""

    def __init__(self, recipe: Recipe, data: Split, state: TrainingState, snapshots: int) -> None:
        self.recipe = recipe
        self.state = state
        self.data = data
        self.validation_x = prepare(recipe, data.validation_images)
        self.validation_y = one_hot(data.validation_labels)
        self.validation_labels = data.validation_labels
        self.steps_per_epoch = math.ceil(examples_per_epoch(recipe, data) / recipe.batch_size)
        self.steps = recipe.epochs * self.steps_per_epoch
        self.due = frozenset(
            snapshot_steps(recipe.epochs, self.steps_per_epoch, state.parameters.count, snapshots)
        )
        self.taken: list[Snapshot] = []

    def prepare(self) -> None:
        """Preprocess the examples and make what takes the steps, which may take a second."""
        self.examples = TrainingExamples(self.recipe, self.data)
        self.learner = gradient_step(
            self.state.parameters,
            _optimizer(self.recipe, self.state),
            self.examples.fixed_images,
            self.recipe.batch_size,
            self.recipe.mistake,
        )
        self.examples.reorder_inputs(self.learner.input_order)

    def beginning(self) -> Iterator[Progress]:
        """Report the snapshot before the first step, if one is wanted and the run begins here."""
        if self.state.epoch == 0 and 0 in self.due:
            self._take(0, 0, self.state.parameters, None)
            yield self._report(0, 0, None)

    def epoch(self) -> Iterator[Progress]:
        """Run the next epoch and advance `state`, yielding reports."""
        number = self.state.epoch + 1
        rng = np.random.default_rng([self.recipe.seed, number])
        self.examples.begin_epoch(number)
        order = rng.permutation(len(self.examples))
        work = self.state.parameters.count * self.recipe.batch_size
        batches = min(BATCHES_PER_REPORT, WORK_PER_REPORT // work or 1)
        chunk = batches * self.recipe.batch_size
        step, total_loss = self.state.epoch * self.steps_per_epoch, 0.0
        for images, y in self._chunks(order, chunk, rng):
            loss = self._descend(images, y, step)
            self._expect_finite(number, loss)
            step += math.ceil(len(images) / self.recipe.batch_size)
            total_loss += loss * len(images)
            if step % self.steps_per_epoch:
                yield self._report(number, step, loss)
        metrics = self._evaluate(number, total_loss / len(order))
        # The last step may be the one that diverges, which no training loss would show.
        self._expect_finite(number, *metrics.gradient_norms)
        finished = for_rescaled_inputs(self.recipe, self.learner.parameters)
        self._expect_finite(number, *preactivation_bounds(finished))
        self.state = self._advance(metrics)
        if step in self.due:
            self.taken.append(
                Snapshot(
                    step,
                    number,
                    self.state.parameters,
                    metrics.train_loss,
                    metrics.validation_accuracy,
                )
            )
        yield self._report(number, step, loss, metrics, self.state)

    def _report(
        self,
        epoch: int,
        step: int,
        loss: float | None,
        metrics: EpochMetrics | None = None,
        state: TrainingState | None = None,
    ) -> Progress:
        """The report after a step, which hands over the snapshots taken since the last one."""
        taken, self.taken = self.taken, []
        return Progress(epoch, self.recipe.epochs, step, self.steps, loss, metrics, state, taken)

    def _take(self, step: int, epoch: int, parameters: Parameters, loss: float | None) -> None:
        # Of fewer images than at an epoch's end: several in the first second must not slow the run.
        read = forward(parameters, self.validation_x[:DIAGNOSED]).a[-1]
        right = accuracy(read, self.validation_labels[:DIAGNOSED])
        self.taken.append(Snapshot(step, epoch, parameters.copy(), loss, right))

    def _chunks(
        self, order: NDArray[np.intp], size: int, rng: np.random.Generator
    ) -> Iterator[tuple[NDArray[np.uint8] | Array, Array]]:
        """X and Y of the examples in this order, `size` at a time, prefetched while augmenting."""
        begin, steps = self.state.epoch * self.steps_per_epoch, self.steps
        chunks = (
            self.examples.inputs_and_targets(
                order[first : first + size],
                rng,
                progress=(begin + first // self.recipe.batch_size) / steps,
            )
            for first in range(0, len(order), size)
        )
        return prefetch(chunks) if self.recipe.augment != "none" else chunks

    def _expect_finite(self, epoch: int, *numbers: float) -> None:
        # A limit below infinity, so that the finished model overflows on no image.
        if not all(number < MAX_PREACTIVATION for number in numbers):
            raise DivergenceError(
                "training.diverged", epoch=epoch, learning_rate=self.recipe.learning_rate
            )

    @_ignore_overflow
    def _descend(self, images: NDArray[np.uint8] | Array, y: Array, step: int) -> float:
        """Take one gradient step per batch; returns the mean of the losses before the steps."""
        logits = np.empty_like(y)
        size, schedule = self.recipe.batch_size, SCHEDULES[self.recipe.schedule]
        for first in range(0, len(images), size):
            batch = slice(first, first + size)
            rate = self.recipe.learning_rate * schedule(step / self.steps)
            logits[batch] = self.learner.step(images[batch], y[batch], rate)
            step += 1
            # One at an epoch's end is taken with the epoch's own figures.
            if step in self.due and step % self.steps_per_epoch:
                epoch, loss = (
                    step // self.steps_per_epoch + 1,
                    cross_entropy(logits[batch], y[batch]),
                )
                self._take(step, epoch, self.learner.parameters, loss)
        return cross_entropy(logits, y)

    @_ignore_overflow
    def _evaluate(self, epoch: int, train_loss: float) -> EpochMetrics:
        parameters = self.learner.parameters
        trace = forward(parameters, self.validation_x)
        diagnosed = Trace([z[:DIAGNOSED] for z in trace.z], [a[:DIAGNOSED] for a in trace.a])
        grads = backward(parameters, diagnosed, self.validation_y[:DIAGNOSED])
        return EpochMetrics(
            epoch=epoch,
            train_loss=train_loss,
            validation_loss=cross_entropy(trace.z[-1], self.validation_y),
            validation_accuracy=accuracy(trace.a[-1], self.validation_labels),
            gradient_norms=gradient_norms(grads),
            saturation=saturation(diagnosed, parameters.activation),
            dead_units=dead_units(diagnosed, parameters.activation),
        )

    def _advance(self, metrics: EpochMetrics) -> TrainingState:
        """The state after an epoch with these metrics."""
        before = self.state
        # Validation images do not tell how well samples are learnt: then the latest epoch is kept.
        samples = self.data.samples is not None and len(self.data.samples) > 0
        better = samples or metrics.validation_accuracy >= before.best_accuracy
        parameters = self.learner.parameters.copy()
        return TrainingState(
            epoch=metrics.epoch,
            parameters=parameters,
            optimizer=before.optimizer,
            optimizer_state=self.learner.optimizer.state,
            best=parameters if better else before.best,
            best_accuracy=metrics.validation_accuracy if better else before.best_accuracy,
            history=[*before.history, metrics],
            least_scale=before.least_scale,
        )
