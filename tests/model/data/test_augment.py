import numpy as np
import pytest

from model.data import augment as module
from model.data import idx
from model.data.augment import augment
from model.preprocessing.deskew import deskew


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = idx.load_mnist_part("test")
    return images[:1000].astype(np.float32) / 255, labels[:1000]


def test_none_returns_the_images_themselves(digits) -> None:
    images, _ = digits
    assert augment(images, "none", np.random.default_rng(0)) is images


@pytest.mark.parametrize("kind", ["affine", "full"])
def test_same_generator_gives_the_same_bits(digits, kind: str) -> None:
    images, _ = digits
    before = images.copy()
    one, two, other = (augment(images, kind, np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert np.array_equal(images, before)


@pytest.mark.parametrize("kind", ["affine", "full"])
@pytest.mark.parametrize("peak", [1.0, 255.0])
def test_values_keep_their_range_and_type(digits, kind: str, peak: float) -> None:
    images, _ = digits
    out = augment(images * np.float32(peak), kind, np.random.default_rng(0))
    assert out.dtype == np.float32
    assert out.shape == images.shape
    assert out.min() >= 0
    assert out.max() <= peak * 1.00001
    assert (out.max(axis=1) > 0.5 * peak).all()


@pytest.mark.parametrize("kind", ["affine", "full"])
def test_ink_stays_in_the_frame(digits, kind: str) -> None:
    images, _ = digits
    out = augment(images, kind, np.random.default_rng(0)).reshape(-1, 28, 28)
    border = out.sum(axis=(1, 2)) - out[:, 1:-1, 1:-1].sum(axis=(1, 2))
    assert (border / out.sum(axis=(1, 2)) > 0.02).mean() < 0.07


def test_a_distortion_of_nothing_changes_nothing(digits, monkeypatch) -> None:
    images, _ = digits
    for name in ("ROTATION", "SHEAR", "LOG_SCALE", "SHIFT"):
        monkeypatch.setattr(module, name, 0.0)
    out = augment(images, "affine", np.random.default_rng(0))
    assert np.allclose(out, images, atol=1e-5)


def test_a_whole_pixel_move_moves_by_a_whole_pixel(digits, monkeypatch) -> None:
    images, _ = digits
    for name in ("ROTATION", "SHEAR", "LOG_SCALE"):
        monkeypatch.setattr(module, name, 0.0)

    class OnePixel(np.random.Generator):
        def uniform(self, low=0.0, high=1.0, size=None):
            return np.full(size, high)

    monkeypatch.setattr(module, "SHIFT", 1.0)
    out = augment(images, "affine", OnePixel(np.random.PCG64(0)))
    assert np.allclose(
        out.reshape(-1, 28, 28)[:, :-1, :-1], images.reshape(-1, 28, 28)[:, 1:, 1:], atol=1e-5
    )


def test_digits_can_still_be_told_by_their_nearest_original(digits) -> None:
    """Label preserving: the nearest of the other originals mostly has the same label."""
    images, labels = digits
    train, train_labels = idx.load_mnist_part("train")
    reference = deskew(train[:5000].astype(np.float32) / 255)
    for kind, least in (("none", 0.9), ("affine", 0.85), ("full", 0.75)):
        out = augment(images, kind, np.random.default_rng(0))
        straight = deskew(out)
        distance = (reference**2).sum(axis=1) - 2 * straight @ reference.T
        assert (train_labels[distance.argmin(axis=1)] == labels).mean() > least


def test_full_draws_some_thinner_and_some_thicker(digits) -> None:
    images, _ = digits
    out = images.copy()
    module._change_stroke_width(out, np.random.default_rng(0))
    ratio = out.sum(axis=1) / images.sum(axis=1)
    assert 0.2 < (ratio < 0.95).mean() < 0.4
    assert 0.15 < (ratio > 1.05).mean() < 0.35
    assert np.allclose(out.max(axis=1), images.max(axis=1))


def test_unknown_kind_is_refused(digits) -> None:
    images, _ = digits
    with pytest.raises(ValueError, match=r"'elastic'; use 'none', 'affine' or 'full'"):
        augment(images, "elastic", np.random.default_rng(0))


def test_erosion_and_dilation_take_the_four_neighbours() -> None:
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 10:13, 10:13] = 1
    assert module._erode(image).sum() == 1
    assert module._dilate(image).sum() == 9 + 12
    assert module._dilate(image, 0.5).sum() == 9 + 6


@pytest.mark.parametrize("kind", ["affine", "full"])
def test_strength_scales_how_far_pixels_move(digits, kind: str, monkeypatch) -> None:
    monkeypatch.setattr(module, "THINNED", 0.0)
    monkeypatch.setattr(module, "THICKENED", 0.0)
    images = digits[0][:200]
    apart = [
        np.abs(augment(images, kind, np.random.default_rng(0), strength) - images).mean()
        for strength in (0, 0.4, 1)
    ]
    assert apart[0] < 1e-3
    assert apart[1] < 0.8 * apart[2]
