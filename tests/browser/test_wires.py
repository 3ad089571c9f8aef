"""The network drawn as wires: each carries what the service computes, and comes with its stage."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Response, expect

from model.network import Parameters
from model.serialization.checkpoint import bundled
from tests.browser.networks import looked_into
from tests.browser.pen import DIGITS, draw, to_the_lesson
from tests.browser.test_accessibility import violations

STAGES = ["h", "ŷ", "L", "∂ŷ/∂z", "δ2", "dW2", "δ1", "dW1", "∂L/∂x"]


def go(page: Page, stage: str) -> None:
    chip = page.locator(".chip").nth(STAGES.index(stage))
    chip.click()
    expect(chip).to_have_attribute("aria-current", "step")


def learn(page: Page, drawn: int = 7, label: int = 1) -> dict[str, Any]:
    """The lesson of the finished network from this digit; the service's answer."""
    answered: list[Response] = []
    page.on("response", lambda each: "/gradients" in each.url and answered.append(each))
    draw(page, DIGITS[drawn])
    to_the_lesson(page)
    page.locator(f"#label-{label}").check()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    plain = [each for each in answered if "check" not in each.url]
    answer: dict[str, Any] = plain[-1].json()
    return answer


def wires(page: Page, layer: int) -> list[tuple[int, int, float]]:
    """(from, to, value) of each wire of the layer that carries something."""
    found = page.locator(f".wire[data-layer='{layer}'][data-value]").evaluate_all(
        "all => all.map(({ dataset: d }) => [d.from, d.to, d.value].map(Number))"
    )
    return [(int(i), int(j), value) for i, j, value in found]


def agree(page: Page, layer: int, expected: Callable[[int, int], float]) -> None:
    shown = wires(page, layer)
    assert shown
    wanted = [expected(i, j) for i, j, _ in shown]
    np.testing.assert_allclose([value for *_, value in shown], wanted, rtol=1e-4, atol=1e-9)


@pytest.fixture
def network() -> Parameters:
    return bundled("pixels").parameters


def test_a_wire_is_weight_then_weight_times_activation_then_gradient(
    page: Page, network: Parameters
) -> None:
    answer = learn(page)
    x, h = np.ravel(answer["input"]), np.ravel(answer["layers"][0]["a"])
    d1, d2 = (np.ravel(delta) for delta in answer["deltas"])
    w1, w2 = network.weights
    go(page, "ŷ")
    agree(page, 1, lambda i, j: float(x[i] * w1[i, j]))
    agree(page, 2, lambda i, j: float(h[i] * w2[i, j]))
    page.locator("[name=wires-mode][value=weight]").check()
    agree(page, 1, lambda i, j: float(w1[i, j]))
    agree(page, 2, lambda i, j: float(w2[i, j]))
    go(page, "δ1")
    expect(page.locator("[name=wires-mode][value=gradient]")).to_be_checked()
    agree(page, 2, lambda i, j: float(w2[i, j] * d2[j]))
    go(page, "dW1")
    agree(page, 1, lambda i, j: float(x[i] * d1[j]))
    agree(page, 2, lambda i, j: float(h[i] * d2[j]))
    assert len(wires(page, 2)) == 8 * 10
    assert len(wires(page, 1)) == 6 * 8


def test_each_layer_lights_up_when_its_stage_comes(page: Page) -> None:
    learn(page)
    lit = {"h": "1", "ŷ": "12", "L": "123", "δ2": "3", "dW2": "23", "δ1": "23", "dW1": "123"}
    for stage, layers in lit.items():
        go(page, stage)
        assert [each for each in "123" if wires(page, int(each))] == [*layers], stage
    ways = {"h": ("forward", 0), "ŷ": ("forward", 1), "L": ("forward", 2)}
    ways |= {"δ2": ("back", 2), "δ1": ("back", 1), "∂L/∂x": ("back", 0)}
    for stage, (way, place) in ways.items():
        go(page, stage)
        arrows = page.locator(f".wires-arrow[data-way={way}]")
        expect(arrows.nth(place)).to_have_class(re.compile("arrow-current"))
        expect(page.locator(".arrow-current")).to_have_count(1)


def test_the_walk_goes_on_from_beside_the_wires(page: Page) -> None:
    learn(page)
    go(page, "L")
    page.click("#wires-forward")
    page.click("#wires-forward")
    expect(page.locator("#stage-title")).to_have_text("5. The error at the output")
    expect(page.locator("#wires-stage")).to_have_text("5. The error at the output")
    page.click("#wires-back")
    expect(page.locator(".chip").nth(3)).to_have_attribute("aria-current", "step")


def test_values_appear_left_to_right_and_errors_right_to_left(page: Page) -> None:
    learn(page)
    output = page.locator("#wires-plot [data-layer='2'][data-node='7']")
    unit = page.locator("#wires-plot [data-layer='1'][data-node]").first
    go(page, "h")
    expect(unit.locator(".node-disc")).to_have_attribute("fill", re.compile("rgb"))
    assert output.locator(".node-disc").get_attribute("fill") is None
    expect(output).to_have_attribute("aria-label", re.compile("not been computed yet"))
    go(page, "δ2")
    expect(output.locator(".node-error")).to_have_count(1)
    expect(unit.locator(".node-error")).to_have_count(0)
    go(page, "δ1")
    expect(unit.locator(".node-error")).to_have_count(1)


def test_a_node_pointed_at_or_reached_by_keys_tells_its_sum(
    page: Page, network: Parameters
) -> None:
    answer = learn(page)
    go(page, "δ1")
    told = page.locator("#wires-say")
    page.locator("#wires-plot [data-layer='2'][data-node='7']").hover()
    z = float(np.ravel(answer["layers"][1]["z"])[7])
    expect(told).to_contain_text(re.compile(r"Output 7\. z\[2\]₇ = .*, all others .*, bias "))
    found = re.search(r"bias (\S+) = ([−\d.]+), so ŷ₇", told.inner_text())
    assert found
    bias, total = (float(each.replace("−", "-")) for each in found.groups())
    assert abs(bias - network.biases[1][7]) < 0.01
    assert abs(total - z) < 0.01 * abs(z)
    page.mouse.move(5, 5)
    expect(told).to_contain_text("A few of all the nodes")
    page.locator("#wires-plot [tabindex='0']").focus()
    expect(told).to_contain_text("Output 1.")
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Output 2.")
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text(re.compile(r"Hidden unit \d+\. .* × slope "))
    assert page.locator(".wire.wire-near").count() == 6 + 10
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text(re.compile(r"Pixel at row \d+, column \d+: ink"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("L = −Σ yₖ ln ŷₖ = −ln ŷ₁")


def test_the_hidden_units_are_the_loudest_and_can_be_changed(
    page: Page, network: Parameters
) -> None:
    answer = learn(page)
    go(page, "dW1")
    h, w2 = np.ravel(answer["layers"][0]["a"]), network.weights[1]

    def shown() -> list[int]:
        units = page.locator("#wires-plot [data-layer='1'][data-node]")
        return [int(each.get_attribute("data-node") or -1) for each in units.all()]

    def loudest(digit: int) -> list[int]:
        return [int(each) for each in np.argsort(-h * (w2[:, digit] - w2.mean(axis=1)))[:8]]

    assert shown() == loudest(7)
    page.select_option("#wires-by", "label")
    assert shown() == loudest(1)
    page.select_option("#wires-by", "error")
    d1 = np.abs(np.ravel(answer["deltas"][0]))
    assert shown() == [int(each) for each in np.argsort(-d1)[:8]]
    other = int(np.argsort(-d1)[20])
    page.fill("#wires-unit", str(other))
    page.keyboard.press("Tab")
    assert shown()[-1] == other
    expect(page.locator("#label-1")).to_be_checked()  # a typed number chooses no label


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (320, "light")])
def test_wires_are_accessible_and_fit(
    new_page: Callable[..., Page], live_server: str, width: int, theme: str
) -> None:
    page = new_page(width, 800, color_scheme=theme, reduced_motion="reduce")
    page.goto(live_server)
    learn(page)
    for stage in ("h", "dW1"):
        go(page, stage)
        assert violations(page, "#wires") == [], stage
        assert page.evaluate("document.documentElement.scrollWidth") == width
        outside = page.locator("#wires-plot").evaluate(
            """plot => [...plot.querySelectorAll(".node-disc")].filter((node) => {
              const [box, frame] = [node, plot].map((each) => each.getBoundingClientRect());
              return box.left < frame.left || box.right > frame.right || box.top < frame.top;
            }).length"""
        )
        assert outside == 0
    moving = page.locator(".wire").first.evaluate("wire => getComputedStyle(wire).animationName")
    assert moving == "none"


def test_wires_of_edges_lead_from_the_edges(page: Page, live_server: str) -> None:
    with looked_into(page, live_server, "edges"):
        draw(page, DIGITS[3])
        to_the_lesson(page)
        page.locator("#wires-plot [data-layer='0'][data-node]").first.hover()
        expect(page.locator("#wires-say")).to_contain_text("side of a stroke")
