"""Diagnostics of a training run: gradient norms, saturation, dead units, and hints from them."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.activations import ACTIVATIONS, Array
from model.messages import Message
from model.network import Gradients, Parameters, Trace
from model.training.history import EpochMetrics
from model.training.recipe import Recipe

__all__ = [
    "dead_units",
    "gradient_norms",
    "hints",
    "preactivation_bounds",
    "saturation",
    "update_ratio",
]

MAX_PREACTIVATION = 1e30  # a network whose |z| may exceed this is refused; float32 ends at 3e38
FLAT = 0.05  # a unit is saturated where g'(z) is below this share of the steepest slope

# Thresholds of the hints, measured on MNIST, where healthy runs stay clear of all of them.
SATURATED = 0.6  # share of a sigmoid or tanh layer's activations; good runs end at 0.1 to 0.4
OFF = 0.9  # share of a relu layer's activations that are 0; 0.3 to 0.5 is usual
DEAD = 0.1  # share of a relu layer's units that are 0 for every image; good runs have none
FADED = 0.05  # ratio of the first layer's gradient norm to the last layer's; usually about 1
RISE = 1.05  # ratio of the training loss to that of the epoch before
SLOW = 0.5  # ratio of the training loss to that of the first epoch, after PATIENCE epochs
LEARNT = 0.95  # validation accuracy above which a higher learning rate is not suggested
PATIENCE = 3  # epochs
OVERFIT = 1.02  # ratio of the validation loss to its minimum, in two epochs running
GAP = 0.1  # nats from the training loss to the validation loss, when the latter is
WIDE = 2  # times the former: then the network knows its own digits much better than new ones
STILL_FALLING = 0.98  # ratio of the last validation loss to that of the epoch before


def gradient_norms(gradients: Gradients) -> list[float]:
    """‖(dW_l, db_l)‖₂ for each layer l: the length of the loss's gradient in its parameters."""
    pairs = zip(gradients.weights, gradients.biases, strict=True)
    return [float(np.hypot(np.linalg.norm(dW), np.linalg.norm(db))) for dW, db in pairs]


def saturation(trace: Trace, activation: str) -> list[float]:
    """The share, 0..1, of each hidden layer's activations (m, n_l) that are saturated.

    Saturated means that g'(z) is below 5 % of g's steepest slope, so that hardly any gradient
    passes: |z| > 4.36 for sigmoid, |z| > 2.18 for tanh, z <= 0 for relu and leaky_relu, where a
    share of half is usual.
    """
    return [float(flat.mean()) for flat in _saturated_masks(trace, activation)]


def dead_units(trace: Trace, activation: str) -> list[int]:
    """The number of units of each hidden layer that are saturated in all of the m examples.

    A relu unit that is active for no example passes no gradient back, so it stops learning.
    """
    flat_everywhere = (
        np.logical_and.reduce(flat, axis=0) for flat in _saturated_masks(trace, activation)
    )
    return [int(dead.sum()) for dead in flat_everywhere]


def update_ratio(before: Parameters, after: Parameters) -> list[float]:
    """‖W_l(after) − W_l(before)‖ / ‖W_l(before)‖ for each layer; about 0.001 a step is healthy.

    The rule of thumb is that of Stanford's CS231n notes. The ratio of a layer of zeros is 0 where
    it stays zero, and inf where it changes.
    """
    ratios = []
    for old, new in zip(before.weights, after.weights, strict=True):
        size, change = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
        ratios.append(change / size if size else (float("inf") if change else 0.0))
    return ratios


def hints(history: Sequence[EpochMetrics], recipe: Recipe) -> list[Message]:
    """What seems wrong with a run so far and what to do about it, as messages.

    `history` has one entry for each epoch; an empty list means that nothing looks wrong. The same
    hint may come again with other values, as the epochs go by: whoever reports hints reports each
    code once.
    """
    if not history:
        return []
    last = history[-1]
    if not math.isfinite(last.train_loss) or not math.isfinite(last.validation_loss):
        return [Message("hint.not_a_number", _rates(recipe, 0.1))]
    # A blocked gradient explains all later symptoms, so only the first of these causes is given.
    return (
        list(_dead(last, recipe))
        or list(_saturated(last, recipe))
        or list(_vanishing(last, recipe))
        or [*_rising(history, recipe), *_speed_and_length(history, recipe)]
    )


def _rising(history: Sequence[EpochMetrics], recipe: Recipe) -> Iterator[Message]:
    losses = [epoch.train_loss for epoch in history]
    if recipe.augment != "none" and losses[-2:] == sorted(losses[-2:]):
        del losses[-2:-1]  # distortions differ from epoch to epoch: one rise alone may be chance
        before = (epoch.validation_loss for epoch in history[:-1])
        if history[-1].validation_loss < min(before, default=math.inf):
            return  # steps that overshoot would raise the loss of undistorted digits, too
    # Near a loss of 0 a rise by a few per cent is noise.
    if len(losses) > 1 and losses[-1] > RISE * losses[-2] + 0.01:
        yield Message("hint.loss_rises", _rates(recipe, 0.5))


def _saturated(last: EpochMetrics, recipe: Recipe) -> Iterator[Message]:
    linear = recipe.activation in ("relu", "leaky_relu")
    limit = OFF if linear else SATURATED
    layers = _layers_above(limit, last.saturation)
    if layers is None:
        return
    values = {"layers": layers, "share": limit, **_rates(recipe, 0.1)}
    if linear:
        yield Message("hint.units_off", values)
    else:
        yield Message(_saturated_by(recipe), {**values, "activation": recipe.activation})


def _saturated_by(recipe: Recipe) -> str:
    """The hint that names what makes the sums so large: the inputs, the first weights or steps."""
    if not recipe.rescale:
        return "hint.saturated_by_pixels"
    if recipe.initialization == "standard_normal":
        return "hint.saturated_by_start"
    return "hint.saturated"


def _dead(last: EpochMetrics, recipe: Recipe) -> Iterator[Message]:
    if recipe.activation != "relu":  # leaky_relu passes some gradient for z < 0, too
        return
    sizes = recipe.hidden_layers
    shares = [n / size for n, size in zip(last.dead_units, sizes, strict=False)]
    layers = _layers_above(DEAD, shares)
    if layers is not None:
        values = {"layers": layers, "share": DEAD, **_rates(recipe, 0.1)}
        yield Message("hint.dead_units", values)


def _layers_above(limit: float, shares: Sequence[float]) -> Message | None:
    """The hidden layers, counted from 1, whose share exceeds the limit; None if there are none."""
    layers = [layer for layer, share in enumerate(shares, 1) if share > limit]
    if len(layers) > 1:
        return Message("hint.hidden_layers", {"numbers": layers})
    return Message("hint.hidden_layer", {"number": layers[0]}) if layers else None


def _vanishing(last: EpochMetrics, recipe: Recipe) -> Iterator[Message]:
    first_norm, *_, last_norm = last.gradient_norms
    if last_norm and first_norm < FADED * last_norm:
        flattens = recipe.activation in ("sigmoid", "tanh")
        remedy = "remedy.fewer_layers_or_relu" if flattens else "remedy.fewer_layers"
        yield Message("hint.vanishing_gradient", {"share": FADED, "remedy": Message(remedy)})


def _speed_and_length(history: Sequence[EpochMetrics], recipe: Recipe) -> Iterator[Message]:
    """Hints that a run learns too slowly, by heart, or ends while its loss still falls."""
    train = [epoch.train_loss for epoch in history]
    validation = [epoch.validation_loss for epoch in history]
    best = min(range(len(history)), key=validation.__getitem__)
    patient = len(history) >= PATIENCE
    falls = all(later < earlier for earlier, later in pairwise(train))
    # While the training loss is about as high, as that of augmented images may be, a rise of the
    # validation loss is noise and no overfitting.
    overfits = min(validation[-2:]) > OVERFIT * validation[best] and train[-1] < min(
        train[best], validation[-1] / WIDE
    )
    gap = validation[-1] - train[-1] > GAP and validation[-1] > WIDE * train[-1]
    slow = train[-1] > SLOW * train[0] and history[-1].validation_accuracy < LEARNT
    if patient and falls and slow:
        yield Message("hint.too_slow", _rates(recipe, 10))
    elif patient and overfits:
        remedies = _against_overfitting(recipe)
        yield Message("hint.overfits", {"epoch": history[best].epoch, "remedies": remedies})
    elif patient and gap:
        losses = {"train": train[-1], "validation": validation[-1]}
        yield Message("hint.gap", {**losses, "remedies": _against_overfitting(recipe)})
    elif len(history) == recipe.epochs > 1 and validation[-1] < STILL_FALLING * validation[-2]:
        epochs = {"epochs": 2 * recipe.epochs}
        if recipe.schedule == "constant":
            yield Message("hint.still_falling", {**epochs, **_rates(recipe, 2)})
        # A schedule that ends at 0 lowers the loss to the end in any case; only accuracy tells.
        elif history[-1].validation_accuracy < LEARNT:
            yield Message("hint.schedule_ended_early", epochs)


def _against_overfitting(recipe: Recipe) -> list[Message]:
    """What helps, most of all first; with early stopping the same network is found, only sooner."""
    remedies = []
    if recipe.augment == "none":
        label = Message("hyperparameter.augment.label")
        distorted = {"label": label, "choice": Message("hyperparameter.augment.full")}
        remedies.append(Message("remedy.distortions", distorted))
    if recipe.train_examples is not None:
        remedies.append(Message("remedy.more_images"))
    decay = max(10 * recipe.weight_decay, 1e-4)
    remedies.append(Message("remedy.weight_decay", {"weight_decay": decay}))
    if recipe.early_stopping is None:
        remedies.append(Message("remedy.early_stopping"))
    return remedies


def _rates(recipe: Recipe, factor: float) -> dict[str, float]:
    """The recipe's learning rate and the one to try, as a hint's values."""
    rate = recipe.learning_rate
    return {"from_rate": rate, "to_rate": float(f"{rate * factor:.3g}")}


def preactivation_bounds(parameters: Parameters) -> list[float]:
    """For each layer, a bound on |z| over all inputs in 0..1: max_j (Σ_i |W_ij| max|a_i| + |b_j|).

    Where it stays far below the largest float32, 3e38, no image can lead to inf or NaN.
    """
    bounds = []
    largest = 1.0  # of the inputs
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        sums = np.abs(W).sum(axis=0, dtype=np.float64) * largest + np.abs(b)  # (n_l,)
        bounds.append(float(sums.max()))
        largest = 1.0 if parameters.activation in ("sigmoid", "tanh") else bounds[-1]
    return bounds


def _saturated_masks(trace: Trace, activation: str) -> list[NDArray[np.bool_]]:
    """Masks (m, n_l) of each hidden layer: where g'(z) is below FLAT of the steepest slope."""
    g = ACTIVATIONS[activation]
    slopes: list[Array] = [
        g.scale_by_derivative(np.ones_like(a), a) for a in trace.a[1:-1]
    ]  # (m, n_l)
    return [slope < FLAT * g.steepest for slope in slopes]
