import numpy as np
import pytest

from app.imaging import illumination
from app.imaging.foreground import extract_foreground as extract
from model.data.idx import load_mnist_part
from model.preprocessing import normalize


@pytest.fixture(scope="module")
def strokes() -> np.ndarray:
    """Four MNIST digits as sharp drawings of 280 pixels: (4, 280, 280), 0..1."""
    digits = load_mnist_part("test")[0][:4].reshape(-1, 28, 28)
    at = (np.arange(280) + 0.5) / 10 - 0.5
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(28)))
    return np.stack([np.clip((weights @ d @ weights.T - 100) / 50, 0, 1) for d in digits])


def photograph(
    stroke: np.ndarray, rng: np.random.Generator, grain: float = 6.0, ink_grey: float = 60.0
) -> np.ndarray:
    """A sheet of 400 x 400, lit from one side, with grain."""
    cover = np.zeros((400, 400))
    cover[50:330, 80:360] = stroke
    light = np.linspace(0.6, 1.0, 400)[:, None] * np.linspace(0.8, 1.0, 400)
    sheet = (230 + (ink_grey - 230) * cover) * light
    return np.clip(sheet + rng.normal(0, grain, sheet.shape), 0, 255).astype(np.uint8)


def extract_foreground(grey: np.ndarray, lossy: bool = False) -> np.ndarray:
    return extract(grey, lossy).ink


def difference(found: np.ndarray, stroke: np.ndarray) -> float:
    expected = normalize.to_mnist((stroke * 255).astype(np.uint8)).astype(float)
    return float(np.abs(normalize.to_mnist(found) - expected).mean())


def test_even_background_is_subtracted_exactly(strokes: np.ndarray) -> None:
    drawing = (strokes[0] * 200).astype(np.uint8)
    for picture in (drawing, 255 - drawing, 30 + drawing, 230 - drawing):
        top, bottom, left, right = normalize.bounding_box(drawing)
        assert np.array_equal(extract_foreground(picture), drawing[top:bottom, left:right])


def test_shading_and_grain_are_removed(strokes: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for stroke in strokes:
        assert difference(extract_foreground(photograph(stroke, rng)), stroke) < 8


def test_light_chalk_on_a_dark_board_is_found(strokes: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for stroke in strokes:
        board = 255 - photograph(stroke, rng)
        assert difference(extract_foreground(board), stroke) < 14


def test_pale_pencil_is_found(strokes: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    pale = photograph(strokes[0], rng, grain=3, ink_grey=170)
    assert difference(extract_foreground(pale), strokes[0]) < 12


def test_edge_of_the_desk_is_not_ink(strokes: np.ndarray) -> None:
    picture = photograph(strokes[0], np.random.default_rng(0))
    picture[:, :30] = picture[380:, :] = 50
    assert difference(extract_foreground(picture), strokes[0]) < 8


@pytest.mark.parametrize("every", [30, 60])
def test_ruled_lines_are_not_ink(strokes: np.ndarray, every: int) -> None:
    rng = np.random.default_rng(0)
    for stroke in strokes:
        picture = photograph(stroke, rng)
        picture[every // 2 :: every] = np.minimum(picture[every // 2 :: every], 105)
        assert difference(extract_foreground(picture), stroke) < 14


def test_sheet_with_grain_alone_is_blank() -> None:
    rng = np.random.default_rng(0)
    for grain in (2.0, 6.0, 12.0):
        assert not extract_foreground(photograph(np.zeros((280, 280)), rng, grain)).any()


def test_traces_of_compression_are_not_ink() -> None:
    """Ringing about a stroke, a few levels deep, where an even background would keep all of it."""
    picture = np.full((200, 200), 255, np.uint8)
    picture[60:140, 90:110] = 0
    picture[55:145, 84:88] = 249
    found = extract_foreground(picture, lossy=True)
    height, width = found.shape
    assert 80 <= height <= 82
    assert 20 <= width <= 22
    assert found[1:-1, 1:-1].min() == 255


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 3), (28, 28), (900, 40)])
def test_any_shape_is_survived(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert extract_foreground(grey).dtype == np.uint8


def test_closing_removes_what_is_narrower_than_its_window() -> None:
    picture = np.full((60, 60), 200, np.float32)
    picture[:, 30:35] = 20
    picture[:, :20] = 90
    closed = illumination._closing(picture, 11)
    assert (closed[:, 21:] == 200).all()
    assert (closed[:, :10] == 90).all()
