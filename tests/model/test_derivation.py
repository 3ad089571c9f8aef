"""The numbers and the code on static/derivation.html are those of the program."""

import re

import numpy as np
import pytest

from model.gradcheck import check_gradients
from model.network import (
    Array,
    Gradients,
    Parameters,
    Trace,
    backward,
    cross_entropy,
    forward,
    initialize,
    input_gradient,
    one_hot,
)
from tests.model.derivation_page import PAGE, ROOT, SUPERSCRIPTS, Reader, read


@pytest.fixture(scope="module")
def page() -> Reader:
    return read()


def test_the_worked_example_has_the_numbers_of_the_program(
    page: Reader, small_network: tuple[Parameters, Array]
) -> None:
    parameters, x = small_network
    y = np.array([[0.0, 1.0]])
    trace = forward(parameters, x)
    grads = backward(parameters, trace, y)
    after = parameters.copy()
    after.vector -= 0.1 * grads.vector
    trace_after = forward(after, x)
    expected = {
        "X": x,
        "Y": y,
        **parameters.arrays(),
        "Z1": trace.z[0],
        "H": trace.a[1],
        "Z2": trace.z[1],
        "P": trace.a[2],
        "L": cross_entropy(trace.z[1], y),
        "D1": grads.deltas[0],
        "D2": grads.deltas[1],
        **{f"d{name}": array for name, array in grads.arrays().items()},
        "dX": input_gradient(parameters, grads),
        **{f"new {name}": array for name, array in after.arrays().items()},
        "new P": trace_after.a[2],
        "new L": cross_entropy(trace_after.z[1], y),
    }
    assert set(page.arrays) == set(expected)
    for name, array in expected.items():
        rows = np.array(page.arrays[name]).T  # an example is a column there, a row in the program
        assert rows.shape == np.atleast_2d(array).shape, name
        np.testing.assert_allclose(rows, np.atleast_2d(array), atol=5e-5, err_msg=name)


def test_the_lines_of_code_are_in_the_files_they_are_said_to_be_from(page: Reader) -> None:
    assert len(page.code) >= 30
    for file, line in page.code:
        source = (ROOT / file).read_text(encoding="utf-8").replace(": Array =", " =")
        lines = [re.sub(r"\s+#.*", "", real).strip() for real in source.splitlines()]
        assert line.strip() in lines, f"{file}: {line}"


def test_the_table_of_differences_is_what_the_program_measures(
    page: Reader, small_network: tuple[Parameters, Array]
) -> None:
    parameters, x = small_network
    y, entry = np.array([[0.0, 1.0]]), parameters.weights[0]
    original = entry[0, 0]
    rows = [row for row in page.differences if row]
    assert [row[0].translate(SUPERSCRIPTS) for row in rows] == [
        f"10-{exponent}" for exponent in (1, 2, 3, 4, 5, 6, 8, 10, 12)
    ]
    for power, printed, printed_error, *_ in rows:
        h = 10.0 ** int(power.translate(SUPERSCRIPTS).removeprefix("10"))
        entry[0, 0] = original + h
        above = cross_entropy(forward(parameters, x).z[-1], y)
        entry[0, 0] = original - h
        below = cross_entropy(forward(parameters, x).z[-1], y)
        entry[0, 0] = original
        found = (above - below) / (2 * h)
        # Rounding differs from machine to machine by some 1e-16/h; the rest must be as printed.
        assert found == pytest.approx(float(printed), abs=5e-13 + 5e-16 / h)
        mantissa, exponent = printed_error.translate(SUPERSCRIPTS).split("·10")
        error = abs(float(printed) - 0.6) / 0.6
        assert float(mantissa) * 10.0 ** int(exponent) == pytest.approx(error, rel=0.05, abs=1e-12)


def test_a_forgotten_factor_shows_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(theta: Parameters, trace: Trace, y: Array) -> Gradients:
        gradients = backward(theta, trace, y)
        D1 = gradients.deltas[1] @ theta.weights[1].T * trace.a[1]  # without 1 − H
        gradients.weights[0][:] = trace.a[0].T @ D1
        gradients.biases[0][:] = D1.sum(axis=0)
        return gradients

    monkeypatch.setattr("model.gradcheck.backward", forgetful)
    parameters = initialize((784, 128, 10), "sigmoid", np.random.default_rng(0))
    x = np.random.default_rng(1).random((1, 784))
    assert check_gradients(parameters, x, one_hot(np.array([3]))).max_relative_error > 0.1


def test_the_number_of_parameters_is_right() -> None:
    count = f"{Parameters((784, 128, 10)).count:,}"
    assert set(re.findall(r"\b10\d,\d{3}\b", PAGE)) == {count}
