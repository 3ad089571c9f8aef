"""What a network sees of its images: set upright or not, as pixels or as edges."""

from typing import Any

from numpy.typing import NDArray

from model.edges import edges
from model.moments import deskew as set_upright

__all__ = ["FEATURES", "seen", "upright"]

FEATURES = ("pixels", "edges")

Images = NDArray[Any]  # (n, 784), 0..255


def upright(images: Images, deskew: bool) -> Images:
    """The images (n, 784) upright and of one size where `deskew` is set (`model.moments`)."""
    return set_upright(images) if deskew else images


def seen(images: Images, deskew: bool, features: str) -> Images:
    """The images (n, 784) that the first layer is shown of `images`, both 0..255.

    They are set upright, then either left as `pixels` or turned into the `edges` of their strokes
    (`model.edges`).
    """
    digits = upright(images, deskew)
    return edges(digits) if features == "edges" else digits
