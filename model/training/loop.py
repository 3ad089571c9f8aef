"""Mini-batch gradient descent as an iterator of progress.

No printing, no clock, no files: whoever iterates decides what to show, when to stop, what to keep.
An epoch's randomness comes from (seed, epoch) alone, so the state at an epoch's end is all that a
resumed run needs to give the same bits as one that never stopped.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

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
    HIGHEST_SUM,
    dead_units,
    gradient_norms,
    saturation,
    sum_bounds,
)
from model.training.history import EpochMetrics
from model.training.pipeline import Examples, prepare
from model.training.prefetch import prefetch
from model.training.recipe import Recipe
from model.training.sparse_step import gradient_step

__all__ = ["Progress", "TrainingState", "classifier", "start", "train"]

BATCHES_PER_REPORT = 50  # some 15 ms at batch 64: often enough for a live curve and a quick cancel
WORK_PER_REPORT = 2 * 10**9  # weights times examples, under a second: a cancel waits no longer
DIAGNOSED = 1000  # validation images on which gradients and saturation are looked at


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A run at the end of an epoch: enough to go on from, or to stop with."""

    epoch: int
    parameters: Parameters
    optimizer: str  # its name in OPTIMIZERS
    optimizer_state: dict[str, Array]  # what it remembers, by its own names
    best: Parameters  # of the epoch with the highest validation accuracy, the last of equal ones
    best_accuracy: float = -1.0
    history: list[EpochMetrics] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. `step` of `steps` counts the whole run, `train_loss` is the mean
    over the batches since the last report. At an epoch's end `metrics` and `state` are set."""

    epoch: int
    epochs: int
    step: int
    steps: int
    train_loss: float
    metrics: EpochMetrics | None = None
    state: TrainingState | None = None


# A run that diverges is told from its losses, not from NumPy's warnings on the way there.
_overflow_is_no_news = np.errstate(over="ignore", invalid="ignore")


def start(recipe: Recipe, inputs: int = 784, base: Parameters | None = None) -> TrainingState:
    """The state before the first epoch: random parameters, or a copy of `base`'s."""
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
        parameters = base.copy()
    memory = OPTIMIZERS[recipe.optimizer].initial_state(parameters)
    return TrainingState(0, parameters, recipe.optimizer, memory, parameters.copy())


def train(
    recipe: Recipe,
    data: Split,
    state: TrainingState | None = None,
    base: Parameters | None = None,
) -> Iterator[Progress]:
    """Run `recipe` on `data`, from `state` if given, else from `base`, else from random parameters.

    Yields after every 50 batches and at each epoch's end. Raises DivergenceError when the loss is
    no longer finite, RecipeError for a state that another optimiser has left.
    """
    run = _Run(recipe, data, state or start(recipe, data.train_images.shape[1], base))
    while run.state.epoch < recipe.epochs:
        yield from run.epoch()


def classifier(recipe: Recipe, parameters: Parameters, name: str = "") -> Classifier:
    """What a run made, ready to be saved and served, with how it was made."""
    return Classifier(
        parameters,
        deskew=recipe.deskew,
        features=recipe.features,
        name=name,
        recipe=asdict(recipe),
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
    """One run's data and the network that learns from it."""

    def __init__(self, recipe: Recipe, data: Split, state: TrainingState) -> None:
        self.recipe = recipe
        self.state = state
        self.examples = Examples(recipe, data)
        self.validation_x = prepare(recipe, data.validation_images)
        self.validation_y = one_hot(data.validation_labels)
        self.validation_labels = data.validation_labels
        self.learner = gradient_step(
            state.parameters,
            _optimizer(recipe, state),
            self.examples.fixed_images,
            recipe.batch_size,
        )
        self.examples.reorder_inputs(self.learner.input_order)
        self.steps_per_epoch = math.ceil(len(self.examples) / recipe.batch_size)
        self.steps = recipe.epochs * self.steps_per_epoch

    def epoch(self) -> Iterator[Progress]:
        number, steps = self.state.epoch + 1, self.steps
        rng = np.random.default_rng([self.recipe.seed, number])
        self.examples.begin(number)
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
                yield Progress(number, self.recipe.epochs, step, steps, loss)
        metrics = self._evaluate(number, total_loss / len(order))
        # The very last step may be the one that goes wrong, and no training loss would tell.
        self._expect_finite(number, *metrics.gradient_norms)
        self._expect_finite(number, *sum_bounds(self.learner.parameters))
        self.state = self._advance(metrics)
        yield Progress(number, self.recipe.epochs, step, steps, loss, metrics, self.state)

    def _chunks(
        self, order: NDArray[np.intp], size: int, rng: np.random.Generator
    ) -> Iterator[tuple[NDArray[np.uint8] | Array, Array]]:
        """X and Y of the examples in this order, `size` at a time."""
        begin, steps = self.state.epoch * self.steps_per_epoch, self.steps
        chunks = (
            self.examples.take(
                order[first : first + size],
                rng,
                progress=(begin + first // self.recipe.batch_size) / steps,
            )
            for first in range(0, len(order), size)
        )
        return prefetch(chunks) if self.recipe.augment != "none" else chunks

    def _expect_finite(self, epoch: int, *numbers: float) -> None:
        # A little earlier than infinity: what a run makes must not overflow on any image.
        if not all(number < HIGHEST_SUM for number in numbers):
            raise DivergenceError(
                "training.diverged", epoch=epoch, learning_rate=self.recipe.learning_rate
            )

    @_overflow_is_no_news
    def _descend(self, images: NDArray[np.uint8] | Array, y: Array, step: int) -> float:
        """One gradient step per batch; the mean loss of these examples, each before its step."""
        logits = np.empty_like(y)
        size, schedule = self.recipe.batch_size, SCHEDULES[self.recipe.schedule]
        for first in range(0, len(images), size):
            batch = slice(first, first + size)
            rate = self.recipe.learning_rate * schedule(step / self.steps)
            logits[batch] = self.learner.step(images[batch], y[batch], rate)
            step += 1
        return cross_entropy(logits, y)

    @_overflow_is_no_news
    def _evaluate(self, epoch: int, train_loss: float) -> EpochMetrics:
        parameters = self.learner.parameters
        trace = forward(parameters, self.validation_x)
        looked_at = Trace([z[:DIAGNOSED] for z in trace.z], [a[:DIAGNOSED] for a in trace.a])
        grads = backward(parameters, looked_at, self.validation_y[:DIAGNOSED])
        return EpochMetrics(
            epoch=epoch,
            train_loss=train_loss,
            validation_loss=cross_entropy(trace.z[-1], self.validation_y),
            validation_accuracy=accuracy(trace.a[-1], self.validation_labels),
            gradient_norms=gradient_norms(grads),
            saturation=saturation(looked_at, parameters.activation),
            dead_units=dead_units(looked_at, parameters.activation),
        )

    def _advance(self, metrics: EpochMetrics) -> TrainingState:
        before = self.state
        better = metrics.validation_accuracy >= before.best_accuracy
        parameters = self.learner.parameters.copy()
        return TrainingState(
            epoch=metrics.epoch,
            parameters=parameters,
            optimizer=before.optimizer,
            optimizer_state=self.learner.optimizer.state,
            best=parameters if better else before.best,
            best_accuracy=metrics.validation_accuracy if better else before.best_accuracy,
            history=[*before.history, metrics],
        )
