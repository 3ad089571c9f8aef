"""A trained network with the preprocessing of its inputs: the unit that is saved and served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ShapeError
from model.network import Array, Parameters, Trace, forward_to_logits, softmax
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.preprocessing.pipeline import preprocess, upright

__all__ = ["Classifier"]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Classifies 28x28 images, 0..255, white digits on black.

    `deskew`, `features` and `least_scale` tell the preprocessing of the inputs
    (`model.preprocessing`): it must be the one that the parameters were trained with.
    `temperature` T scales the logits: probabilities are softmax(Z_L / T) (Guo et al. 2017), and 1
    changes nothing; `few_errors` says that too few of the images it was fitted to were read wrong
    to know it well. `recipe` holds the hyperparameters of its training, `test_accuracy` (0..1) the
    result on the test images. `dataset` names the data set it was trained on where that is not
    MNIST, and `classes` its classes, in the order of the outputs, where they are not digits.
    """

    parameters: Parameters
    deskew: bool = False
    features: str = "pixels"
    temperature: float = 1.0
    name: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    test_accuracy: float | None = None
    least_scale: float = FORMER_LEAST_SCALE
    dataset: str = ""
    classes: tuple[str, ...] = ()
    few_errors: bool = False

    @property
    def calibrated(self) -> bool:
        """Whether its probabilities tell how often such answers are right."""
        return self.temperature != 1 and not self.few_errors

    @property
    def preprocessing(self) -> tuple[bool, str, float]:
        """What tells whether two networks look at the same inputs."""
        return self.deskew, self.features, self.least_scale if self.deskew else 1.0

    def class_name(self, output: int) -> str | None:
        """The name of the class of an output; None where classes are digits, or there are fewer."""
        return self.classes[output] if output < len(self.classes) else None

    def upright(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The images (n, 784), 0..255, as it looks at them before it looks for edges."""
        return upright(pixels, self.deskew, self.least_scale)

    def prepare(self, pixels: NDArray[Any]) -> Array:
        """Preprocess `pixels` (n, n_0) or (n_0,), 0..255, to inputs X (n, n_0), 0..1.

        Raises ShapeError when the pixels do not fit the first layer.
        """
        images = np.atleast_2d(pixels)
        inputs = self.parameters.layers[0]
        if images.ndim != 2 or images.shape[1] != inputs:
            raise ShapeError("classifier.pixels", expected=inputs, found=str(pixels.shape))
        features = preprocess(images, self.deskew, self.features, self.least_scale)
        x: Array = np.divide(features, 255, dtype=self.parameters.dtype)
        return x

    def trace(self, pixels: NDArray[Any]) -> Trace:
        """Run the forward pass over `pixels`, with P = softmax(Z_L / T)."""
        trace = forward_to_logits(self.parameters, self.prepare(pixels))
        softmax(trace.z[-1] / np.float32(self.temperature), out=trace.a[-1])
        return trace

    def probabilities(self, pixels: NDArray[Any]) -> Array:
        """P (n, classes), the class probabilities of `pixels`; each row sums to 1."""
        return self.trace(pixels).a[-1]
