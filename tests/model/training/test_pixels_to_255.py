"""Training on pixels of 0 to 255: the same network as on 0 to 1, with other numbers inside."""

from dataclasses import replace

import numpy as np
import pytest

from model.data.idx import Split, load_mnist, split
from model.network import backward, forward, one_hot
from model.serialization.checkpoint import dump_model, load_model
from model.training.loop import classifier, start, train
from model.training.onlooker import Onlooker
from model.training.pipeline import for_rescaled_inputs, from_rescaled_inputs, prepare
from model.training.recipe import Recipe
from model.training.state import TrainingState

RAW = Recipe(epochs=1, train_examples=300, learning_rate=0.01, rescale=False)


@pytest.fixture(scope="module")
def digits() -> Split:
    return split(load_mnist(), train_examples=300)


def trained(used: Recipe, digits: Split) -> TrainingState:
    *_, end = train(used, digits)
    assert end.state is not None
    return end.state


def test_inputs_are_left_as_they_are(digits: Split) -> None:
    images = digits.train_images[:5]
    assert prepare(RAW, images).dtype == np.float32
    assert np.array_equal(prepare(RAW, images), images)
    assert np.allclose(prepare(replace(RAW, rescale=True), images) * 255, images)


@pytest.mark.parametrize("augment", ["none", "affine"])
def test_a_classifier_answers_as_the_network_that_was_trained(digits: Split, augment: str) -> None:
    used = replace(RAW, augment=augment)
    state = trained(used, digits)
    made = load_model(dump_model(classifier(used, state.parameters)))
    images = digits.validation_images[:200]
    inside = forward(state.parameters, images.astype(np.float32)).a[-1]
    assert np.allclose(made.trace(images).a[-1], inside, atol=1e-4)


def test_the_first_layers_gradient_is_255_times_that_of_the_same_network_on_rescaled_pixels(
    digits: Split,
) -> None:
    raw = start(RAW).parameters.astype(np.float64)
    raw.weights[0][...] /= 255  # so that no unit is saturated
    x, y = digits.validation_images[:50].astype(np.float64), one_hot(digits.validation_labels[:50])
    usual = for_rescaled_inputs(RAW, raw)
    of_raw = backward(raw, forward(raw, x), y).weights
    of_usual = backward(usual, forward(usual, x / 255), y).weights
    np.testing.assert_allclose(of_raw[0], 255 * of_usual[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(of_raw[1], of_usual[1], rtol=1e-9, atol=1e-12)


def test_it_goes_on_from_a_classifier_and_is_seen_by_the_onlooker(digits: Split) -> None:
    state = trained(RAW, digits)
    made = classifier(RAW, state.parameters)
    again = start(RAW, base=made.parameters)
    assert np.allclose(again.parameters.vector, state.parameters.vector, rtol=1e-5)
    assert from_rescaled_inputs(replace(RAW, rescale=True), made.parameters) is made.parameters
    assert for_rescaled_inputs(replace(RAW, rescale=True), made.parameters) is made.parameters
    looking = Onlooker(replace(RAW, test_each_epoch=True), load_mnist())
    data = load_mnist()
    right = (made.trace(data.test_images).a[-1].argmax(axis=1) == data.test_labels).mean()
    assert looking.test_accuracy(state) == pytest.approx(right, abs=0.002)
