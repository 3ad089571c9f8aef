import inspect
import math
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.activations import ACTIVATIONS
from model.errors import RecipeError, ShapeError
from model.network import (
    INITIALIZATIONS,
    Array,
    Gradients,
    Parameters,
    Trace,
    backward,
    cross_entropy,
    forward,
    forward_to_logits,
    initialize,
    input_gradient,
    one_hot,
    softmax,
)

LN3, LN4, LN5 = math.log(3), math.log(4), math.log(5)


def test_forward_pass_is_the_one_worked_by_hand(
    small_network: tuple[Parameters, Array],
) -> None:
    parameters, x = small_network
    trace = forward(parameters, x)
    # Z1 = (1·ln 3 + 2·0.5 − 1,  1·0.5 + 2·(−0.5) + 0.5) = (ln 3, 0)
    np.testing.assert_allclose(trace.z[0], [[LN3, 0]], atol=1e-15)
    # H = (1/(1 + 1/3),  1/(1 + 1)) = (3/4, 1/2)
    np.testing.assert_allclose(trace.a[1], [[0.75, 0.5]], rtol=1e-15)
    # Z2 = (0.75·2 + 0.5·1 + ln 4 − 2,  0.75·(−2) + 0.5·3 + 0) = (ln 4, 0)
    np.testing.assert_allclose(trace.z[1], [[LN4, 0]], atol=1e-15)
    # P = (4, 1)/(4 + 1)
    np.testing.assert_allclose(trace.a[2], [[0.8, 0.2]], rtol=1e-15)
    # L = −ln P for the label: ln 5 for class 1, ln 5/4 for class 0
    assert cross_entropy(trace.z[1], one_hot(np.array([1]), 2)) == pytest.approx(LN5, rel=1e-15)
    assert cross_entropy(trace.z[1], one_hot(np.array([0]), 2)) == pytest.approx(math.log(1.25))


def test_backward_pass_is_the_one_worked_by_hand(
    small_network: tuple[Parameters, Array],
) -> None:
    parameters, x = small_network
    grads = backward(parameters, forward(parameters, x), np.array([[0.0, 1.0]]))
    # D2 = P − Y = (0.8, 0.2) − (0, 1)
    np.testing.assert_allclose(grads.deltas[1], [[0.8, -0.8]], rtol=1e-14)
    # dW2 = Hᵀ D2: rows 0.75·D2 and 0.5·D2
    np.testing.assert_allclose(grads.weights[1], [[0.6, -0.6], [0.4, -0.4]], rtol=1e-14)
    np.testing.assert_allclose(grads.biases[1], [0.8, -0.8], rtol=1e-14)
    # D2 W2ᵀ = (0.8·2 + 0.8·2,  0.8·1 − 0.8·3) = (3.2, −1.6)
    # D1 = (3.2·(0.75·0.25),  −1.6·(0.5·0.5)) = (0.6, −0.4)
    np.testing.assert_allclose(grads.deltas[0], [[0.6, -0.4]], rtol=1e-14)
    # dW1 = xᵀ D1: rows 1·D1 and 2·D1
    np.testing.assert_allclose(grads.weights[0], [[0.6, -0.4], [1.2, -0.8]], rtol=1e-14)
    np.testing.assert_allclose(grads.biases[0], [0.6, -0.4], rtol=1e-14)
    # dX = D1 W1ᵀ = (0.6·ln 3 − 0.4·0.5,  0.6·0.5 + 0.4·0.5)
    dX = input_gradient(parameters, grads)
    np.testing.assert_allclose(dX, [[0.6 * LN3 - 0.2, 0.5]], rtol=1e-14)


def test_a_batch_of_two_gives_the_mean_worked_by_hand(
    small_network: tuple[Parameters, Array],
) -> None:
    parameters, x = small_network
    x = np.vstack([x, x])
    grads = backward(parameters, forward(parameters, x), np.array([[0.0, 1.0], [1.0, 0.0]]))
    # D2 = ½·(0.8, −0.8) and ½·(−0.2, 0.2); db2 is their sum
    np.testing.assert_allclose(grads.deltas[1], [[0.4, -0.4], [-0.1, 0.1]], rtol=1e-14)
    np.testing.assert_allclose(grads.biases[1], [0.3, -0.3], rtol=1e-14)
    np.testing.assert_allclose(grads.weights[1], [[0.225, -0.225], [0.15, -0.15]], rtol=1e-14)


def random_case(
    activation: str, hidden: tuple[int, ...], seed: int = 0
) -> tuple[Parameters, Array, Array]:
    """A float64 network 6-…-4 with nonzero biases, 5 examples, and their one-hot labels."""
    rng = np.random.default_rng(seed)
    parameters = initialize((6, *hidden, 4), activation, rng).astype(np.float64)
    parameters.vector += rng.normal(0, 0.3, parameters.count)
    return parameters, rng.normal(0, 1, (5, 6)), one_hot(rng.integers(0, 4, 5), 4, np.float64)


def central_differences(parameters: Parameters, values: Array, x: Array, y: Array) -> Array:
    """dL/d(values), each entry moved to both sides by h in turn; nothing is derived."""
    h = 1e-5
    numeric = np.empty_like(values)
    for index in np.ndindex(values.shape):
        original = values[index]
        values[index] = original + h
        above = cross_entropy(forward(parameters, x).z[-1], y)
        values[index] = original - h
        below = cross_entropy(forward(parameters, x).z[-1], y)
        values[index] = original
        numeric[index] = (above - below) / (2 * h)
    return numeric


@pytest.mark.parametrize("hidden", [(7,), (7, 5), (7, 5, 6)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_gradient_agrees_with_central_differences(
    activation: str, hidden: tuple[int, ...]
) -> None:
    parameters, x, y = random_case(activation, hidden)
    grads = backward(parameters, forward(parameters, x), y)
    found = grads.arrays() | {"X": input_gradient(parameters, grads)}
    for name, values in (parameters.arrays() | {"X": x}).items():
        numeric = central_differences(parameters, values, x, y)
        assert np.abs(numeric).max() > 1e-4, f"{name} has no gradient worth checking"
        error = np.abs(found[name] - numeric).max() / np.abs(numeric).max()
        assert error <= 1e-7, f"d{name}: {error:.1e}"


def test_gradients_agree_with_central_differences_for_soft_labels() -> None:
    parameters, x, _ = random_case("sigmoid", (7,))
    y = softmax(np.random.default_rng(1).normal(0, 1, (5, 4)))
    grads = backward(parameters, forward(parameters, x), y)
    numeric = central_differences(parameters, parameters.vector, x, y)
    assert np.abs(grads.vector - numeric).max() <= 1e-7 * np.abs(numeric).max()


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_work_arrays_give_the_same_bits_whatever_they_held(activation: str) -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((784, 128, 10), activation, rng)
    trace, grads = Trace.empty(parameters, 64), Gradients(parameters, 64)
    for _ in range(3):
        x = rng.random((64, 784), np.float32)
        y = one_hot(rng.integers(0, 10, 64))
        fresh = forward(parameters, x)
        plain = backward(parameters, fresh, y)
        assert forward(parameters, x, out=trace) is trace
        assert backward(parameters, trace, y, out=grads) is grads
        for one, other in zip(fresh.z + fresh.a, trace.z + trace.a, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(plain.vector, grads.vector)
        for one, other in zip(plain.deltas, grads.deltas, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_work_arrays_have_the_precision_of_the_parameters(dtype: type) -> None:
    parameters = Parameters((6, 7, 4), dtype=dtype)
    trace, grads = Trace.empty(parameters, 5), Gradients(parameters, 5)
    arrays = [*trace.z, *trace.a, *grads.deltas, grads.ones, grads.vector]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@pytest.mark.parametrize("hidden", [(), (7,), (7, 5)])
def test_a_pass_to_the_logits_leaves_the_probabilities_alone(hidden: tuple[int, ...]) -> None:
    parameters, x, _ = random_case("tanh", hidden)
    trace = Trace.empty(parameters, len(x))
    trace.a[-1][:] = 7
    logits = forward_to_logits(parameters, x, out=trace).z[-1]
    np.testing.assert_array_equal(logits, forward(parameters, x).z[-1])
    assert (trace.a[-1] == 7).all()


def test_gradients_are_views_of_the_memory_that_was_given_for_them() -> None:
    parameters = random_case("tanh", (7,))[0]
    vector = np.zeros_like(parameters.vector)
    assert Gradients(parameters, 5, vector).vector is vector


def test_forward_and_backward_change_neither_parameters_nor_batch() -> None:
    parameters, x, y = random_case("tanh", (7, 5))
    before = parameters.vector.copy(), x.copy(), y.copy()
    backward(parameters, forward(parameters, x), y)
    for one, other in zip(before, (parameters.vector, x, y), strict=True):
        np.testing.assert_array_equal(one, other)


def test_threads_may_share_parameters() -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((784, 128, 10), "sigmoid", rng)
    batches = [rng.random((8, 784), np.float32) for _ in range(50)]
    alone = [forward(parameters, x).a[-1] for x in batches]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: forward(parameters, x).a[-1], batches))
    np.testing.assert_array_equal(alone, together)


LOGITS = st.lists(st.floats(-1e4, 1e4, width=32), min_size=4, max_size=4)


@given(rows=st.lists(LOGITS, min_size=1, max_size=5))
def test_probabilities_are_finite_and_sum_to_1(rows: list[list[float]]) -> None:
    for dtype in (np.float32, np.float64):
        P = softmax(np.array(rows, dtype))
        assert ((P >= 0) & (P <= 1)).all()
        np.testing.assert_allclose(P.sum(axis=1), 1, rtol=4 * np.finfo(dtype).eps)


@given(rows=st.lists(LOGITS, min_size=1, max_size=5), label=st.integers(0, 3))
def test_loss_is_finite_and_not_negative(rows: list[list[float]], label: int) -> None:
    for dtype in (np.float32, np.float64):
        logits = np.array(rows, dtype)
        loss = cross_entropy(logits, one_hot(np.full(len(rows), label), 4, dtype))
        assert 0 <= loss <= 2e4 + math.log(4)


def test_loss_of_a_hopeless_answer_is_the_logit_it_is_short_of() -> None:
    logits = np.array([[1e4, -1e4]], np.float32)  # P is (1, 0): log P would be −inf
    assert cross_entropy(logits, one_hot(np.array([1]), 2)) == 2e4
    assert cross_entropy(logits, one_hot(np.array([0]), 2)) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_stays_finite_for_the_largest_finite_logits(dtype: type) -> None:
    huge = np.finfo(dtype).max
    np.testing.assert_array_equal(softmax(np.array([[huge, huge / 2, 0]], dtype)), [[1, 0, 0]])


def test_softmax_is_the_one_worked_by_hand() -> None:
    # e^z = (2, 3, 5): P = (2, 3, 5)/10, however far all three are shifted
    z = np.log(np.array([[2.0, 3.0, 5.0]]))
    np.testing.assert_allclose(softmax(z), [[0.2, 0.3, 0.5]], rtol=1e-14)
    np.testing.assert_allclose(softmax(z + 1000), [[0.2, 0.3, 0.5]], rtol=1e-12)


def test_loss_of_soft_labels_is_the_one_worked_by_hand() -> None:
    z = np.log(np.array([[2.0, 3.0, 5.0]]))
    # L = −(½ ln 0.2 + ½ ln 0.5) = ½ ln 10
    y = np.array([[0.5, 0.0, 0.5]])
    assert cross_entropy(z, y) == pytest.approx(0.5 * math.log(10), rel=1e-14)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    hidden=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    examples=st.integers(1, 6),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
)
def test_output_delta_rows_sum_to_zero(
    seed: int, hidden: list[int], examples: int, activation: str
) -> None:
    # Both P and Y have rows that sum to 1, so raising all logits alike never changes the loss.
    rng = np.random.default_rng(seed)
    parameters = initialize((3, *hidden, 4), activation, rng).astype(np.float64)
    y = one_hot(rng.integers(0, 4, examples), 4, np.float64)
    grads = backward(parameters, forward(parameters, rng.normal(0, 3, (examples, 3))), y)
    np.testing.assert_allclose(grads.deltas[-1].sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(grads.biases[-1].sum(), 0, atol=1e-15)
    assert np.isfinite(grads.vector).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), activation=st.sampled_from(sorted(ACTIVATIONS)))
def test_order_of_examples_changes_no_gradient(seed: int, activation: str) -> None:
    parameters, x, y = random_case(activation, (7, 5), seed)
    order = np.random.default_rng(seed).permutation(len(x))
    first = forward(parameters, x)
    second = forward(parameters, x[order])
    np.testing.assert_allclose(first.a[-1][order], second.a[-1], rtol=1e-12)
    np.testing.assert_allclose(
        backward(parameters, first, y).vector,
        backward(parameters, second, y[order]).vector,
        rtol=1e-9,
        atol=1e-14,
    )


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), activation=st.sampled_from(sorted(ACTIVATIONS)))
def test_order_of_hidden_units_changes_no_answer(seed: int, activation: str) -> None:
    parameters, x, y = random_case(activation, (7, 5), seed)
    order = np.random.default_rng(seed).permutation(7)
    named = parameters.arrays()
    shuffled = Parameters.from_arrays(
        named | {"W1": named["W1"][:, order], "b1": named["b1"][order], "W2": named["W2"][order]},
        activation,
    )
    first, second = forward(parameters, x), forward(shuffled, x)
    np.testing.assert_allclose(first.a[-1], second.a[-1], rtol=1e-12)
    dW1 = backward(parameters, first, y).weights[0]
    np.testing.assert_allclose(
        dW1[:, order], backward(shuffled, second, y).weights[0], rtol=1e-9, atol=1e-14
    )


def test_a_small_step_against_the_gradient_lowers_the_loss() -> None:
    parameters, x, y = random_case("sigmoid", (7,))
    trace = forward(parameters, x)
    grads = backward(parameters, trace, y)
    rate = 1e-4
    parameters.vector -= rate * grads.vector
    fall = cross_entropy(trace.z[-1], y) - cross_entropy(forward(parameters, x).z[-1], y)
    # To first order the loss falls by α‖dL/dθ‖².
    assert fall == pytest.approx(rate * float(grads.vector @ grads.vector), rel=1e-3)


def test_parameters_are_views_of_one_vector_in_the_order_of_their_names() -> None:
    parameters = Parameters((2, 3, 2), dtype=np.float64)
    parameters.vector[:] = np.arange(parameters.count)
    assert parameters.count == 2 * 3 + 3 + 3 * 2 + 2 == 17
    np.testing.assert_array_equal(parameters.weights[0], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(parameters.biases[0], [6, 7, 8])
    np.testing.assert_array_equal(parameters.weights[1], [[9, 10], [11, 12], [13, 14]])
    parameters.biases[1][1] = -1
    assert parameters.vector[-1] == -1
    assert list(parameters.arrays()) == ["W1", "b1", "W2", "b2"]


def test_the_network_of_the_text_has_101770_parameters() -> None:
    assert Parameters((784, 128, 10)).count == 784 * 128 + 128 + 128 * 10 + 10 == 101_770
    assert Parameters((784, 10)).count == 7850  # without a hidden layer


def test_copies_share_no_memory() -> None:
    parameters = Parameters((2, 3, 2))
    for other in (parameters.copy(), parameters.astype(np.float32), parameters.astype(np.float64)):
        other.vector += 1
        assert other.layers == parameters.layers
    assert not parameters.vector.any()
    assert parameters.astype(np.float64).dtype == np.float64


def test_copies_have_the_same_numbers_in_the_precision_that_was_asked_for() -> None:
    parameters = random_case("relu", (7,))[0]
    np.testing.assert_array_equal(parameters.copy().vector, parameters.vector)
    rounded = parameters.astype(np.float32)
    assert rounded.dtype == np.float32
    np.testing.assert_array_equal(rounded.vector, parameters.vector.astype(np.float32))


def test_arrays_put_together_again_give_the_same_parameters() -> None:
    parameters, _, _ = random_case("relu", (7, 5))
    again = Parameters.from_arrays(parameters.arrays(), "relu")
    assert (again.layers, again.activation) == ((6, 7, 5, 4), "relu")
    np.testing.assert_array_equal(again.vector, parameters.vector)
    assert again.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_without_a_hidden_layer_keeps_the_precision_of_its_arrays(dtype: type) -> None:
    arrays = {"W1": np.ones((6, 4), dtype), "b1": np.zeros(4, dtype)}
    again = Parameters.from_arrays(arrays)
    assert (again.layers, again.dtype) == ((6, 4), dtype)


def test_arrays_whose_shapes_do_not_chain_are_refused_by_name() -> None:
    arrays = Parameters((6, 7, 4)).arrays()
    with pytest.raises(ShapeError, match=r"b1: expected \(7,\), found \(6,\)"):
        Parameters.from_arrays(arrays | {"b1": np.zeros(6, np.float32)})


@pytest.mark.parametrize("layers", [[784], [784, 0, 10], [784, -1, 10]])
def test_impossible_layers_are_refused(layers: list[int]) -> None:
    found = re.escape(f"two or more positive sizes, not {layers}")
    with pytest.raises(ShapeError, match=found):
        Parameters(layers)


def test_a_vector_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2, 3, 2\) have 17 parameters, found \(16,\)"):
        Parameters((2, 3, 2), vector=np.zeros(16))


def test_who_asks_for_no_precision_gets_that_of_training() -> None:
    assert Parameters((2, 3, 2)).dtype == one_hot(np.array([1])).dtype == np.float32


def test_an_unknown_activation_is_refused_with_those_there_are() -> None:
    all_of_them = "^activation: 'swish' is none of sigmoid, tanh, relu, leaky_relu"
    with pytest.raises(RecipeError, match=all_of_them):
        Parameters((2, 3, 2), "swish")


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_blog_initialisation_is_that_of_the_text_for_any_activation(activation: str) -> None:
    parameters = initialize((784, 128, 10), activation, np.random.default_rng(0), "blog")
    W1, b1, W2, b2 = parameters.arrays().values()
    assert W1.std() == pytest.approx(784**-0.5, rel=0.02)  # N(0, 1/n_in)
    assert W2.std() == pytest.approx(128**-0.5, rel=0.05)
    assert W1.mean() == pytest.approx(0, abs=5e-4)
    assert b1.min() >= 0  # U(0, 1)
    assert b1.max() < 1
    assert b1.mean() == pytest.approx(0.5, abs=0.08)
    assert (b2 > 0).all()
    assert b1.std() == pytest.approx(12**-0.5, rel=0.15)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_scaled_initialisation_follows_the_gain_and_starts_biases_at_0(activation: str) -> None:
    parameters = initialize((784, 256, 256, 10), activation, np.random.default_rng(0))
    gain = ACTIVATIONS[activation].gain
    for W, expected in zip(parameters.weights, (gain, gain, 1), strict=True):
        assert W.std() * W.shape[0] ** 0.5 == pytest.approx(expected, rel=0.03)
    assert not any(b.any() for b in parameters.biases)


def test_initialisation_is_by_a_scheme_that_there_is_unless_one_is_named() -> None:
    assert inspect.signature(initialize).parameters["scheme"].default == INITIALIZATIONS[0]


def test_initialisation_is_seeded() -> None:
    first, second, other = (
        initialize((784, 128, 10), "sigmoid", np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.vector, second.vector)
    assert (first.weights[0] != other.weights[0]).any()


def test_one_hot_marks_each_label() -> None:
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])


def test_small_losses_are_exact_in_float32_too() -> None:
    z = np.array([[0.0, -9.0, -10.0]], np.float32)
    expected = math.log1p(math.exp(-9) + math.exp(-10))
    assert cross_entropy(z, one_hot(np.array([0]), 3)) == pytest.approx(expected, rel=1e-6)


def test_a_standard_normal_start_has_deviation_1_in_every_layer_whatever_its_size() -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((784, 128, 10), "sigmoid", rng, "standard_normal")
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        assert W.std() == pytest.approx(1, abs=0.05)
        assert not b.any()
