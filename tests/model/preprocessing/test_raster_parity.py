"""The page's raster (JavaScript) and `preprocessing.normalize` make the same 28x28, bit for bit."""

import json
from pathlib import Path

import numpy as np
import pytest

from model.data import idx
from model.preprocessing import normalize
from tests.node import node as run_node

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
SIDE = 280


def node(*arguments: object, stdin: bytes) -> np.ndarray:
    script = ROOT / "benchmarks" / "raster_batch.mjs"
    done = run_node(script, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return np.frombuffer(done.stdout, np.uint8)


def random_strokes(rng: np.random.Generator) -> list[list[dict[str, float]]]:
    """One to three smooth curves, somewhere on the canvas, as a hand might draw them."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        time = np.linspace(0, rng.uniform(1, 5), int(rng.integers(2, 40)))
        x = rng.uniform(60, 220) + rng.uniform(5, 60) * np.cos(time * rng.uniform(0.5, 2))
        y = rng.uniform(60, 220) + rng.uniform(5, 60) * np.sin(time + rng.uniform(0, 6))
        strokes.append([{"x": round(a, 2), "y": round(b, 2)} for a, b in zip(x, y, strict=True)])
    return strokes


def enlarged(image: np.ndarray, side: int) -> np.ndarray:
    """A 28x28 image drawn `side` pixels wide, linear between the pixels."""
    at = (np.arange(side) + 0.5) * 28 / side - 0.5
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(28)))  # (side, 28)
    return np.floor(weights @ image.reshape(28, 28) @ weights.T + 0.5).astype(np.uint8)


def assert_twins(bitmaps: np.ndarray, from_javascript: np.ndarray) -> None:
    from_python = np.stack([normalize.to_mnist(bitmap) for bitmap in bitmaps])
    assert np.array_equal(from_python, from_javascript.reshape(-1, 28, 28))


def test_two_hundred_drawn_digits_agree() -> None:
    rng = np.random.default_rng(3)
    for pen in (1, 8, 18, 28):
        digits = [random_strokes(rng) for _ in range(50)]
        stdin = json.dumps(digits).encode()
        bitmaps = node("draw", pen, stdin=stdin).reshape(-1, SIDE, SIDE)
        assert_twins(bitmaps, node("ink", pen, stdin=stdin))


def test_two_hundred_mnist_digits_of_any_size_and_place_agree() -> None:
    rng = np.random.default_rng(4)
    images = idx.load_mnist_part("test")[0][:200]
    frames = np.zeros((200, 200, 250), np.uint8)
    for frame, image in zip(frames, images, strict=True):
        side = int(rng.integers(29, 200))
        y, x = rng.integers(0, 200 - side + 1), rng.integers(0, 250 - side + 1)
        frame[y : y + side, x : x + side] = enlarged(image, side)
    assert_twins(frames, node("raster", 250, 200, stdin=frames.tobytes()))


def test_page_passes_mnist_images_unchanged() -> None:
    images = idx.load_mnist_part("test")[0]
    assert np.array_equal(node("raster", 28, 28, stdin=images.tobytes()), images.ravel())


def test_blank_and_broken_strokes_draw_nothing() -> None:
    digits = [[], [[]], [[{"x": None, "y": 3}]], [[{"x": 900, "y": 900}, {"x": 950, "y": 900}]]]
    assert not node("ink", 18, stdin=json.dumps(digits).encode()).any()


def test_stroke_has_its_width_and_round_ends() -> None:
    """Worked by hand: a pen of 20 from (100, 140) to (180, 140) covers 80 x 20 + pi 10²."""
    stroke = [[[{"x": 100, "y": 140}, {"x": 180, "y": 140}]], [[{"x": 50, "y": 50}]]]
    line, dot = node("draw", 20, stdin=json.dumps(stroke).encode()).reshape(-1, SIDE, SIDE) / 255
    assert line.sum() == pytest.approx(80 * 20 + np.pi * 100, rel=0.005)
    assert dot.sum() == pytest.approx(np.pi * 100, rel=0.01)
    assert line[130:150, 140].tolist() == [1.0] * 20
    assert not line[:129].any()
    assert not line[:, :89].any()
    assert line[139, 90] > 0.9
    assert line[131, 91] == 0  # outside the round end, inside its box


def test_python_keeps_the_golden_images() -> None:
    with np.load(GOLDEN / "raster.npz") as golden:
        for bitmap, expected in zip(golden["bitmaps"], golden["inputs"], strict=True):
            assert np.array_equal(normalize.to_mnist(bitmap), expected)


def test_javascript_keeps_the_golden_images() -> None:
    strokes = (GOLDEN / "strokes.json").read_bytes()
    with np.load(GOLDEN / "raster.npz") as golden:
        assert np.array_equal(node("draw", 18, stdin=strokes), golden["bitmaps"].ravel())
        assert np.array_equal(node("ink", 18, stdin=strokes), golden["inputs"].ravel())


def line(length: float) -> bytes:
    return json.dumps([[[{"x": 140, "y": 40}, {"x": 140, "y": 40 + length}]]]).encode()


@pytest.mark.parametrize(
    ("length", "pen", "read_with"),
    [
        (200, 18, 18),  # 1.65 of 20 pixels: as drawn
        (200, 4, 1.6 * 200 / 18.4),  # would come out broken
        (50, 28, 2 * 50 / 18),  # would come out a blot
        (10, 18, 18),  # a dot, or the beginning of a stroke
    ],
)
def test_page_reads_with_a_pen_that_suits_the_drawings_size(
    length: float, pen: float, read_with: float
) -> None:
    assert np.array_equal(
        node("read", pen, stdin=line(length)), node("ink", read_with, stdin=line(length))
    )
