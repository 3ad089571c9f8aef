"""Exercises: small networks and batches of which somebody is to derive the gradients by hand.

An exercise is made from its level and seed alone, so nothing has to be stored to check an answer.
The sizes are chosen so that no two mistakes look alike by chance: there are at least three examples
and at most as many as hidden units; no two of m, m − 1, the numbers of classes, hidden units and
inputs and the usual 1/α are the same; some inputs are 0 in all examples. Only the first three
levels, which are for paper and pencil, are smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.data.idx import load_mnist_part
from model.errors import ExerciseError
from model.exercises.steps import RIGHT, Batch, Pass
from model.exercises.telling import tells
from model.network import Array, Parameters, one_hot

__all__ = ["ARRAYS", "LEVELS", "SHOWN", "Exercise", "Level", "exercise", "exercise_of"]

ARRAYS = ("dW2", "db2", "dW1", "db1")  # in the order in which a backward pass computes them
SHOWN = ("Y", "Z1", "H", "Z2", "P")  # the steps of the forward pass, which early levels show
MOST_SEEDS = 2**32
MOST_DRAWS = 100  # of numbers in which no mistake hides; three or four do


@dataclass(frozen=True, slots=True)
class Level:
    """The size of a level's network and batch, what is asked, and which steps are shown.

    `layers` is (inputs, hidden units, classes), `examples` is m, `blank` the number of inputs that
    are 0 in all examples. `mnist` says that the inputs are digits from the training images.
    """

    layers: tuple[int, int, int]
    examples: int
    asked: tuple[str, ...] = ARRAYS
    shown: tuple[str, ...] = ()
    blank: int = 0
    mnist: bool = False

    @property
    def by_pencil(self) -> bool:
        """Whether it is a single example, small enough to be worked with a pencil."""
        return self.examples == 1


# Each level leaves one step more to the reader: at first what is asked for grows by a gradient or
# by the batch's mean; then the steps that are shown become fewer; last, the page's start in NumPy.
LEVELS: dict[int, Level] = {
    1: Level((2, 2, 2), 1, asked=("db2",), shown=SHOWN),
    2: Level((2, 2, 2), 1, asked=("dW2", "db2"), shown=SHOWN),
    3: Level((2, 2, 2), 1, shown=SHOWN),
    4: Level((8, 5, 4), 3, shown=SHOWN, blank=2),
    5: Level((13, 9, 5), 7, shown=SHOWN[:4], blank=3),
    6: Level((13, 9, 5), 7, shown=SHOWN[:3], blank=3),
    7: Level((14, 11, 6), 8, shown=SHOWN[:2], blank=3),
    8: Level((14, 11, 6), 8, shown=SHOWN[:1], blank=3),
    9: Level((26, 17, 12), 14, blank=5),
    10: Level((784, 128, 10), 64, mnist=True),
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """A network, a batch and its labels; `id` names the level and seed that made them.

    `parameters` are float64; X (m, n_0) holds numbers of 0..1, `labels` (m,) whole numbers.
    """

    level: int
    seed: int
    parameters: Parameters
    X: Array
    labels: NDArray[np.intp]

    @property
    def id(self) -> str:
        """Level and seed, as in "5-42"."""
        return f"{self.level}-{self.seed}"

    @property
    def asked(self) -> tuple[str, ...]:
        """The gradients that the level asks for."""
        return LEVELS[self.level].asked

    @property
    def shown(self) -> tuple[str, ...]:
        """The intermediate steps that the level gives away."""
        return LEVELS[self.level].shown

    @property
    def by_pencil(self) -> bool:
        """Whether it is to be worked with a pencil: one example, rounded on the way."""
        return LEVELS[self.level].by_pencil

    @property
    def targets(self) -> Array:
        """The labels as one-hot targets (m, k), in float64."""
        return one_hot(self.labels, self.parameters.layers[-1], np.float64)

    def arrays(self) -> dict[str, Array | NDArray[np.intp]]:
        """What is handed out: W1 (n_0, n_1), b1, W2 (n_1, k), b2, X (m, n_0), y (m,)."""
        return {**self.parameters.arrays(), "X": self.X, "y": self.labels}

    def solve(self) -> Pass:
        """The right forward and backward pass, with every value between."""
        return RIGHT.run(self.parameters, self.X, self.targets)


def exercise(level: int, seed: int = 0) -> Exercise:
    """Make the exercise of a level, 1..10, and a seed. Raises ExerciseError where there is none."""
    if level not in LEVELS:
        raise ExerciseError("exercise.level", found=level, last=len(LEVELS))
    if not 0 <= seed < MOST_SEEDS:
        raise ExerciseError("exercise.seed", found=seed)
    return _make(level, seed)


def exercise_of(id: str) -> Exercise:
    """The exercise of an id such as "5-42". Raises ExerciseError where it is no such id."""
    level, dash, seed = id.partition("-")
    plain = dash and level.isascii() and level.isdigit() and seed.isascii() and seed.isdigit()
    if not plain or len(id) > 16:
        raise ExerciseError("exercise.id", found=id[:40])
    return exercise(int(level), int(seed))


@lru_cache(maxsize=16)
def _make(level: int, seed: int) -> Exercise:
    size = LEVELS[level]
    parameters, X, labels = _draw(size, np.random.default_rng((level, seed)))
    for again in range(1, MOST_DRAWS if size.by_pencil else 1):
        targets = one_hot(labels, size.layers[-1], np.float64)
        if tells(Batch(parameters, X, targets), size.asked):
            break
        parameters, X, labels = _draw(size, np.random.default_rng((level, seed, again)))
    for array in (parameters.vector, X, labels):
        array.flags.writeable = False  # shared by all who ask for it
    parameters = Parameters(size.layers, "sigmoid", parameters.vector, np.float64)
    return Exercise(level, seed, parameters, X, labels)


def _draw(size: Level, rng: np.random.Generator) -> tuple[Parameters, Array, NDArray[np.intp]]:
    parameters = _draw_parameters(size.layers, rng)
    if size.by_pencil:
        parameters.vector[...] = parameters.vector.round(1) + 0.0  # numbers for paper, without −0
    if size.mnist:
        return parameters, *_draw_digits(size.examples, rng)
    return parameters, *_draw_examples(size, rng)


def _draw_parameters(layers: Sequence[int], rng: np.random.Generator) -> Parameters:
    """Weights large enough that σ′ differs from unit to unit, and biases that are not 0."""
    parameters = Parameters(layers, "sigmoid", dtype=np.float64)
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        W[...] = rng.normal(0, 2 / np.sqrt(min(len(W), 100)), W.shape)
        b[...] = rng.normal(0, 0.5, b.shape)
    return parameters


def _draw_examples(size: Level, rng: np.random.Generator) -> tuple[Array, NDArray[np.intp]]:
    inputs, _, classes = size.layers
    X = rng.uniform(0.1, 1, (size.examples, inputs))
    X[:, rng.permutation(inputs)[: size.blank]] = 0
    # Neighbours differ, so that rows out of step show.
    labels = (rng.permutation(classes)[np.arange(size.examples) % classes]).astype(np.intp)
    return (X.round(1) if size.examples == 1 else X), labels


def _draw_digits(examples: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.intp]]:
    images, labels = load_mnist_part("test")
    chosen = np.sort(rng.choice(len(images), examples, replace=False))
    return images[chosen].reshape(examples, -1) / 255.0, labels[chosen].astype(np.intp)
