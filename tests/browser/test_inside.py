"""Look inside: what the figures say must be what the service computes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from model.serialization.checkpoint import bundled
from tests.browser.networks import looked_into
from tests.browser.pen import DIGITS, draw


def show_the_inside(page: Page) -> None:
    draw(page, DIGITS[3])
    page.click('nav a[href="#inside"]')
    expect(page.locator("#inside")).to_have_attribute("data-empty", "false")


def cell(page: Page, canvas: str, column: int, row: int, columns: int, rows: int) -> None:
    box = page.locator(canvas).bounding_box()
    assert box
    x = box["x"] + (column + 0.5) * box["width"] / columns
    y = box["y"] + (row + 0.5) * box["height"] / rows
    page.mouse.move(x, y)


def test_before_a_digit_is_drawn_the_figures_invite(page: Page) -> None:
    for part in ("#inside", "#learn"):
        expect(page.locator(f"{part} .placeholder")).to_be_visible()
        expect(page.locator(f"{part} .figure")).to_be_hidden()
    page.locator("#inside [data-try]").click()
    expect(page.locator("#inside .figure")).to_be_visible()


def test_a_unit_pointed_at_tells_its_sum_and_its_share(page: Page) -> None:
    show_the_inside(page)
    page.locator("#hidden-1").scroll_into_view_if_needed()
    cell(page, "#hidden-1", 5, 2, 16, 8)
    expect(page.locator("#unit-title")).to_have_text("Hidden unit 37")
    bias = float(bundled("pixels").parameters.biases[0][37])
    text = page.locator("#unit-z").inner_text().replace("−", "-").replace(" ", "")
    found = re.fullmatch(r"z\[1\]₃₇=Σx·w\+b=(-?[\d.]+)([+-][\d.]+)=(-?[\d.]+)", text)
    assert found, text
    total, b, z = map(float, found.groups())
    assert abs(b - bias) < 0.01 * abs(bias) + 1e-3
    assert abs(total + b - z) < 0.02 * (abs(total) + abs(b))
    assert page.locator("#unit-share li").count() == 10


def test_an_output_pointed_at_recolours_the_units(page: Page) -> None:
    show_the_inside(page)
    page.locator("#inside-outputs [data-digit='3']").hover()
    expect(page.locator("#inside-legend .legend-diverging")).to_be_visible()
    expect(page.locator("#inside-say")).to_contain_text("Output 3")
    page.mouse.move(5, 5)
    expect(page.locator("#inside-legend .legend-slate")).to_be_visible()


def test_a_pixel_pointed_at_shows_which_units_it_feeds(page: Page, live_server: str) -> None:
    with looked_into(page, live_server, "pixels"):
        show_the_inside(page)
        page.locator("#inside-input").scroll_into_view_if_needed()
        cell(page, "#inside-input", 13, 9, 28, 28)
        expect(page.locator("#inside-say")).to_contain_text("Pixel at row 9, column 13: ink")
        expect(page.locator("#inside-legend .legend-diverging")).to_be_visible()


def test_what_a_finger_taps_stays_when_it_is_lifted(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(360, 740, has_touch=True)
    page.goto(live_server)
    show_the_inside(page)
    for canvas, told in (("#inside-input", "at row"), ("#hidden-1", "Hidden unit")):
        page.locator(canvas).tap(position={"x": 50, "y": 40})
        expect(page.locator("#inside-say")).to_contain_text(told)
    page.locator("#inside-outputs [data-digit='8']").tap()
    expect(page.locator("#inside-say")).to_contain_text("Output 8")


def test_units_are_reached_by_arrow_keys(page: Page) -> None:
    show_the_inside(page)
    page.locator("#hidden-1").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    first = page.locator("#unit-title").inner_text()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#unit-title").inner_text() != first
    page.keyboard.press("Enter")
    page.locator("#share").focus()
    expect(page.locator("#unit-title")).to_have_text(re.compile(r"^Hidden unit \d+$"))


@pytest.mark.parametrize(("features", "side"), [("pixels", 28 + 2), ("edges", 3 * 14 + 2 + 6)])
def test_all_units_are_seen_at_a_glance_and_lead_to_one(
    page: Page, live_server: str, features: str, side: int
) -> None:
    with looked_into(page, live_server, features):
        show_the_inside(page)
        sheet = page.locator("#all-weights canvas")
        sheet.scroll_into_view_if_needed()
        expect(sheet).to_have_js_property("width", 16 * side)
        cell(page, "#all-weights canvas", 2, 1, 16, 8)
        expect(page.locator("#unit-title")).to_have_text("Hidden unit 18")
        page.locator("#all-weights summary").click()
        expect(sheet).to_be_hidden()


def test_what_is_painted_later_pushes_nothing_away(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(page.locator("#inside .figure")).to_be_visible()
    height = "document.querySelector('#inside').offsetHeight"
    before = page.evaluate(height)
    page.click('nav a[href="#learn"]')
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    assert page.evaluate(height) == before


@pytest.mark.parametrize("width", [360, 1280])
def test_the_longest_percentage_fits_beside_its_bar(
    new_page: Callable[..., Page], live_server: str, width: int
) -> None:
    page = new_page(width=width)
    page.goto(live_server)
    cut = page.evaluate(
        """() => {
          for (const node of document.querySelectorAll("[hidden]")) node.hidden = false;
          for (const node of document.querySelectorAll("[data-empty]")) node.dataset.empty = false;
          const numbers = [...document.querySelectorAll(".bars:not(.bars-signed) .number")];
          for (const node of numbers) {
            node.textContent = ">\u00a099.9\u00a0%";
            node.closest("li").classList.add("marked");
          }
          const seen = numbers.filter((node) => node.clientWidth);
          const right = (node) => node.getBoundingClientRect().right;
          const beyond = (node) => right(node) > right(node.closest("ol")) + 1;
          const cut = (node) => node.scrollWidth > node.clientWidth || beyond(node);
          const bar = (node) => node.closest("li").querySelector(".track").clientWidth;
          return [seen.length, seen.filter((node) => cut(node) || bar(node) < 20).length];
        }"""
    )
    assert cut[0] >= 30
    assert cut[1] == 0
