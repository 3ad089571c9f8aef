"""The derivation with the reader's digit: every number shown is what independent NumPy computes."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, Request, Route, expect

from app.routes.template import read_words
from app.settings import STATIC
from model.classifier import Classifier
from model.data.idx import load_mnist_part
from model.network import initialize
from model.serialization.checkpoint import dump_model
from tests.browser.conftest import Watch
from tests.browser.pen import DIGITS, draw

Array = NDArray[np.float64]
COMPANIONS = (1530, 1790)  # MNIST's test digits in the batch
SAID = read_words(STATIC / "words" / "derivation" / "en.js")
SHOWN = """() => [...document.querySelectorAll('[data-symbol][data-value]')].map((node) => [
  node.dataset.symbol, Number(node.dataset.value),
  node.closest('figure[id]')?.id ?? node.closest('section')?.id])"""


class Reading:
    """What the page asked the service of its digit, last."""

    def __init__(self, page: Page) -> None:
        self.last: dict[str, Any] = {}
        page.on("response", lambda response: self._note(response.request))

    def _note(self, request: Request) -> None:
        if "/gradients" in request.url and "check" not in request.url:
            self.last = {"url": request.url, **request.post_data_json}


@pytest.fixture
def derivation(
    new_page: Callable[..., Page], live_server: str, watch: Watch
) -> Iterator[tuple[Page, Reading]]:
    """/derivation, open, with its sample; in the end nothing may have complained."""
    page = new_page()
    reading = Reading(page)
    page.goto(f"{live_server}/derivation")
    expect(page.locator("#eq-5 .live .value").first).to_be_visible()
    yield page, reading
    assert watch.complaints == []
    assert watch.outside == []


def settled(page: Page, digit: int) -> None:
    """Wait until the numbers are those of the last stroke."""
    expect(page.locator("#digit")).to_have_text(str(digit))
    expect(page.locator("body")).to_have_attribute("data-label", str(digit))
    page.wait_for_load_state("networkidle")


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.live details').forEach((one) => (one.open = true))")
    expect(page.locator("#eq-14 .bars li")).to_have_count(10)


class Derived(dict[str, Any]):
    """The derivation by NumPy, in float64: the names in which the page's symbols are written."""

    def __init__(self, weights: dict[str, Array], x: Array, label: int, alpha: float) -> None:
        super().__init__(weights)
        z1 = x @ weights["W1"] + weights["b1"]
        h = 1 / (1 + np.exp(-z1))
        z2 = h @ weights["W2"] + weights["b2"]
        yhat = np.exp(z2 - z2.max()) / np.exp(z2 - z2.max()).sum()
        y = np.eye(10)[label]
        delta2 = yhat - y
        delta1 = (weights["W2"] @ delta2) * h * (1 - h)
        self |= {"x": x, "z1": z1, "h": h, "z2": z2, "yhat": yhat, "y": y}
        self |= {"delta2": delta2, "delta1": delta1, "db2": delta2, "db1": delta1}
        self |= {"dW2": np.outer(h, delta2), "dW1": np.outer(x, delta1)}
        self |= {"J": np.diag(yhat) - np.outer(yhat, yhat), "dL_dyhat": -y / yhat}
        self |= {"L": -np.log(yhat[label]), "alpha": alpha, "eps": 1e-5}
        self |= {"exp": np.exp, "log": np.log, "sum": np.sum, "max": np.max}
        self |= {"argmax": np.argmax, "delete": np.delete, "float": float}
        self |= {"loss": self._loss, "difference": self._difference}
        self |= {"stepped_loss": self._stepped_loss}
        self._label = label

    def with_batch(self, others: list["Derived"]) -> "Derived":
        """With the arrays of a batch in which these digits follow the reader's."""
        rows = [self, *others]
        for name, row in (("H", "h"), ("P", "yhat"), ("Y", "y")):
            self[name] = np.array([each[row] for each in rows])
        self["D2"] = (self["P"] - self["Y"]) / len(rows)
        return self

    def _loss(self, array: Array, *rest: Any) -> float:
        """The loss with the entry of an array moved by the last of `rest`."""
        *index, shift = rest
        before = array[tuple(index)]
        array[tuple(index)] = before + shift
        h = 1 / (1 + np.exp(-(self["x"] @ self["W1"] + self["b1"])))
        z = h @ self["W2"] + self["b2"]
        array[tuple(index)] = before
        return float(np.log(np.exp(z).sum()) - z[self._label])

    def _difference(self, array: Array, *index: int) -> float:
        return (self._loss(array, *index, 1e-5) - self._loss(array, *index, -1e-5)) / 2e-5

    def _stepped_loss(self) -> float:
        names = ("W1", "b1", "W2", "b2")
        after = {name: self[name] - self["alpha"] * self[f"d{name}"] for name in names}
        return float(Derived(after, self["x"], self._label, 0.0)["L"])

    def value(self, symbol: str) -> float:
        return float(eval(symbol, {"__builtins__": {}}, self))


def derived(page: Page, reading: Reading, alpha: float = 0.01) -> Derived:
    """What NumPy makes of the 28x28 that the page sent and the weights that the service gives."""
    address = page.url.split("/derivation")[0]
    model = page.locator("body").get_attribute("data-model") or ""
    file = page.request.get(f"{address}/models/{model}/weights").body()
    with np.load(io.BytesIO(file)) as arrays:
        weights = {name: arrays[name].astype(np.float64) for name in ("W1", "b1", "W2", "b2")}

    def of(pixels: list[int], label: int) -> Derived:
        # Setting a digit upright comes before the derivation: the service says what was seen.
        asked = f"{address}/predict?details=true&model={model}"
        answer = page.request.post(asked, data={"pixels": pixels}).json()
        return Derived(weights, np.array(answer["input"]), label, alpha)

    images, labels = load_mnist_part("test")
    others = [of(images[each].tolist(), int(labels[each])) for each in COMPANIONS]
    return of(reading.last["pixels"], reading.last["label"]).with_batch(others)


def assert_all_shown_is_right(page: Page, expected: Derived) -> list[list[Any]]:
    shown: list[list[Any]] = page.evaluate(SHOWN)
    wrong = [
        (symbol, value, expected.value(symbol), where)
        for symbol, value, where in shown
        if not np.isclose(value, expected.value(symbol), rtol=1e-5, atol=1e-5)
    ]
    assert wrong == []
    return shown


@pytest.mark.parametrize("drawn", [7, 2])
def test_every_number_is_what_numpy_computes(derivation: tuple[Page, Reading], drawn: int) -> None:
    page, reading = derivation
    draw(page, DIGITS[drawn])
    settled(page, drawn)
    page.select_option("#label", str((drawn + 1) % 10))  # so that there is something to learn
    settled_label = expect(page.locator("body"))
    settled_label.to_have_attribute("data-label", str((drawn + 1) % 10))
    open_all(page)
    shown = assert_all_shown_is_right(page, derived(page, reading))
    assert {f"eq-{number}" for number in range(1, 23)} <= {where for _, _, where in shown}
    assert len(shown) > 500


def test_who_comes_without_a_digit_sees_a_sample_and_is_told(
    derivation: tuple[Page, Reading],
) -> None:
    page, reading = derivation
    expect(page.locator("#bench-note")).to_contain_text("not drawn a digit yet")
    assert_all_shown_is_right(page, derived(page, reading))
    draw(page, DIGITS[7])
    settled(page, 7)
    expect(page.locator("#bench-note")).to_be_empty()


def test_the_digit_the_network_and_its_age_are_the_main_pages(page: Page, live_server: str) -> None:
    draw(page, DIGITS[4])
    expect(page.locator("#digit")).to_have_text("4")
    page.evaluate("document.querySelector('#age').value = 3")
    page.locator("#age").dispatch_event("input")
    age = page.locator("#age-say").inner_text()
    page.click("nav a[href=derivation]")
    expect(page.locator("#digit")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#age-say")).to_have_text(age)
    expect(page.locator("body")).to_have_attribute("data-model", "pixels@10")
    expect(page.locator("#bench-note")).to_be_empty()
    draw(page, DIGITS[0])
    expect(page.locator("body")).to_have_attribute("data-label", re.compile(r"\d"))
    page.click(".brand")
    expect(page.locator("#age-say")).to_have_text(age)
    expect(page).to_have_url(re.compile("ink=s"))


def test_an_age_can_be_chosen_and_its_numbers_are_right(derivation: tuple[Page, Reading]) -> None:
    page, reading = derivation
    draw(page, DIGITS[7])
    settled(page, 7)
    expect(page.locator("#settled")).to_have_text(SAID["bench"]["settled"])
    page.click("#younger")
    expect(page.locator("body")).to_have_attribute("data-model", re.compile("pixels@"))
    page.wait_for_load_state("networkidle")
    expected = derived(page, reading)
    assert expected["L"] > 0.3
    assert_all_shown_is_right(page, expected)


def test_the_label_of_a_young_network_is_what_the_finished_one_reads(
    derivation: tuple[Page, Reading],
) -> None:
    page, _ = derivation
    draw(page, DIGITS[7])
    settled(page, 7)
    page.evaluate("document.querySelector('#age').value = 0")
    page.locator("#age").dispatch_event("input")
    expect(page.locator("body")).to_have_attribute("data-model", "pixels@0")
    expect(page.locator("body")).to_have_attribute("data-label", "7")
    expect(page.locator("#gradient-check")).to_have_attribute("data-check", "agrees")


def test_another_kind_of_network_is_told_and_stood_in_for(
    derivation: tuple[Page, Reading],
) -> None:
    page, _ = derivation
    page.select_option("#network", "pretrained")
    expect(page.locator("#network-say")).to_contain_text("is shown edges")
    expect(page.locator("body")).to_have_attribute("data-model", "pixels")
    expect(page.locator("#digit")).to_have_text("3")
    page.select_option("#network", "pixels")
    expect(page.locator("#network-say")).to_be_empty()


def test_a_network_of_another_size_shows_its_own_numbers(
    derivation: tuple[Page, Reading], live_server: str
) -> None:
    page, reading = derivation
    page.fill("#weight", "W2[100, 3]")
    expect(page.locator("#in-hand")).to_have_text("W2[100, 3]")
    parameters = initialize((784, 6, 10), "sigmoid", np.random.default_rng(3))
    file = dump_model(Classifier(parameters, deskew=True, name="six"))
    sent = {"name": "six.npz", "mimeType": "application/octet-stream", "buffer": file}
    model = page.request.post(f"{live_server}/models", multipart={"weights": sent}).json()["id"]
    page.goto("about:blank")
    page.goto(f"{live_server}/derivation#model={model}&ink=m0")
    expect(page.locator("body")).to_have_attribute("data-model", model)
    page.wait_for_load_state("networkidle")
    assert page.locator(".weight-strip canvas").get_attribute("width") == str(6 * 8)
    assert_all_shown_is_right(page, derived(page, reading))
    page.fill("#weight", "W2[6, 3]")
    expect(page.locator("#weight-say")).to_contain_text("hidden units from 0 to 5")
    page.goto("about:blank")  # what it still asks for would be missing
    page.request.delete(f"{live_server}/models/{model}")


def test_a_link_to_an_equation_still_leads_there_when_the_numbers_have_come(
    derivation: tuple[Page, Reading], live_server: str
) -> None:
    page, _ = derivation
    page.goto("about:blank")
    page.goto(f"{live_server}/derivation#eq-15")
    expect(page.locator("#eq-15 .live .value").first).to_be_visible()
    expect(page.locator("#eq-15")).to_be_in_viewport()


@pytest.mark.parametrize("typed", ["W2[17, 3]", "W1[400, 5]", "b1[5]", "b2[3]"])
def test_any_weight_is_typed(derivation: tuple[Page, Reading], typed: str) -> None:
    page, reading = derivation
    page.fill("#weight", typed)
    symbol = "d" + typed.replace(" ", "")
    result = page.locator("#weight-derivative")
    expect(result).to_have_attribute("data-symbol", symbol)
    expected = derived(page, reading)
    found = float(result.get_attribute("data-value") or "nan")
    measured = float(page.locator("#weight-difference").get_attribute("data-value") or "nan")
    assert found == pytest.approx(expected.value(symbol), rel=1e-5, abs=1e-9)
    assert measured == pytest.approx(found, rel=1e-6, abs=1e-9)
    code = page.locator("#weight-code").inner_text()
    assert code.startswith(f"d{typed} = ")
    batch = {"X": expected["x"][None], "H": expected["h"][None]}
    batch |= {"D1": expected["delta1"][None], "D2": expected["delta2"][None]}
    assert float(eval(code.split(" = ")[1], {}, batch)) == pytest.approx(found, rel=1e-5, abs=1e-9)
    expect(page.locator("#in-hand")).to_have_text(typed)
    expect(page.locator("#eq-22 .numbers")).to_contain_text(typed)
    assert_all_shown_is_right(page, expected)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("W2[128, 3]", "W2 counts hidden units from 0 to 127"),
        ("W1[784, 0]", "W1 counts pixels from 0 to 783"),
        ("W2[3]", "W2 has two indices"),
        ("b1[3, 4]", "b1 has one index"),
        ("the third one", "names no weight"),
    ],
)
def test_what_names_no_weight_is_told_in_a_sentence(
    derivation: tuple[Page, Reading], typed: str, said: str
) -> None:
    page, _ = derivation
    before = page.locator("#weight-derivative").get_attribute("data-symbol")
    page.fill("#weight", typed)
    expect(page.locator("#weight-say")).to_contain_text(said)
    assert page.locator("#weight-derivative").get_attribute("data-symbol") == before
    page.fill("#weight", "b2[1]")
    expect(page.locator("#weight-say")).to_be_hidden()


def test_a_weight_is_picked_in_a_picture_by_pointer_and_keys(
    derivation: tuple[Page, Reading],
) -> None:
    page, reading = derivation
    page.fill("#weight", "W2[17, 3]")
    pixels = page.locator(".weight-pictures canvas").first
    pixels.scroll_into_view_if_needed()
    box = pixels.bounding_box()
    assert box is not None
    cell = box["width"] / 28
    pixels.click(position={"x": 14.5 * cell, "y": 10.5 * cell})
    result = page.locator("#weight-derivative")
    expect(result).to_have_attribute("data-symbol", f"dW1[{10 * 28 + 14},17]")
    expect(page.locator("#weight")).to_have_value(f"W1[{10 * 28 + 14}, 17]")
    strip = page.locator(".weight-strip canvas")
    strip.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(result).to_have_attribute("data-symbol", re.compile(r"dW2\[\d+,\d\]"))
    assert_all_shown_is_right(page, derived(page, reading))


def test_a_dragged_weight_moves_loss_tangent_and_bars(derivation: tuple[Page, Reading]) -> None:
    page, reading = derivation
    page.fill("#weight", "b2[5]")
    expect(page.locator("#weight-derivative")).to_have_attribute("data-symbol", "db2[5]")
    tangent = page.locator(".tangent-chart .fall-promised")
    before = tangent.get_attribute("d")
    slider = page.locator("#weight-drag")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    read = page.locator("#weight-readout")
    weight, loss, slope = (
        float(read.get_attribute(f"data-{name}") or "nan") for name in ("weight", "loss", "slope")
    )
    expected = derived(page, reading)
    assert weight > expected["b2"][5]
    expected["b2"][5] = weight
    weights = {name: expected[name] for name in ("W1", "b1", "W2", "b2")}
    moved = Derived(weights, expected["x"], reading.last["label"], 0.01)
    assert loss == pytest.approx(moved["L"], rel=1e-5)
    assert slope == pytest.approx(moved["db2"][5], rel=1e-5)
    bars = page.locator(".weight-moving .bars li")
    shown = [float(bars.nth(k).get_attribute("data-value") or "nan") for k in range(10)]
    np.testing.assert_allclose(shown, moved["yhat"], atol=1e-6)
    assert tangent.get_attribute("d") != before
    page.click("#weight-reset")
    assert float(read.get_attribute("data-weight") or "nan") != weight


def test_the_naive_chain_rule_is_beside_the_right_one_and_marked_wrong(
    derivation: tuple[Page, Reading],
) -> None:
    page, _ = derivation
    rows = page.locator("#eq-10 .product tbody tr")
    label = int(page.locator("body").get_attribute("data-label") or "-1")
    for output in range(10):
        cells = rows.nth(output).locator("[data-value]")
        first, chain, difference, naive = (
            float(cells.nth(at).get_attribute("data-value") or "nan") for at in range(4)
        )
        assert chain == pytest.approx(difference, abs=1e-12)
        if output == label:
            assert first < -1
            assert naive == pytest.approx(difference)
        else:
            assert naive == 0 != difference
            expect(rows.nth(output)).to_contain_text(SAID["jacobian"]["wrong"])
    sums = page.locator("#eq-10 .jacobian .sum [data-value]")
    assert [sums.nth(k).inner_text() for k in range(10)] == ["0"] * 10


def training_with(page: Page, **changes: int) -> None:
    """Let the page's runs differ by these fields, so that they take as long as a test needs."""

    def pass_on(route: Route) -> None:
        if route.request.method == "POST":
            route.continue_(post_data={**route.request.post_data_json, **changes})
        else:
            route.continue_()

    page.route(re.compile("/train$"), pass_on)


def test_ten_epochs_run_live_and_print_their_lines(
    new_page: Callable[..., Page], locked_server: str
) -> None:
    page = new_page()
    training_with(page, train_examples=300)
    page.goto(f"{locked_server}/derivation")
    page.click("#epochs-start")
    expect(page.locator("#epochs form")).to_be_visible()
    page.fill("#epochs-key", "sesame")
    page.keyboard.press("Enter")
    lines = page.locator("#epoch-lines li")
    expect(lines).to_have_count(10)
    expect(lines.nth(2)).to_contain_text("Epoch 3/10")
    expect(lines.nth(2)).to_contain_text(re.compile(r"validation: 0\.\d{4}"))
    expect(page.locator("#epochs-say")).to_contain_text("Done")
    expect(page.locator("#epochs")).to_contain_text("never for choosing")
    job = page.request.get(f"{locked_server}/train?limit=1").json()["items"][0]
    assert job["request"]["preset"] == "blog"
    for metrics in job["metrics"]:
        line = lines.nth(metrics["epoch"] - 1)
        if metrics.get("test_accuracy") is not None:
            expect(line).to_contain_text(f"Test Accuracy: {metrics['test_accuracy']:.4f}")
        expect(line).to_contain_text(f"{metrics['validation_accuracy']:.4f}")


def test_the_epochs_go_on_after_a_look_elsewhere_and_can_be_stopped(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page()
    training_with(page, train_examples=300, epochs=5000)
    page.goto(f"{live_server}/derivation")
    page.click("#epochs-start")
    expect(page.locator("#epochs-say")).to_contain_text("of 5000 is under way")
    page.reload()
    expect(page.locator("#epoch-lines li").first).to_contain_text("Epoch 1/5000")
    expect(page.locator("#epochs-start")).to_be_disabled()
    page.click("#epochs-stop")
    expect(page.locator("#epochs-say")).to_have_text(SAID["epochs"]["cancelled"])
    expect(page.locator("#epochs-start")).to_be_enabled()


def test_a_phone_shows_it_without_scrolling_sideways(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(320, 640, has_touch=True)
    page.goto(f"{live_server}/derivation")
    expect(page.locator("#eq-5 .live .value").first).to_be_visible()
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
