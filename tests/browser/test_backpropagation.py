"""The backward pass of the drawn digit, stage by stage, its check, and one step downhill."""

import math
import re

import numpy as np
from playwright.sync_api import Page, Response, expect

from tests.browser.pen import DIGITS, draw, to_the_lesson

STAGES = [
    "1. Forward: the hidden units answer",
    "2. Forward: the outputs answer",
    "3. How wrong is it?",
    "4. Every z moves every probability",
    "5. The error at the output",
    "6. The weights into the outputs",
    "7. The error of the hidden units",
    "8. The weights from the pixels",
    "9. Back to the pixels",
]
LOSS = 2  # its place among them


def number(text: str) -> float:
    """Reads a number as the page writes it: 1.2, −3.4 or 5.6 × 10⁻⁷."""
    plain = text.replace("−", "-").replace("≈", "").strip()
    raised = {ord(high): low for high, low in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
    mantissa, _, power = plain.partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(raised) or 0)


def explain(page: Page, drawn: int, label: int) -> None:
    draw(page, DIGITS[drawn])
    expect(page.locator("#digit")).to_have_text(str(drawn))
    page.click('nav a[href="#learn"]')
    expect(page.locator("#learn .figure")).to_be_visible()
    page.locator(f"#label-{label}").check()
    page.locator(".chip").nth(LOSS).click()
    expect(page.locator("#stage-numbers")).to_contain_text("ŷ" + "₀₁₂₃₄₅₆₇₈₉"[label])


# How far the bars of two charts are apart at most.
APART = """(one, other) => {
  const bars = (chart) => document.querySelectorAll(`${chart} [data-digit]`);
  const values = (chart) => Array.from(bars(chart), (bar) => Number(bar.dataset.value));
  const against = values(other);
  return Math.max(...values(one).map((value, digit) => Math.abs(value - against[digit])));
}"""


def settle(page: Page) -> None:
    """Wait for the last stroke: the check is asked for when nothing changes any more."""
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")


def test_the_label_is_what_was_read_until_another_is_chosen(page: Page) -> None:
    draw(page, DIGITS[5])
    page.click('nav a[href="#learn"]')
    expect(page.locator("#label-5")).to_be_checked()
    expect(page.locator("#learn-say")).to_contain_text("The finished network")
    page.keyboard.press("2")
    expect(page.locator("#label-2")).to_be_checked()


def test_the_stages_lead_from_the_input_to_the_loss_and_back(page: Page) -> None:
    explain(page, 7, 1)
    page.locator(".chip").first.click()
    said = []
    for stage in STAGES:
        expect(page.locator("#stage-title")).to_have_text(stage)
        assert page.locator("#stage-equation math").count() == 1
        assert page.locator("#stage-picture").locator("canvas, .bars, table").count() >= 1
        said.append(page.locator("#stage-numbers").inner_text())
        if page.locator("#stage-forward").is_enabled():
            page.click("#stage-forward")
    assert len(set(said)) == len(STAGES)
    page.click("#stage-back")
    expect(page.locator("#stage-title")).to_have_text(STAGES[-2])
    assert page.locator(".gallery canvas").count() == 8


def test_the_numbers_plugged_in_make_a_true_equation(page: Page) -> None:
    explain(page, 7, 1)
    found = re.search(r"−ln\((.+)\) = (.+)$", page.locator("#stage-numbers").inner_text())
    assert found
    assert abs(-math.log(number(found[1])) - number(found[2])) < 0.02 * number(found[2])
    page.locator(".chip").nth(LOSS + 3).click()
    product = re.search(
        r"= ([−\d.]+) × ([−+\d.]+) = ([−+\d.]+)$", page.locator("#stage-numbers").inner_text()
    )
    assert product
    activation, error, gradient = (number(part.lstrip("+")) for part in product.groups())
    assert abs(activation * error - gradient) < 0.02 * abs(gradient)


def read(page: Page, selector: str) -> list[float]:
    """The values of these cells, in the order of the page."""
    cells = page.locator(selector)
    return [float(each) for each in cells.evaluate_all("all => all.map((c) => c.dataset.value)")]


def asks(answer: Response) -> bool:
    """Whether it is a backward pass, without the check."""
    return "/gradients" in answer.url and "check" not in answer.url


def test_softmax_s_jacobian_is_that_of_the_service_s_probabilities(page: Page) -> None:
    answered: list[Response] = []
    page.on("response", lambda answer: answered.append(answer) if asks(answer) else None)
    explain(page, 7, 1)
    settle(page)
    page.locator(".chip").nth(LOSS + 1).click()
    answer = answered[-1].json()
    guess = np.array(answer["probabilities"]).ravel()
    right = np.eye(10)[1]
    shown = np.reshape(read(page, ".jacobian tbody td[data-k]"), (10, 10))
    np.testing.assert_allclose(shown, np.diag(guess) - np.outer(guess, guess), atol=1e-6)
    assert max(map(abs, read(page, ".jacobian td.sum"))) < 1e-6
    page.locator(".jacobian button").nth(1).click()
    times = np.reshape(read(page, ".jacobian tbody td[data-k]"), (10, 10))
    np.testing.assert_allclose(times, np.outer(right, guess - right), atol=1e-6)
    all_ways = read(page, ".jacobian tfoot .all td[data-k]")
    np.testing.assert_allclose(all_ways, guess - right, atol=1e-6)
    np.testing.assert_allclose(all_ways, np.ravel(answer["deltas"][-1]), atol=1e-6)
    one_way = read(page, ".jacobian tfoot .one td[data-k]")
    np.testing.assert_allclose(one_way, -right * (1 - guess), atol=1e-6)


def test_an_entry_of_the_jacobian_is_pointed_at_or_reached_by_arrow_keys(page: Page) -> None:
    explain(page, 7, 1)
    page.locator(".chip").nth(LOSS + 1).click()
    page.locator(".jacobian td[data-k='3'][data-j='3']").hover()
    expect(page.locator("#stage-numbers")).to_contain_text("ŷ₃(1 − ŷ₃) = ")
    page.mouse.move(5, 5)
    page.locator(".jacobian-frame").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#stage-numbers")).to_contain_text("z₁ = −ŷ₀ŷ₁")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#stage-numbers")).to_contain_text("−y₁(1 − ŷ₁)")


def test_play_moves_on_by_itself_and_pauses(page: Page) -> None:
    page.clock.install()
    explain(page, 7, 1)
    page.click("#stage-play")
    expect(page.locator("#stage-play")).to_have_text("Pause")
    page.clock.run_for(4_100)
    expect(page.locator("#stage-title")).to_have_text(STAGES[LOSS + 1])
    page.click("#stage-play")
    page.clock.run_for(20_000)
    expect(page.locator("#stage-title")).to_have_text(STAGES[LOSS + 1])


def test_the_badge_shows_that_finite_differences_agree(page: Page) -> None:
    explain(page, 4, 9)
    badge = page.locator("#check")
    expect(badge).to_have_attribute("data-check", "agrees")
    found = re.search(r"relative difference (.+)\.$", badge.inner_text())
    assert found
    assert number(found[1]) < 1e-7


def test_a_step_downhill_shows_promise_and_truth_and_is_undone(page: Page) -> None:
    explain(page, 7, 1)
    settle(page)
    page.locator("#step-rate").fill("20")
    before = number(page.locator("#loss-before").inner_text())
    expect(page.locator("#loss-after")).to_have_text("–")
    page.click("#step-take")
    expect(page.locator("#loss-after")).not_to_have_text("–")
    after = number(page.locator("#loss-after").inner_text())
    promised = number(page.locator("#fall-promised").inner_text().split("= ")[1])
    real = number(page.locator("#fall-real").inner_text())
    written = page.locator("#step-moved").inner_text()
    moved = re.fullmatch(r"(.+)\s%\sin\sW\[1\], (.+)\s%\sin\sW\[2\]", written)
    assert moved
    assert all(0 < number(share) < 100 for share in moved.groups())
    assert after < before
    assert abs(before - after - real) < 0.1
    assert abs(promised - real) < 0.2 * promised
    label = "#step-{} [data-digit='1']"
    values = [
        float(page.locator(label.format(side)).get_attribute("data-value") or 0)
        for side in ("before", "after")
    ]
    assert values[1] > values[0]
    page.click("#step-undo")
    expect(page.locator("#loss-after")).to_have_text("–")


def test_step_after_step_goes_on_and_each_is_undone(page: Page) -> None:
    explain(page, 7, 1)
    settle(page)
    page.locator("#step-rate").fill("30")
    start = page.locator("#loss-before").inner_text()
    losses = [number(start)]
    for steps in (1, 2, 3):
        page.click("#step-take")
        expect(page.locator("#step-trail")).to_contain_text(f"After {steps} step")
        assert number(page.locator("#loss-before").inner_text()) == losses[-1]
        losses.append(number(page.locator("#loss-after").inner_text()))
        real = number(page.locator("#fall-real").inner_text())
        assert abs(losses[-2] - losses[-1] - real) < 0.02 * losses[-2]
        assert number(page.locator("#fall-promised").inner_text().split("= ")[1]) > 0
    assert losses == sorted(losses, reverse=True)
    page.click("#step-undo")
    expect(page.locator("#step-trail")).to_contain_text("After 2 steps")
    assert number(page.locator("#loss-before").inner_text()) == losses[2]
    page.locator("#step-rate").fill("50")
    page.click("#step-take")
    expect(page.locator("#step-trail")).to_contain_text("After 3 steps")
    page.click("#step-restart")
    expect(page.locator("#step-trail")).to_be_empty()
    expect(page.locator("#loss-before")).to_have_text(start)
    expect(page.locator("#step-take")).to_be_focused()


def test_another_drawing_or_label_starts_from_the_stored_network(page: Page) -> None:
    explain(page, 7, 1)
    settle(page)
    page.click("#step-take")
    expect(page.locator("#step-trail")).not_to_be_empty()
    page.locator("#label-4").check()
    expect(page.locator("#step-trail")).to_be_empty()
    expect(page.locator("#step-undo")).to_be_hidden()


def test_a_step_that_forgets_the_other_digits_is_not_praised(page: Page) -> None:
    explain(page, 7, 7)
    page.locator("#age").fill(page.locator("#age").get_attribute("max") or "")
    expect(page.locator("#learn-say")).to_contain_text("next to nothing is left")
    settle(page)
    page.locator("#step-rate").fill("20")
    page.click("#step-take")
    expect(page.locator("#step-test-after")).to_contain_text("of 1,000")
    expect(page.locator("#step-say")).to_contain_text("Of 1,000 test digits it reads 99")
    page.click("#step-undo")
    page.locator("#label-3").check()  # a long step towards what it is not
    settle(page)
    page.locator("#step-rate").fill("80")
    page.click("#step-take")
    expect(page.locator("#step-say")).to_contain_text("forgot others")
    shares = [page.locator(f"#step-test-{end}").inner_text() for end in ("before", "after")]
    before, after = (float(text.split()[0]) for text in shares)
    assert before > 98
    assert after < before - 5
    page.click("#step-test-all")
    expect(page.locator("#step-test-after")).to_contain_text("of 10,000")
    expect(page.locator("#step-test-all")).to_be_hidden()


def test_look_inside_and_backpropagation_say_the_same(page: Page) -> None:
    """At temperature 1; what stands beside the pad is calibrated, and says so."""
    page.goto(page.url.split("#")[0] + "#ink=m340")
    expect(page.locator("#digit")).not_to_be_empty()
    expect(page.locator("#calibrated")).to_be_visible()
    to_the_lesson(page)
    settle(page)
    page.locator("#age").fill(page.locator("#age").get_attribute("max") or "")
    expect(page.locator("#age-say")).to_have_text("finished")
    # Another age's numbers come when they come: until then all are the last one's.
    page.wait_for_function(
        f"() => ({APART})('#inside-outputs', '#step-before') < 1e-6 && "
        f"({APART})('#inside-outputs', '#probabilities') > 1e-3"
    )


def test_layers_are_raised_and_units_lowered(page: Page) -> None:
    explain(page, 7, 1)
    chips = page.locator("#stage-chips button")
    assert chips.all_text_contents() == [
        *("h", "ŷ", "L", "∂ŷ/∂z"),
        *("δ[2]", "dW[2]", "δ[1]", "dW[1]", "∂L/∂x"),
    ]
    assert page.locator("#stage-chips sub").count() == 0
    for stage, said in (
        (4, r"δ\[2\]₁ = ŷ₁ − y₁ = "),
        (5, r"dW\[2\]\[\d, \d+\] = h"),
        (6, r"δ\[1\]"),
    ):
        chips.nth(stage).click()
        expect(page.locator("#stage-numbers")).to_have_text(re.compile(said))
        assert page.locator("#stage-numbers sup").count() >= 1
        # In the equation a subscript is a component, never a layer.
        assert page.locator("#stage-equation msub mn").count() == 0
        assert page.locator("#stage-equation msup mn").count() >= 1


def test_the_smallest_losses_fit_their_axis(page: Page) -> None:
    outside, names = page.evaluate(
        """async () => {
          const { FallChart } = await import("/js/backprop/fall-chart.js");
          const plot = document.querySelector("#step-chart").cloneNode();
          const figure = document.createElement("figure");
          figure.className = "fall";
          figure.append(plot);
          document.querySelector("main").prepend(figure);
          new FallChart(plot).show({ loss: 3.2e-5, slope: 1e-5, points: [], rate: 0.1 });
          while (!plot.firstChild) await new Promise(requestAnimationFrame); // it has its width
          const texts = [...plot.querySelectorAll("text")];
          const left = (node) => node.getBoundingClientRect().left;
          const outside = texts.filter((text) => left(text) < left(plot) - 1);
          return [outside, texts].map((some) => some.map(({ textContent }) => textContent));
        }"""
    )
    assert outside == []
    assert "2 × 10⁻⁵" in names
