"""The second network: is it a digit at all? `python -m model.confidence.detector FILE` trains it.

It tells single digits (class 0) from what `model.synthesis.negatives` draws (its KINDS, classes 1
to 5). It is trained by the same code on the same images, and looks at the image, not at the model
in use: it serves every model of digits, whoever trained it.
"""

import sys
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.data.idx import Split, load_mnist, split
from model.network import Array, Parameters
from model.serialization.checkpoint import dump_model, load_model
from model.synthesis.negatives import KINDS, draw_negatives
from model.synthesis.strokes import draw_digits
from model.training.loop import train
from model.training.recipe import Recipe

__all__ = ["RECIPE", "add_negatives", "detector", "doubt", "make"]

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
DRAWN, SCRAWLED = 20_000, 60_000  # training images beside MNIST's
CLASSES = 1 + len(KINDS)
DOUBTED = 0.012  # share of the validation digits that are called no digit


@cache
def detector() -> Classifier:
    """The bundled detector: its probabilities are K (n, 6)."""
    with resources.as_file(resources.files("model") / "weights" / "detector.npz") as path:
        return load_model(path)


def make(recipe: Recipe = RECIPE, drawn: int = DRAWN, scrawled: int = SCRAWLED) -> Classifier:
    """Train the detector, and set how easily it doubts."""
    digits = split(load_mnist())
    *_, last = train(recipe, add_negatives(digits, drawn, scrawled, recipe.seed))
    assert last.state is not None
    made = Classifier(
        _without_unused(last.state.parameters),
        deskew=recipe.deskew,
        features=recipe.features,
        name="detector",
        recipe=asdict(recipe),
    )
    made.parameters.biases[-1][0] += doubt(made.probabilities(digits.validation_images), DOUBTED)
    return made


def add_negatives(digits: Split, drawn: int, scrawled: int, seed: int) -> Split:
    """Digits with the label 0, `drawn` more of them, and scrawls with the labels 1 to 5."""
    rng = np.random.default_rng([seed, 0, 3])
    more, _ = draw_digits(drawn, rng)
    scrawls, kinds = draw_negatives(scrawled, digits.train_images, rng)
    others, other_kinds = draw_negatives(scrawled // 20, digits.validation_images, rng)
    train_images = np.concatenate([digits.train_images, more, scrawls])
    validation_images = np.concatenate([digits.validation_images, others])
    return Split(
        train_images,
        _labels(len(train_images), kinds),
        validation_images,
        _labels(len(validation_images), other_kinds),
    )


def _labels(count: int, kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """0 for all of `count` but the last ones, which are scrawls of these kinds."""
    return np.concatenate([np.zeros(count - len(kinds), np.uint8), kinds + np.uint8(1)])


def _without_unused(parameters: Parameters) -> Parameters:
    """The same network without the outputs that no label stood for (training makes ten)."""
    arrays = parameters.arrays()
    last = f"{len(arrays) // 2}"
    arrays |= {
        f"W{last}": arrays[f"W{last}"][:, :CLASSES],
        f"b{last}": arrays[f"b{last}"][:CLASSES],
    }
    return Parameters.from_arrays(arrays, parameters.activation)


def doubt(K: Array, share: float) -> float:
    """c to add to the logit of class 0, so that this share of digits has K_0 < 1/2.

    With s = log K_0/(1 − K_0), K_0 becomes σ(s + c): −c is a quantile of s.
    """
    k = np.clip(K[:, 0].astype(np.float64), 1e-12, 1 - 1e-12)
    return -float(np.quantile(np.log(k / (1 - k)), share))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(dump_model(make()))
