"""static/derivation.html follows the text in its order, and names every slip that it mends."""

import gzip
import re

import pytest

from tests.model.derivation_page import PAGE, ROOT, Reader, read

SECTIONS = [
    "mnist",
    "network",
    "softmax",
    "loss",
    "forward",
    "backward",
    "first-term",
    "second-term",
    "third-term",
    "together",
    "biases",
    "hidden",
    "any-weight",
    "depth",
    "batch",
    "update",
    "code",
    "accuracy",
    "training",
    "debugging",
    "appendix",
    "example",
    "notation",
    "errata",
]

#: The rows of the errata, in the text's order, and words of the line that each mends.
SLIPS = {
    "slip-loading": "Loading the Dataset",
    "slip-real-valued": "real-valued label",
    "slip-two-ys": "one-hot vector",
    "slip-from-one": "classes 0 to 9",
    "slip-pictures": "sample images",
    "slip-batch-notation": "TODO: introduce batch/vector notation here",
    "slip-absorbed": "we can absorb",
    "slip-two-guesses": "predicted label",
    "slip-b1-size": "128 entries",
    "slip-denominator": "slipped out of the exponent",
    "slip-f-c": "softmax",
    "slip-drawing": "looks something like this... TODO",
    "slip-one-sample": "arg",
    "slip-distance": "measures the distance between",
    "slip-one-number": "four names",
    "slip-stochastic": "stochastic gradient descent",
    "slip-jacobian": "labelled “jacobian”",
    "slip-spelling": "backpropogation",
    "slip-input-index": "to index neurons in the input layer",
    "slip-which-layer": "only the last layer",
    "slip-not-always": "is not the case",
    "slip-k-for-j": "in all three places",
    "slip-which-u": "save for the case where",
    "slip-left-out": "leave out an in-depth derivation",
    "slip-whole-vector": "third term",
    "slip-sums-to-one": "under the brace",
    "slip-input-neuron": "value of the input neuron",
    "slip-biases": "Next: solve for biases.",
    "slip-recursion": "Next: solve for input layer - recursion.",
    "slip-overflow": "1 / (1 + np.exp(-x))",
    "slip-seed": "without a seed",
    "slip-transposed": "np.dot(X, self.w1)",
    "slip-f-c-matrix": "a vector of softmax distributions",
    "slip-four-values": "forward returns four values",
    "slip-one-over-m": "/ X.shape[0]",
    "slip-a1": "model.a1.T, model.z1",
    "slip-sigmoid-derivative": "sigmoid_derivative(model.z1)",
    "slip-reshape": "X.reshape",
    "slip-percentage": "percentage of correctly predicted",
    "slip-no-loss": "compute the loss",
    "slip-no-model": "no model is ever made",
    "slip-test-tuple": "test_predictions = model.forward(test_X)",
    "slip-test-pixels": "test_loader.dataset.data.view(-1, 28*28)",
    "slip-looking": "test accuracy after each epoch",
    "slip-inspect": "inspect gradients",
    "slip-either-case": "appendix",
}


@pytest.fixture(scope="module")
def page() -> Reader:
    return read()


def test_sections_are_in_the_order_of_the_text(page: Reader) -> None:
    assert page.sections == SECTIONS


def test_equations_are_numbered_in_order_and_each_has_a_place_for_its_numbers(
    page: Reader,
) -> None:
    assert page.equations == [f"eq-{n}" for n in range(1, 23)]
    assert page.live == [str(n) for n in range(1, 23)]
    for n in range(1, 23):
        start = PAGE.index(f'id="eq-{n}"')
        figure = PAGE[start : PAGE.index("</figure>", start)]
        assert figure.rstrip().endswith(f'<div class="live" data-equation="{n}"></div>')
        assert f'href="#eq-{n}">({n})</a>' in figure


def test_words_that_a_reader_looks_for_are_defined(page: Reader) -> None:
    assert re.findall(r"<dfn>([^<]+)</dfn>", PAGE) == ["one-hot", "Softmax", "argmax", "Jacobian"]
    second = PAGE[PAGE.index('id="second-term"') : PAGE.index('id="third-term"')]
    assert "<details" not in second
    for said in ("quotient rule", "Its rows sum to 0", "<strong>If "):
        assert said in second


def test_equations_in_the_program_have_the_numbers_of_the_page(page: Reader) -> None:
    source = (ROOT / "model" / "network.py").read_text(encoding="utf-8")
    numbers = set(re.findall(r" \((\d+)\)$", source, re.MULTILINE))
    assert numbers == {"3", "5", "6", "13", "17", "18"}
    for number, line in [
        ("1", "y[np.arange(len(labels)), labels] = 1"),
        ("3", "P /= _row_sums(P)"),
        ("6", "Z = np.matmul(trace.a[layer], W, out=trace.z[layer])"),
        ("13", "np.subtract(trace.a[-1], y, out=D)"),
        ("15", "scale_by_derivative(D, trace.a[layer + 1])"),
        ("17", "return grads.deltas[0] @ parameters.weights[0].T"),
        ("18", "np.dot(trace.a[layer].T, D, out=grads.weights[layer])"),
        ("19", "parameters.vector -= np.multiply(v, learning_rate, out=grads.vector)"),
        ("20", "return float((lse - (y.T * shifted).sum(axis=0)).mean())"),
        ("21", "return float((answers == labels).mean())"),
        ("22", "return _loss_difference(above.z[-1], below.z[-1], y) / (2 * epsilon)"),
    ]:
        start = PAGE.index(f'id="eq-{number}"')
        assert line in PAGE[start : PAGE.index("</figure>", start)], number


def test_the_stages_of_the_main_page_lead_to_equations_that_exist(page: Reader) -> None:
    stages = (ROOT / "static" / "js" / "backprop" / "stages.js").read_text(encoding="utf-8")
    words = (ROOT / "static" / "words" / "en.js").read_text(encoding="utf-8")
    numbers = [
        n for each in re.findall(r"derived: (.*),", stages) for n in re.findall(r"\d+", each)
    ]
    assert {"5", "13", "12", "15", "16", "17"} <= set(numbers)
    linked = re.findall(r"derivation#(eq-\d+)", words)
    assert linked
    assert {*linked, *(f"eq-{n}" for n in numbers)} <= set(page.equations)


def test_the_errata_name_each_slip_of_the_text(page: Reader) -> None:
    assert list(page.slips) == list(SLIPS)
    for slip, said in SLIPS.items():
        assert said in page.slips[slip], slip


def test_the_page_stands_alone_and_its_links_lead_somewhere(page: Reader) -> None:
    assert len(gzip.compress(PAGE.encode())) < 26_000  # as it is sent
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link
        elif link not in ("/", "docs", "exercises", "/#learn"):
            assert (ROOT / "static" / link).is_file(), link
    assert 'id="learn"' in (ROOT / "static" / "index.html").read_text(encoding="utf-8")


def test_no_letter_needs_a_font_of_mathematics() -> None:
    # Mathematical alphabets lie beyond U+FFFF; a bare Debian shows boxes for most of them.
    assert [letter for letter in PAGE if ord(letter) > 0xFFFF] == []
