import itertools

import numpy as np
import pytest

from model.data import idx
from model.preprocessing.gradient_features import CHUNK, DIRECTIONS, edge_features

STEPS = {"right": (0, 1), "down": (1, 0), "left": (0, -1), "up": (-1, 0)}  # rows, columns


def by_definition(image: np.ndarray) -> np.ndarray:
    """The eight panels (8, 14, 7) of one image, pixel by pixel, as the docstring has it."""
    x = image.reshape(28, 28).astype(np.float64)
    strength = np.zeros((8, 28, 28))
    for r, c in itertools.product(range(27), range(27)):
        u, w = x[r + 1, c + 1] - x[r, c], x[r, c + 1] - x[r + 1, c]
        m = min(abs(u), abs(w))
        along_u, along_w = (
            "down right" if u > 0 else "up left",
            "up right" if w > 0 else "down left",
        )
        between = (set(along_u.split()) & set(along_w.split())).pop()
        for direction, part in (
            (between, np.sqrt(2) * m),
            (along_u, abs(u) - m),
            (along_w, abs(w) - m),
        ):
            strength[DIRECTIONS.index(direction), r, c] += part
    means = np.zeros((8, 14, 7))
    for r, c, cell in itertools.product(range(27), range(27), range(7)):
        nearness = max(0, 1 - abs(c + 0.5 - (4 * cell + 1.5)) / 4)
        means[:, r // 2, cell] += nearness * strength[:, r, c] / 8
    return np.minimum(3 * np.sqrt(255 * means), 255)


def panels(seen: np.ndarray) -> np.ndarray:
    """The panels (n, 8, 14, 7) of 28x28 pictures (n, 784)."""
    return seen.reshape(-1, 2, 14, 4, 7).transpose(0, 1, 3, 2, 4).reshape(-1, 8, 14, 7)


def test_edges_are_what_their_definition_says() -> None:
    digits = idx.load_mnist_part("test")[0][:12]
    noise = np.random.default_rng(0).uniform(0, 255, (4, 784))
    for images in (digits, noise):
        expected = np.array([by_definition(image) for image in images])
        # A difference of equal sums leaves a trace of rounding, which the root makes larger.
        np.testing.assert_allclose(panels(edge_features(images)), expected, atol=0.15)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_slope_is_seen_in_its_own_direction_alone(direction: str) -> None:
    rows, columns = np.mgrid[:28, :28] - 13.5
    dr, dc = np.sum([STEPS[word] for word in direction.split()], axis=0)
    slope = 127 + 4.0 * (dr * rows + dc * columns) / np.hypot(dr, dc)
    seen = panels(edge_features(slope.reshape(1, 784)))[0]
    strengths = seen[:, 1:-1, 1:-1].mean(axis=(1, 2))
    assert DIRECTIONS[int(strengths.argmax())] == direction
    assert np.sort(strengths)[-2] < 0.05 * strengths.max()


def test_an_image_is_seen_alike_whatever_is_beside_it() -> None:
    images = np.random.default_rng(1).integers(0, 256, (2 * CHUNK + 3, 784), np.uint8)
    together = edge_features(images)
    for i in (0, CHUNK - 1, CHUNK, 2 * CHUNK + 2):
        np.testing.assert_array_equal(edge_features(images[i : i + 1])[0], together[i])


def test_blank_and_full_images_have_no_edges() -> None:
    assert not edge_features(np.zeros((2, 784))).any()
    assert not edge_features(np.full((1, 784), 255, np.uint8)).any()


def test_what_is_seen_stays_a_picture() -> None:
    """0..255 even of the sharpest edges there are; the input is left as it was."""
    checks = np.indices((28, 28)).sum(axis=0) // 2 % 2 * 255.0
    before = checks.copy()
    seen = edge_features(checks.reshape(1, 784))
    assert seen.shape == (1, 784)
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() == 255
    np.testing.assert_array_equal(checks, before)


def test_edges_of_no_images() -> None:
    assert edge_features(np.empty((0, 784))).shape == (0, 784)
