from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.classifier import Classifier
from model.data.idx import Split
from model.errors import ShapeError
from model.network import Array, Parameters, forward, initialize, softmax
from model.preprocessing.deskew import deskew
from model.preprocessing.gradient_features import edge_features


def some_network(activation: str = "sigmoid") -> Parameters:
    return initialize((784, 16, 10), activation, np.random.default_rng(1))


def test_pixels_are_scaled_to_0_to_1_in_the_networks_precision() -> None:
    pixels = np.arange(784) % 256
    x = Classifier(some_network()).prepare(pixels)
    assert x.shape == (1, 784)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x[0], pixels / 255, rtol=1e-7)
    assert Classifier(some_network().astype(np.float64)).prepare(pixels).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_the_kind_of_number_does_not_matter(dtype: type, few: Split) -> None:
    model = Classifier(some_network(), deskew=True)
    expected = model.probabilities(few.train_images)
    found = model.probabilities(few.train_images.astype(dtype))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_one_image_and_many_give_the_same_answers(few: Split) -> None:
    model = Classifier(some_network(), deskew=True)
    together = model.probabilities(few.train_images)
    assert together.shape == (150, 10)
    assert together.dtype == np.float32
    alone = np.vstack([model.probabilities(image) for image in few.train_images])
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_probabilities_are_those_of_the_forward_pass(few: Split) -> None:
    parameters = some_network()
    x = few.train_images.astype(np.float32) / 255
    found = Classifier(parameters).probabilities(few.train_images)
    np.testing.assert_array_equal(found, forward(parameters, x).a[-1])


def test_deskewing_comes_before_the_first_layer(few: Split) -> None:
    trace = Classifier(some_network(), deskew=True).trace(few.train_images)
    straight = deskew(few.train_images)
    np.testing.assert_allclose(trace.a[0], straight / 255, rtol=1e-6)
    assert np.abs(trace.a[0] - few.train_images / 255).max() > 0.1


def test_a_network_may_see_edges(few: Split) -> None:
    trace = Classifier(some_network(), deskew=True, features="edges").trace(few.train_images)
    expected = edge_features(deskew(few.train_images))
    np.testing.assert_allclose(trace.a[0], expected / 255, rtol=1e-6)


def test_temperature_softens_without_changing_the_answer(few: Split) -> None:
    parameters = some_network()
    plain = Classifier(parameters).trace(few.train_images)
    warm = Classifier(parameters, temperature=2.0).trace(few.train_images)
    np.testing.assert_array_equal(plain.z[-1], warm.z[-1])
    np.testing.assert_allclose(warm.a[-1], softmax(plain.z[-1] / 2), rtol=1e-6)
    assert (warm.a[-1].argmax(axis=1) == plain.a[-1].argmax(axis=1)).all()
    assert (warm.a[-1].max(axis=1) < plain.a[-1].max(axis=1)).all()


@pytest.mark.parametrize("shape", [(783,), (785,), (2, 783), (28, 28), (1, 1, 784), ()])
def test_another_number_of_pixels_is_refused_with_what_was_found(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="an image has 784 pixels, found shape") as refusal:
        Classifier(some_network()).prepare(np.zeros(shape))
    assert str(shape) in str(refusal.value)


def test_digits_are_left_as_narrow_as_in_training(few: Split) -> None:
    model = Classifier(some_network(), deskew=True, features="edges", least_scale=1.0)
    straight = deskew(few.train_images, 1.0)
    np.testing.assert_array_equal(model.upright(few.train_images), straight)
    x = model.trace(few.train_images).a[0]
    np.testing.assert_allclose(x, edge_features(straight) / 255, atol=1e-6)


def test_what_is_shown_alike_is_told() -> None:
    """How narrow digits are left does not matter where they are not deskewed."""
    first, other = (Classifier(some_network(), least_scale=scale) for scale in (0.6, 1.0))
    assert first.preprocessing == other.preprocessing
    first, other = (replace(model, deskew=True) for model in (first, other))
    assert first.preprocessing != other.preprocessing


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu"])
@given(value=st.floats(0, 255), deskew=st.booleans())
def test_any_even_image_gives_probabilities(activation: str, value: float, deskew: bool) -> None:
    model = Classifier(some_network(activation), deskew=deskew)
    P: Array = model.probabilities(np.full(784, value))
    assert P.sum() == pytest.approx(1, rel=1e-6)
