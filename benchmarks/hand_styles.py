"""Five styles of one's own hand that the bundled networks misread, drawn as pen strokes.

They are in the notation of `model.synthesis.digit_glyphs` and are drawn and varied as its digits
are: points jittered, strokes shifted and trimmed, bent, sheared, turned, and drawn with pens of any
width. They are there to measure fine-tuning with: nothing is trained on them but samples of them.
"""

import numpy as np

from model.data.samples import Samples
from model.synthesis.strokes import draw_skeleton

__all__ = ["STYLES", "draw_style"]

STYLES: dict[str, tuple[int, tuple[str, ...]]] = {
    # the tail curls back and up until it is an eight's lower ring, or a g
    "9 with a curled tail": (
        9,
        (
            "76 10 44 0 18 18 26 42 54 46 78 18 78 60 60 96 22 100 8 80 24 62 52 66 84 88",
            "78 12 48 0 22 18 26 40 54 44 76 20 80 56 74 88 44 102 18 90 20 66 46 58 66 70 92 66",
            "74 10 46 0 24 16 28 38 54 42 76 16 78 56 64 88 36 100 14 84 20 62 50 58 96 70",
        ),
    ),
    # with a foot, long or short, and one of four barred
    "7 like a Z": (
        7,
        (
            "6 8! 88 4! 14 94! 92 92",
            "8 6! 90 2! 20 96! 84 100",
            "6 8! 88 4! 14 94! 70 92",
            "6 14 30 4 56 10 86 2! 16 94! 50 88 90 98 / 26 52! 76 48",
        ),
    ),
    # a two's loop at the foot of a straight stem, with a flag or without
    "1 with a looped foot": (
        1,
        (
            "14 34! 56 0! 54 62 40 94 12 96 14 76 46 78 94 92",
            "10 40! 58 0! 58 66 44 94 16 98 16 74 48 78 98 92",
            "24 26! 56 0! 54 60 42 92 12 98 12 74 46 76 96 94",
            "50 0! 54 60 40 92 12 96 14 70 46 74 98 90",
        ),
    ),
    # the bar lies low and the second stroke is short: nearly a six
    "open 4": (
        4,
        (
            "46 0 22 40 12 84 30 96 84 80 / 60 56! 52 108",
            "34 0 18 50 16 84 36 94 80 78 / 70 56! 52 104",
            "40 0 24 50 22 86 44 92 76 72 / 80 60 60 80 50 106",
            "46 0 22 40 12 80 30 88 84 76 / 56 56! 50 104",
        ),
    ),
    # a hook below, hardly a stem, and the bar above it: nearly a three
    "5 with its bar apart": (
        5,
        (
            "26 50! 40 34 56 34 82 56 74 90 40 102 6 92 / 20 0! 90 -8",
            "30 40 50 30 80 52 70 90 34 100 6 90 / 20 8! 84 2",
            "30 40 54 30 80 50 76 84 40 100 8 90 / 30 0! 90 -4",
            "20 46 50 36 80 60 70 94 36 100 4 92 / 30 0! 84 -8",
        ),
    ),
}


def draw_style(style: str, count: int, rng: np.random.Generator) -> Samples:
    """Draw a style `count` times, each of its skeletons equally likely, in any order."""
    digit, skeletons = STYLES[style]
    shares = np.bincount(rng.integers(0, len(skeletons), count), minlength=len(skeletons))
    images = [
        draw_skeleton(skeleton, int(share), rng)
        for skeleton, share in zip(skeletons, shares, strict=True)
    ]
    return Samples(rng.permutation(np.concatenate(images)), np.full(count, digit, np.uint8))
