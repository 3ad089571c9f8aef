"""The slider of ages: from random to finished, and everything on the page follows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw
from tests.browser.test_backpropagation import number

MUCH = re.compile(r"^(0\.[5-9]\d*|[1-9][\d.]*)$")  # a loss above 0.5


def grown(page: Page, drawn: int) -> None:
    """Draw a digit and wait until the finished network has read it."""
    draw(page, DIGITS[drawn])
    expect(page.locator("#digit")).to_have_text(str(drawn))
    expect(page.locator("#inside")).to_have_attribute("data-empty", "false")
    expect(page.locator("#ages")).to_be_visible()


def look(page: Page, index: int) -> None:
    page.locator("#age").fill(str(index))


def last(page: Page) -> int:
    return int(page.locator("#age").get_attribute("max") or 0)


def weights(page: Page) -> str:
    """The picture of all weights."""
    picture: str = page.locator("#all-weights canvas").evaluate("canvas => canvas.toDataURL()")
    return picture


def bars(page: Page, list_: str) -> list[float]:
    values = page.locator(f"{list_} [data-digit]").all()
    return [float(bar.get_attribute("data-value") or 0) for bar in values]


def test_from_random_to_finished_everything_follows(page: Page) -> None:
    grown(page, 7)
    page.locator("#all-weights canvas").scroll_into_view_if_needed()
    expect(page.locator("#age-say")).to_have_text("finished")
    finished = bars(page, "#inside-outputs"), weights(page)
    look(page, 0)
    expect(page.locator("#age-say")).to_contain_text("random")
    page.wait_for_function(
        "() => document.querySelector(\"#inside-outputs [data-digit='7']\").dataset.value < 0.6"
    )
    young = bars(page, "#inside-outputs"), weights(page)
    assert young[0][7] < 0.6 < finished[0][7]
    assert young[1] != finished[1]
    look(page, last(page))
    expect(page.locator("#age-say")).to_have_text("finished")
    page.wait_for_function(
        "() => document.querySelector(\"#inside-outputs [data-digit='7']\").dataset.value > 0.9"
    )
    assert bars(page, "#inside-outputs") == finished[0]


def test_a_unit_that_was_chosen_stays_chosen_while_it_grows(page: Page) -> None:
    grown(page, 3)
    page.locator("#hidden-1").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator("#age").focus()
    title = page.locator("#unit-title").inner_text()
    formula = page.locator("#unit-z").inner_text()
    look(page, 2)
    expect(page.locator("#unit-z")).not_to_have_text(formula)
    expect(page.locator("#unit-title")).to_have_text(title)


def test_the_ages_play_by_themselves(page: Page) -> None:
    page.clock.install()
    grown(page, 4)
    look(page, 0)
    page.click("#age-play")
    expect(page.locator("#age-play")).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(1_000)
    expect(page.locator("#age")).to_have_value("1")
    page.clock.run_for(30_000)
    expect(page.locator("#age")).to_have_value(str(last(page)))
    expect(page.locator("#age-play")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("drawn", [0, 4, 7])
def test_backpropagation_opens_where_there_is_something_to_learn(page: Page, drawn: int) -> None:
    grown(page, drawn)
    page.click('nav a[href="#learn"]')
    expect(page.locator("#learn-say")).to_contain_text("The finished network")
    expect(page.locator(f"#label-{drawn}")).to_be_checked()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    expect(page.locator("#loss-before")).to_have_text(MUCH)
    assert page.locator("#age").input_value() != str(last(page))
    assert "model=" not in page.url  # it is no choice of the reader's
    page.click('nav a[href="#draw"]')
    expect(page.locator("#age-say")).to_have_text("finished")


def test_nobody_is_asked_to_lie_about_the_label(page: Page) -> None:
    grown(page, 7)
    page.click('nav a[href="#learn"]')
    expect(page.locator("#learn-say")).to_contain_text("The finished network")
    look(page, last(page))
    expect(page.locator("#learn-say")).to_contain_text("next to nothing is left to learn")
    page.click("#learn-younger")
    expect(page.locator("#learn-say")).to_contain_text("The finished network")
    expect(page.locator("#loss-before")).to_have_text(MUCH)
    page.select_option("#network", "pretrained")
    expect(page.locator("#learn-say")).to_contain_text("next to nothing is left to learn")
    page.click("#learn-younger")
    expect(page.locator("#network")).to_have_value("pixels")
    expect(page.locator("#learn-say")).to_contain_text("The finished network")


def test_another_label_gives_the_finished_network_back(page: Page) -> None:
    """It has enough to learn from a label that is not what it reads."""
    grown(page, 7)
    page.click('nav a[href="#learn"]')
    expect(page.locator("#learn-say")).to_contain_text("The finished network")
    page.locator("label[for=label-3]").click()
    expect(page.locator("#learn-say")).to_be_empty()
    expect(page.locator("#age-say")).to_have_text("finished")


def test_the_size_of_each_gradient_follows_the_age(page: Page) -> None:
    grown(page, 7)
    page.click('nav a[href="#learn"]')
    expect(page.locator("#learn-say")).not_to_be_empty()
    page.locator(".chip").nth(7).click()
    losses, gradients = [], []
    for index in (1, 4, last(page)):
        before = page.locator("#loss-before").inner_text()
        look(page, index)
        expect(page.locator("#loss-before")).not_to_have_text(before)
        losses.append(number(page.locator("#loss-before").inner_text()))
        gradients.append(page.locator("#stage-picture .legend-ends span").last.inner_text())
    assert losses[0] > losses[-1]
    assert len(set(gradients)) == 3


def test_on_a_phone_the_ages_are_within_reach_of_what_they_change(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(360, 740, has_touch=True)
    page.goto(live_server)
    grown(page, 5)
    page.locator("#all-weights").scroll_into_view_if_needed()
    expect(page.locator("#strip #age")).to_be_in_viewport()
    page.locator("#age").fill("0")
    expect(page.locator("#age-say")).to_have_text(re.compile("random"))
    page.locator("#ink").scroll_into_view_if_needed()
    expect(page.locator(".choice #age")).to_be_in_viewport()
