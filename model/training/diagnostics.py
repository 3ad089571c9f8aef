"""What goes on inside a training run, as numbers and as plain-language hints."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.activations import ACTIVATIONS, Array
from model.network import Gradients, Parameters, Trace
from model.training.recipe import Recipe

if TYPE_CHECKING:  # training reports what this module measures, so it imports us
    from model.training.loop import EpochMetrics

__all__ = ["dead_units", "gradient_norms", "hints", "saturation", "sum_bounds", "update_ratio"]

HIGHEST_SUM = 1e30  # a bound on z above which a network is refused; float32 ends at 3e38
FLAT = 0.05  # a unit is saturated where g'(z) is below this share of the steepest slope

# When a hint is due; measured on MNIST, where healthy runs stay clear of all of them.
SATURATED = 0.75  # share of a sigmoid or tanh layer; good runs end at 0.1 to 0.4
OFF = 0.9  # share of a relu layer; 0.3 to 0.5 is usual
DEAD = 0.1  # share of a relu layer's units that are off for every digit; good runs have none
FADED = 0.05  # first layer's gradient norm over the last layer's; usually about 1
RISE = 1.05  # training loss over that of the epoch before
SLOW = 0.5  # training loss over that of the first epoch, after PATIENCE epochs
LEARNT = 0.95  # validation accuracy from which nobody is in need of larger steps
PATIENCE = 3
OVERFIT = 1.02  # validation loss, two epochs running, over its best
STILL_FALLING = 0.98  # validation loss over that of the epoch before, at the run's end


def gradient_norms(gradients: Gradients) -> list[float]:
    """‖(dW_l, db_l)‖₂ for each layer l: how strongly the loss pulls at that layer's parameters."""
    pairs = zip(gradients.weights, gradients.biases, strict=True)
    return [float(np.hypot(np.linalg.norm(dW), np.linalg.norm(db))) for dW, db in pairs]


def saturation(trace: Trace, activation: str) -> list[float]:
    """Share, 0..1, of each hidden layer's activations (m, n_l) that are saturated.

    Saturated means g'(z) < 5 % of g's steepest slope, so that hardly any gradient passes: for
    sigmoid |z| > 4.36, for tanh |z| > 2.18, for relu and leaky_relu z <= 0 (there, half is usual).
    """
    return [float(flat.mean()) for flat in _flat(trace, activation)]


def dead_units(trace: Trace, activation: str) -> list[int]:
    """How many units of each hidden layer are saturated in every one of the m examples.

    A relu unit that no example makes active passes no gradient back, so it never learns again.
    """
    flat_everywhere = (np.logical_and.reduce(flat, axis=0) for flat in _flat(trace, activation))
    return [int(dead.sum()) for dead in flat_everywhere]


def update_ratio(before: Parameters, after: Parameters) -> list[float]:
    """‖W_l(after) − W_l(before)‖ / ‖W_l(before)‖ for each layer; about 0.001 a step is healthy.

    The rule of thumb is that of Stanford's CS231n notes. A layer of zeros that stays zero gives 0,
    one that moves gives inf.
    """
    ratios = []
    for old, new in zip(before.weights, after.weights, strict=True):
        size, change = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
        ratios.append(change / size if size else (float("inf") if change else 0.0))
    return ratios


def hints(history: Sequence["EpochMetrics"], recipe: Recipe) -> list[str]:
    """What seems wrong with a run so far and what to do about it, a sentence or two each.

    `history` has one entry an epoch; an empty list means that nothing looks wrong. A hint's text
    depends on the recipe, not on the latest numbers: as long as it holds, it stays the same.
    """
    if not history:
        return []
    last = history[-1]
    if not math.isfinite(last.train_loss) or not math.isfinite(last.validation_loss):
        return [
            "The loss is no longer a number (NaN): the steps were so large that the numbers "
            f"overflowed. Lower the learning rate tenfold, {_rate(recipe, 0.1)}."
        ]
    # What blocks the gradient explains the rest, and speed matters only where nothing blocks it.
    return (
        list(_saturated(last, recipe))
        or list(_dead(last, recipe))
        or list(_vanishing(last, recipe))
        or [*_rising(history, recipe), *_pace(history, recipe)]
    )


def _rising(history: Sequence["EpochMetrics"], recipe: Recipe) -> Iterator[str]:
    losses = [epoch.train_loss for epoch in history]
    # At losses next to 0 a rise by a few per cent is noise.
    if len(losses) > 1 and losses[-1] > RISE * losses[-2] + 0.01:
        yield (
            "The training loss rises: the steps overshoot the minimum. "
            f"Halve the learning rate, {_rate(recipe, 0.5)}."
        )


def _saturated(last: "EpochMetrics", recipe: Recipe) -> Iterator[str]:
    linear = recipe.activation in ("relu", "leaky_relu")
    limit = OFF if linear else SATURATED
    where = _layers_above(limit, last.saturation)
    if where:
        state = "off (z ≤ 0)" if linear else f"saturated, where {recipe.activation} is flat"
        yield (
            f"In {where} over {limit:.0%} of the units are {state}: hardly any gradient gets "
            f"through. Lower the learning rate tenfold, {_rate(recipe, 0.1)}."
        )


def _dead(last: "EpochMetrics", recipe: Recipe) -> Iterator[str]:
    if recipe.activation != "relu":  # a leaky one passes some gradient even where it is off
        return
    sizes = recipe.hidden_layers
    where = _layers_above(DEAD, [n / size for n, size in zip(last.dead_units, sizes, strict=False)])
    if where:
        yield (
            f"In {where} over {DEAD:.0%} of the units are dead: no digit makes them active, so no "
            "gradient reaches them and they never learn again. Start anew with a third of the "
            f"learning rate, {_rate(recipe, 1 / 3)}, or with leaky_relu."
        )


def _layers_above(limit: float, shares: Sequence[float]) -> str:
    """Those whose share exceeds the limit, as in "hidden layers 1 and 3"; empty where none does."""
    layers = [str(layer) for layer, share in enumerate(shares, 1) if share > limit]
    return f"hidden layer{'s' if len(layers) > 1 else ''} {' and '.join(layers)}" if layers else ""


def _vanishing(last: "EpochMetrics", recipe: Recipe) -> Iterator[str]:
    first_norm, *_, last_norm = last.gradient_norms
    if last_norm and first_norm < FADED * last_norm:
        remedy = "use fewer hidden layers"
        if recipe.activation in ("sigmoid", "tanh"):
            remedy += ", or relu as the activation"
        yield (
            "The gradient vanishes on its way back: the first layer's is less than "
            f"{FADED:.0%} of the last layer's, so the first layer hardly learns. "
            f"{remedy.capitalize()}."
        )


def _pace(history: Sequence["EpochMetrics"], recipe: Recipe) -> Iterator[str]:
    """Too slow, too long or too short."""
    train = [epoch.train_loss for epoch in history]
    validation = [epoch.validation_loss for epoch in history]
    best = min(range(len(history)), key=validation.__getitem__)
    patient = len(history) >= PATIENCE
    falls = all(later < earlier for earlier, later in pairwise(train))
    # Distorted images are harder than the validation images: while their loss is the higher one,
    # a validation loss that moves up and down is chance.
    overfits = min(validation[-2:]) > OVERFIT * validation[best] and train[-1] < min(
        train[best], validation[-1]
    )
    slow = train[-1] > SLOW * train[0] and history[-1].validation_accuracy < LEARNT
    if patient and falls and slow:
        yield (
            "The loss falls steadily but very slowly: the steps are too small. "
            f"Raise the learning rate tenfold, {_rate(recipe, 10)}."
        )
    elif patient and overfits:
        yield (
            f"The network overfits since epoch {history[best].epoch}: it gets better on the "
            "training images and worse on the validation images. "
            f"Train {_against_overfitting(recipe)}."
        )
    elif len(history) == recipe.epochs > 1 and validation[-1] < STILL_FALLING * validation[-2]:
        more = f"Train for more epochs ({2 * recipe.epochs}, say)"
        if recipe.schedule == "constant":
            yield (
                f"The loss was still falling when the run ended. {more} "
                f"or double the learning rate, {_rate(recipe, 2)}."
            )
        # Where the steps shrink to 0 the loss falls to the end by plan: what was reached tells.
        elif history[-1].validation_accuracy < LEARNT:
            yield (
                "The steps shrank to 0 by plan before the network had learnt enough. "
                f"{more}: the same plan is then spread over more steps."
            )


def _against_overfitting(recipe: Recipe) -> str:
    remedies = ["for fewer epochs"]
    if recipe.train_examples is not None:
        remedies.append("on more images")
    if recipe.augment == "none":
        remedies.append('with augment "affine"')
    decay = max(10 * recipe.weight_decay, 1e-4)
    return f"{', '.join(remedies)} or with more weight decay ({decay:g})"


def _rate(recipe: Recipe, factor: float) -> str:
    return f"from {recipe.learning_rate:g} to {recipe.learning_rate * factor:.3g}"


def sum_bounds(parameters: Parameters) -> list[float]:
    """For each layer, a bound on |z| over all images of pixels 0..1: Σ|W| max|a| + |b|.

    Where it stays far below the largest float32, 3e38, no image can lead to inf or NaN.
    """
    bounds = []
    largest = 1.0  # of the inputs
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        sums = np.abs(W).sum(axis=0, dtype=np.float64) * largest + np.abs(b)  # (n_l,)
        bounds.append(float(sums.max()))
        largest = 1.0 if parameters.activation in ("sigmoid", "tanh") else bounds[-1]
    return bounds


def _flat(trace: Trace, activation: str) -> list[NDArray[np.bool_]]:
    """Where each hidden layer's slope is below FLAT of the steepest, (m, n_l)."""
    g = ACTIVATIONS[activation]
    slopes: list[Array] = [
        g.scale_by_derivative(np.ones_like(a), a) for a in trace.a[1:-1]
    ]  # (m, n_l)
    return [slope < FLAT * g.steepest for slope in slopes]
