"""The preprocessing of a network's inputs: deskewing, then pixels or gradient features."""

from typing import Any

from numpy.typing import NDArray

from model.preprocessing.deskew import deskew as deskew_images
from model.preprocessing.gradient_features import edge_features

__all__ = ["FEATURES", "preprocess", "upright"]

FEATURES = ("pixels", "edges")

Images = NDArray[Any]  # (n, 784), 0..255


def upright(images: Images, deskew: bool) -> Images:
    """The images (n, 784), deskewed if `deskew` is set."""
    return deskew_images(images) if deskew else images


def preprocess(images: Images, deskew: bool, features: str) -> Images:
    """Compute the inputs (n, 784), 0..255, of the first layer from images (n, 784), 0..255.

    The images are deskewed if `deskew` is set. `features` is "pixels" for these images themselves,
    or "edges" for their gradient-direction features (`model.preprocessing.gradient_features`).
    """
    digits = upright(images, deskew)
    return edge_features(digits) if features == "edges" else digits
