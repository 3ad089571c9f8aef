import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from model.data.idx import load_mnist_part
from model.preprocessing import normalize
from model.serialization.checkpoint import pretrained

Drawing = np.ndarray  # white ink on black


@pytest.fixture(scope="session")
def drawings() -> list[Drawing]:
    """Thirty of MNIST's test digits, drawn 280 pixels wide with a sharp pen: one component each."""
    digits = load_mnist_part("test")[0].reshape(-1, 28, 28)
    found: list[Drawing] = []
    for digit in digits:
        large = Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC)
        ink = np.clip((np.asarray(large, float) - 127.5) / 36 + 0.5, 0, 1) * 255
        if (ink > 0).sum() > 3000:
            found.append(ink.astype(np.uint8))
        if len(found) == 30:
            break
    return found


@pytest.fixture(scope="session")
def close() -> Callable[[np.ndarray, Drawing], bool]:
    """Whether found ink is read as the digit that was drawn."""
    network = pretrained()

    def is_close(found: np.ndarray, drawing: Drawing) -> bool:
        if not found.any():
            return False
        pixels = np.stack([normalize.to_mnist(each).ravel() for each in (found, drawing)])
        one, other = network.probabilities(pixels).argmax(axis=1)
        return bool(one == other)

    return is_close


def encode(picture: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


def crop(drawing: Drawing, margin: int = 0) -> Drawing:
    top, bottom, left, right = normalize.bounding_box(drawing)
    return np.pad(drawing[top:bottom, left:right], margin)
