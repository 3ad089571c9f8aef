"""The preprocessing of a network's inputs: deskewing, then pixels or gradient features."""

from typing import Any

from numpy.typing import NDArray

from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.preprocessing.deskew import deskew as deskew_images
from model.preprocessing.gradient_features import edge_features

__all__ = ["FEATURES", "LEAST_SCALES", "preprocess", "upright"]

FEATURES = ("pixels", "edges")

#: How narrow a digit is left by the deskewing of networks that are trained now (`least_scale`).
LEAST_SCALES = {"pixels": 0.8, "edges": 1.0}

Images = NDArray[Any]  # (n, 784), 0..255


def upright(images: Images, deskew: bool, least_scale: float = FORMER_LEAST_SCALE) -> Images:
    """The images (n, 784), deskewed with this `least_scale` if `deskew` is set."""
    return deskew_images(images, least_scale) if deskew else images


def preprocess(
    images: Images, deskew: bool, features: str, least_scale: float = FORMER_LEAST_SCALE
) -> Images:
    """Compute the inputs (n, 784), 0..255, of the first layer from images (n, 784), 0..255.

    The images are deskewed with this `least_scale` if `deskew` is set. `features` is "pixels" for
    these images themselves, or "edges" for their gradient-direction features
    (`model.preprocessing.gradient_features`).
    """
    digits = upright(images, deskew, least_scale)
    return edge_features(digits) if features == "edges" else digits
