"""Learning from larger networks: what they make of an image says more than its label does.

How much a seven looks like a one tells more than that it is a seven (Hinton, Vinyals, Dean,
*Distilling the Knowledge in a Neural Network*, 2015). With Z_t the mean of the teachers' logits,
the targets and what the learner makes of them are softened by a temperature T:

    Y = softmax(Z_t / T)      P = softmax(Z / T)      L_T = −(T/m) Σ_i Σ_k Y_ik log P_ik

dL_T/dZ = (P − Y)/m, as equation (4) has it: T cancels against that of the quotient. (Hinton's T²
differs from it by a factor T of the learning rate.) The learner reads at temperature 1.
"""

from collections.abc import Sequence

import numpy as np

from model.classifier import Classifier
from model.errors import RecipeError
from model.network import Array, forward, softmax
from model.training.recipe import Recipe

__all__ = ["TEMPERATURE", "check_teachers", "soft_targets"]

TEMPERATURE = 2.0


def check_teachers(teachers: Sequence[Classifier], recipe: Recipe, inputs: int) -> None:
    """Whether they can teach on X (m, inputs) as `recipe` prepares it. Raises RecipeError."""
    for teacher in teachers:
        sizes = teacher.parameters.layers[0], teacher.parameters.layers[-1]
        if sizes != (inputs, 10):
            raise RecipeError(
                "teacher", f"has {sizes[0]} inputs and {sizes[1]} outputs, not {inputs} and 10."
            )
        if (teacher.deskew, teacher.features) != (recipe.deskew, recipe.features):
            raise RecipeError(
                "teacher", "must see images as the recipe does: `deskew` and `features` differ."
            )


def soft_targets(teachers: Sequence[Classifier], x: Array) -> Array:
    """Y (m, 10) = softmax(Z_t / T) for X (m, n_0), 0..1."""
    logits = np.stack([forward(teacher.parameters, x).z[-1] for teacher in teachers])
    return softmax(logits.mean(axis=0) / np.float32(TEMPERATURE))
