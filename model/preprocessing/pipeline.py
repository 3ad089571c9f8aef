"""What a network sees of its images: set upright or not, as pixels or as edges."""

from typing import Any

from numpy.typing import NDArray

from model.preprocessing.deskew import deskew as deskew_images
from model.preprocessing.gradient_features import edge_features

__all__ = ["FEATURES", "preprocess", "upright"]

FEATURES = ("pixels", "edges")

Images = NDArray[Any]  # (n, 784), 0..255


def upright(images: Images, deskew: bool) -> Images:
    """The images (n, 784) upright and of one size where `deskew` is set."""
    return deskew_images(images) if deskew else images


def preprocess(images: Images, deskew: bool, features: str) -> Images:
    """The images (n, 784) that the first layer is shown of `images`, both 0..255.

    They are set upright, then either left as `pixels` or turned into the `edges` of their strokes
    (`model.preprocessing.gradient_features`).
    """
    digits = upright(images, deskew)
    return edge_features(digits) if features == "edges" else digits
