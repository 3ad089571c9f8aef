"""The training examples of a recipe: real and synthetic images, augmented and preprocessed.

Samples of one's own hand are learnt by rehearsal: they are repeated, each time a little distorted,
until they have their share of an epoch, and the other images of the epoch keep the network from
forgetting what it knew.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.augment import augment
from model.data.idx import Split
from model.data.samples import Samples
from model.network import Array, Parameters, one_hot
from model.preprocessing.pipeline import preprocess
from model.synthesis.strokes import draw_digits
from model.training.recipe import Recipe

__all__ = [
    "TrainingExamples",
    "augmentation_strength",
    "examples_per_epoch",
    "for_rescaled_inputs",
    "from_rescaled_inputs",
    "prepare",
    "scale",
]

LEAST_STRENGTH = 0.7  # of the augmentation, at a run's end
CHUNK = 1024  # images preprocessed at a time
VARIETY = 5  # sets of synthetic digits, which epochs use in turn
SAMPLE_SHARE = 0.07  # of an epoch's examples, for samples of one's own
MOST_COPIES = 250  # of one sample in an epoch: a few samples are no reason to forget the others

Images = NDArray[Any]  # (n, 784), 0..255


class TrainingExamples:
    """The training images and labels of one run, epoch by epoch."""

    def __init__(self, recipe: Recipe, data: Split) -> None:
        self._recipe = recipe
        given, labels = _with_samples(recipe, data)
        self._given = len(given)
        self._drawn: dict[int, tuple[Images, NDArray[np.uint8]]] = {}
        self._order: NDArray[np.intp] | None = None
        more = recipe.drawn_examples
        self._images = self._preprocess_once(given)
        if more:
            self._images = np.pad(self._images, ((0, more), (0, 0)))
        self._labels = np.pad(labels, (0, more))

    @property
    def fixed_images(self) -> NDArray[np.uint8] | None:
        """The given images (n, 784) as all epochs use them, in 0..255, to be divided by 255.

        None where each epoch augments them, or where they are not to be divided.
        """
        fixed = self._recipe.augment == "none" and self._recipe.rescale
        return self._images[: self._given] if fixed else None

    def reorder_inputs(self, order: NDArray[np.intp] | None) -> None:
        """Permute the columns of X by `order` (784,) from now on; None keeps them."""
        if order is not None:
            self._order = order
            self._images = _columns(self._images, order)

    def __len__(self) -> int:
        """The number of examples in an epoch."""
        return len(self._images)

    def begin_epoch(self, epoch: int) -> None:
        """Replace the synthetic digits behind the given images by those of this epoch."""
        count = self._recipe.drawn_examples
        if not count:
            return
        share = epoch % VARIETY
        if share not in self._drawn:
            images, labels = draw_digits(
                count, np.random.default_rng([self._recipe.seed, 0, 2, share])
            )
            images = self._preprocess_once(images)
            if self._order is not None:
                images = _columns(images, self._order)
            self._drawn[share] = images, labels
        self._images[self._given :], self._labels[self._given :] = self._drawn[share]

    def inputs_and_targets(
        self, rows: NDArray[np.intp], rng: np.random.Generator, progress: float
    ) -> tuple[NDArray[np.uint8] | Array, Array]:
        """Make inputs X (n, 784) and one-hot targets Y (n, 10) of the examples with these indices.

        Images are augmented as the recipe asks, with the strength for `progress` (0..1 of the run).
        X is as `prepare` makes it, or uint8 in 0..255, still to be divided by 255, when the images
        are not augmented.
        """
        images, y = self._images.take(rows, axis=0), one_hot(self._labels[rows])
        kind = self._recipe.augment
        if kind != "none":
            distorted = augment(
                images.astype(np.float32), kind, rng, augmentation_strength(progress)
            )
            return prepare(self._recipe, distorted), y
        return (images if self._recipe.rescale else images.astype(np.float32)), y

    def _preprocess_once(self, images: Images) -> Images:
        """Preprocess images once for all epochs, unless each epoch augments them before that.

        Values are rounded to uint8: in float32 the training images would take 190 MB.
        """
        deskew, features = self._recipe.deskew, self._recipe.features
        if self._recipe.augment != "none" or not (deskew or features != "pixels"):
            return images
        ready = np.empty(images.shape, np.uint8)
        for first in range(0, len(images), CHUNK):
            chunk = slice(first, first + CHUNK)
            seen = preprocess(images[chunk], deskew, features, self._recipe.least_scale)
            np.rint(seen, out=ready[chunk], casting="unsafe")
        return ready


def examples_per_epoch(recipe: Recipe, data: Split) -> int:
    """The number of examples in an epoch: of the data set, of samples, and drawn ones."""
    samples = data.samples
    repeated = 0 if samples is None else len(samples) * _copies(recipe, data, samples)
    return len(data.train_images) + repeated + recipe.drawn_examples


def _with_samples(recipe: Recipe, data: Split) -> tuple[Images, NDArray[np.uint8]]:
    """The training images and behind them the samples, repeated; and the labels of both."""
    samples = data.samples
    if samples is None or not len(samples):
        return data.train_images, data.train_labels
    copies = _copies(recipe, data, samples)
    images = np.tile(samples.images, (copies, 1))
    if recipe.augment == "none":  # no epoch will distort them: once and for all, then
        rng = np.random.default_rng([recipe.seed, 0, 3])
        distorted = augment(images.astype(np.float32), "full", rng, LEAST_STRENGTH)
        images = np.rint(distorted).astype(np.uint8)
    labels = np.tile(samples.labels, copies)
    return np.concatenate([data.train_images, images]), np.concatenate([data.train_labels, labels])


def _copies(recipe: Recipe, data: Split, samples: Samples) -> int:
    """How many times an epoch shows each sample, so that together they have SAMPLE_SHARE of it."""
    others = len(data.train_images) + recipe.drawn_examples
    wanted = others * SAMPLE_SHARE / (1 - SAMPLE_SHARE) / max(len(samples), 1)
    return min(max(round(wanted), 1), MOST_COPIES)


def _columns(images: Images, order: NDArray[np.intp]) -> Images:
    return images.take(order, axis=1, mode="clip")  # ten times as fast as indexing


def augmentation_strength(progress: float) -> float:
    """The strength of the augmentation at `progress`, 0..1 of a run.

    It is 1 in the first half and falls to 0.7 at the end, so that the last steps are taken on
    images more like those of the test set.
    """
    return 1 - (1 - LEAST_STRENGTH) * max(0.0, 2 * progress - 1)


def prepare(recipe: Recipe, images: Images) -> Array:
    """Preprocess images (n, 784), 0..255, as the recipe says, to inputs X (n, 784).

    They are in 0..1, or in 0..255 if the recipe does not rescale them.
    """
    seen = preprocess(images, recipe.deskew, recipe.features, recipe.least_scale)
    return scale(seen) if recipe.rescale else seen.astype(np.float32)


def for_rescaled_inputs(recipe: Recipe, parameters: Parameters) -> Parameters:
    """The parameters of the same network for inputs in 0..1, which all classifiers take.

    x W_1 = (x / 255) (255 W_1): a network that was trained on inputs of 0..255 gets 255 W_1. The
    others are returned as they are.
    """
    return parameters if recipe.rescale else _with_first_weights_times(255.0, parameters)


def from_rescaled_inputs(recipe: Recipe, parameters: Parameters) -> Parameters:
    """The inverse of `for_rescaled_inputs`: parameters of a classifier, to be trained on."""
    return parameters if recipe.rescale else _with_first_weights_times(1 / 255, parameters)


def _with_first_weights_times(factor: float, parameters: Parameters) -> Parameters:
    scaled = parameters.copy()
    scaled.weights[0][...] *= factor
    return scaled


def scale(images: Images) -> Array:
    """Scale images from 0..255 to 0..1, in float32."""
    x: Array = np.divide(images, 255, dtype=np.float32)
    return x
