"""What a recipe trains on: the data set's images and drawn ones, distorted, upright, scaled."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.augment import augment
from model.data.idx import Split
from model.network import Array, one_hot
from model.preprocessing.pipeline import preprocess
from model.synthesis.strokes import draw_digits
from model.training.recipe import Recipe

__all__ = ["Examples", "distortion", "prepare", "scale"]

GENTLEST = 0.7  # strength of the distortions at a run's end
CHUNK = 1024  # images prepared at a time
VARIETY = 5  # times as many digits are drawn as an epoch takes: each epoch the next fifth

Images = NDArray[Any]  # (n, 784), 0..255


class Examples:
    """The training images of one run, epoch by epoch."""

    def __init__(self, recipe: Recipe, data: Split) -> None:
        self._recipe = recipe
        self._given = len(data.train_images)
        self._drawn: dict[int, tuple[Images, NDArray[np.uint8]]] = {}
        self._order: NDArray[np.intp] | None = None
        more = recipe.drawn_examples
        self._images = self._ready(data.train_images)
        if more:
            self._images = np.pad(self._images, ((0, more), (0, 0)))
        self._labels = np.pad(data.train_labels, (0, more))

    @property
    def fixed_images(self) -> NDArray[np.uint8] | None:
        """The data set's images (n, 784) as every epoch takes them; None where it distorts them."""
        return self._images[: self._given] if self._recipe.augment == "none" else None

    def reorder_inputs(self, order: NDArray[np.intp] | None) -> None:
        """Give the columns of X in this order (784,) from now on; None: as they are."""
        if order is not None:
            self._order = order
            self._images = _columns(self._images, order)

    def __len__(self) -> int:
        """How many one epoch takes."""
        return len(self._images)

    def begin(self, epoch: int) -> None:
        """Put this epoch's share of drawn digits behind the images from the data set."""
        count = self._recipe.drawn_examples
        if not count:
            return
        share = epoch % VARIETY
        if share not in self._drawn:
            images, labels = draw_digits(
                count, np.random.default_rng([self._recipe.seed, 0, 2, share])
            )
            images = self._ready(images)
            if self._order is not None:
                images = _columns(images, self._order)
            self._drawn[share] = images, labels
        self._images[self._given :], self._labels[self._given :] = self._drawn[share]

    def take(
        self, rows: NDArray[np.intp], rng: np.random.Generator, progress: float
    ) -> tuple[NDArray[np.uint8] | Array, Array]:
        """X (n, 784) and Y (n, 10) of these, distorted as the recipe asks at `progress` of the run.

        X is in 0..1, or still in bytes 0..255 when the images are not distorted.
        """
        images, y = self._images.take(rows, axis=0), one_hot(self._labels[rows])
        kind = self._recipe.augment
        if kind != "none":
            distorted = augment(images.astype(np.float32), kind, rng, distortion(progress))
            return prepare(self._recipe, distorted), y
        return images, y

    def _ready(self, images: Images) -> Images:
        """Bring to the network's view now what stays the same; what is distorted, after that.

        To the nearest grey value: in float32 the training images would take 190 MB.
        """
        deskew, features = self._recipe.deskew, self._recipe.features
        if self._recipe.augment != "none" or not (deskew or features != "pixels"):
            return images
        ready = np.empty(images.shape, np.uint8)
        for first in range(0, len(images), CHUNK):
            chunk = slice(first, first + CHUNK)
            np.rint(preprocess(images[chunk], deskew, features), out=ready[chunk], casting="unsafe")
        return ready


def _columns(images: Images, order: NDArray[np.intp]) -> Images:
    return images.take(order, axis=1, mode="clip")  # ten times as fast as an index


def distortion(progress: float) -> float:
    """Strength of the distortions at `progress` 0..1 of a run: whole, and from half way on less.

    The last steps are taken on digits nearly as they are written.
    """
    return 1 - (1 - GENTLEST) * max(0.0, 2 * progress - 1)


def prepare(recipe: Recipe, images: Images) -> Array:
    """X (n, 784), 0..1, as the network sees images 0..255 that are not distorted any more."""
    return scale(preprocess(images, recipe.deskew, recipe.features))


def scale(images: Images) -> Array:
    """X, 0..1, of images 0..255."""
    x: Array = np.divide(images, 255, dtype=np.float32)
    return x
