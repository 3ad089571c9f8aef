from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.errors import Invalid
from app.serving.explain import Explanation
from app.serving.explain import explain as explain_trace
from model.classifier import Classifier
from model.network import initialize


def tiny() -> Classifier:
    return Classifier(initialize((784, 8, 10), "sigmoid", np.random.default_rng(0)))


def explain(
    classifier: Classifier, pixels: NDArray[Any], labels: NDArray[Any], **options: Any
) -> Explanation:
    return explain_trace(classifier.parameters, classifier.trace(pixels), labels, **options)


def test_explaining_changes_nothing() -> None:
    classifier = tiny()
    before = classifier.parameters.vector.copy()
    pixels = np.arange(784).reshape(1, 784) % 256
    explanation = explain(classifier, pixels, np.array([3]), check=True, learning_rates=[1.0])
    assert np.array_equal(classifier.parameters.vector, before)
    assert explanation.check is not None
    assert explanation.check.max_relative_error < 1e-7
    assert explanation.steps[0].loss < explanation.loss


def test_each_step_starts_where_the_one_before_ended() -> None:
    classifier = tiny()
    pixels, labels = np.arange(784).reshape(1, 784) % 256, np.array([3])
    first, second = explain(classifier, pixels, labels, learning_rates=[0.5, 0.2]).steps
    gradients = explain(classifier, pixels, labels).gradients
    classifier.parameters.vector[:] -= np.float32(0.5) * gradients.vector
    (alone,) = explain(classifier, pixels, labels, learning_rates=[0.2]).steps
    assert second.loss == alone.loss
    assert second.squared_norm == alone.squared_norm
    assert second.predicted_loss == pytest.approx(first.loss - 0.2 * second.squared_norm)
    assert second.update_ratios == alone.update_ratios
    np.testing.assert_array_equal(second.probabilities, alone.probabilities)


def test_update_ratios_are_the_share_that_each_layer_moves() -> None:
    classifier = tiny()
    pixels, labels = np.arange(784).reshape(1, 784) % 256, np.array([3])
    explanation = explain(classifier, pixels, labels, learning_rates=[0.5])
    pairs = zip(explanation.gradients.weights, classifier.parameters.weights, strict=True)
    expected = [0.5 * np.linalg.norm(dW) / np.linalg.norm(W) for dW, W in pairs]
    assert explanation.steps[0].update_ratios == pytest.approx(expected, rel=1e-4)


def test_leaps_out_of_all_bounds_are_shown_as_such() -> None:
    # Two labels for one image: each step overshoots the step before.
    pixels, labels = np.full((2, 784), 255), np.array([3, 4])
    network = initialize((784, 16, 16, 10), "leaky_relu", np.random.default_rng(1))
    steps = explain(Classifier(network), pixels, labels, learning_rates=[100.0] * 40).steps
    assert not np.isfinite(steps[-1].loss)


def test_the_loss_explained_is_at_temperature_one() -> None:
    cold = tiny()
    warm = Classifier(cold.parameters, temperature=5.0)
    pixels, labels = np.full((1, 784), 9), np.array([3])
    assert explain(warm, pixels, labels).loss == explain(cold, pixels, labels).loss


def test_a_label_the_network_does_not_know_is_refused() -> None:
    with pytest.raises(Invalid, match="0 to 9, found 10"):
        explain(tiny(), np.full((1, 784), 9), np.array([10]))
