"""The detector: a second network that tells single digits from out-of-distribution images.

Class 0 is a single digit, classes 1 to 5 are the KINDS of `model.synthesis.negatives`. It looks at
the image alone, so one detector serves every classifier of digits. `python -m
model.confidence.detector FILE` trains it.
"""

import sys
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.data.idx import Split, load_mnist, split
from model.network import Array, Parameters
from model.once import once
from model.serialization.checkpoint import dump_model, load_model
from model.synthesis.bars import draw_bars
from model.synthesis.negatives import KINDS, draw_negatives
from model.synthesis.strokes import draw_digits
from model.training.loop import train
from model.training.recipe import Recipe, stored_recipe

__all__ = ["RECIPE", "add_negatives", "detector", "rejection_offset", "train_detector"]

RECIPE = Recipe(
    preset="fast",
    epochs=40,
    learning_rate=0.1,
    momentum=0.9,
    schedule="cosine",
    hidden_layers=(72,),
    augment="affine",
    deskew=True,
    features="edges",
)
SYNTHETIC, NEGATIVES = 20_000, 60_000  # training images besides MNIST's
BARS = 0.2  # share of the synthetic digits that are bare strokes, which may stand for a 1
CLASSES = 1 + len(KINDS)
REJECTED_SHARE = 0.01  # of the validation digits, when the threshold is set


@once
def detector() -> Classifier:
    """The bundled detector, loaded once; its probabilities are K (n, 6)."""
    with resources.as_file(resources.files("model") / "weights" / "detector.npz") as path:
        return load_model(path)


def train_detector(
    recipe: Recipe = RECIPE, synthetic: int = SYNTHETIC, negatives: int = NEGATIVES
) -> Classifier:
    """Train the detector on MNIST, `synthetic` digits and `negatives`.

    The bias of class 0 is set so that it rejects REJECTED_SHARE of the validation digits.
    """
    digits = split(load_mnist())
    *_, last = train(recipe, add_negatives(digits, synthetic, negatives, recipe.seed))
    assert last.state is not None
    made = Classifier(
        _drop_unused_outputs(last.state.parameters),
        deskew=recipe.deskew,
        features=recipe.features,
        name="detector",
        recipe=stored_recipe(recipe),
        least_scale=recipe.least_scale,
    )
    made.parameters.biases[-1][0] += rejection_offset(
        made.probabilities(digits.validation_images), REJECTED_SHARE
    )
    return made


def add_negatives(digits: Split, synthetic: int, negatives: int, seed: int) -> Split:
    """Label the digits 0, add `synthetic` ones and bars, and `negatives` with the labels 1 to 5.

    The validation images get a twentieth as many negatives.
    """
    rng = np.random.default_rng([seed, 0, 3])
    bars = draw_bars(int(synthetic * BARS), rng)
    more, _ = draw_digits(synthetic - len(bars), rng)
    drawn, kinds = draw_negatives(negatives, digits.train_images, rng)
    others, other_kinds = draw_negatives(negatives // 20, digits.validation_images, rng)
    train_images = np.concatenate([digits.train_images, bars, more, drawn])
    validation_images = np.concatenate([digits.validation_images, others])
    return Split(
        train_images,
        _labels(len(train_images), kinds),
        validation_images,
        _labels(len(validation_images), other_kinds),
    )


def _labels(count: int, kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Labels of `count` images: 0, except for the last ones, which are negatives of these kinds."""
    return np.concatenate([np.zeros(count - len(kinds), np.uint8), kinds + np.uint8(1)])


def _drop_unused_outputs(parameters: Parameters) -> Parameters:
    """The same network without the outputs that have no label (training makes ten)."""
    arrays = parameters.arrays()
    last = f"{len(arrays) // 2}"
    arrays |= {
        f"W{last}": arrays[f"W{last}"][:, :CLASSES],
        f"b{last}": arrays[f"b{last}"][:CLASSES],
    }
    return Parameters.from_arrays(arrays, parameters.activation)


def rejection_offset(K: Array, share: float) -> float:
    """The offset c on the logit of class 0 at which a `share` of digits is rejected, K_0 < 1/2.

    K (n, 6) are the detector's probabilities of digits. With s = log K_0/(1 − K_0), the offset
    turns K_0 into σ(s + c), so −c is a quantile of s.
    """
    k = np.clip(K[:, 0].astype(np.float64), 1e-12, 1 - 1e-12)
    return -float(np.quantile(np.log(k / (1 - k)), share))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(dump_model(train_detector()))
