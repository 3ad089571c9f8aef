"""A network that sees edges is shown as eight pictures of edges, one that sees pixels as before."""

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.networks import looked_into
from tests.browser.pen import DIGITS, draw, to_the_lesson
from tests.browser.test_accessibility import violations

#: Panels as they lie on the page, from left to right and from top to bottom; "" is the middle.
PANELS = (
    *("upper left", "upper", "upper right"),
    *("left", "", "right"),
    *("lower left", "lower", "lower right"),
)


@pytest.fixture
def edges_page(page: Page, live_server: str) -> Iterator[Page]:
    with looked_into(page, live_server, "edges"):
        yield page


def point_at(picture: Locator, panel: int, column: float = 0.5, row: float = 0.52) -> None:
    """Move the pointer into a panel, numbered as in PANELS; column and row from 0 to 1."""
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    side, pitch = (box["width"] * part / (3 * 14 + 2) for part in (14, 15))
    x, y = (panel % 3) * pitch + column * side, (panel // 3) * pitch + row * side
    picture.hover(position={"x": x, "y": y})


def test_the_input_is_read_side_by_side(edges_page: Page) -> None:
    page = edges_page
    draw(page, DIGITS[3])
    picture, said = page.locator("#inside-input"), page.locator("#inside-say")
    expect(page.locator("#inside .figure")).to_be_visible()
    expect(page.locator("#inside [data-features=edges]").first).to_be_visible()
    expect(page.locator("[data-features=pixels]").first).to_be_hidden()
    expect(picture).to_have_attribute("aria-label", re.compile("eight pictures"))
    for panel, side in enumerate(PANELS):
        point_at(picture, panel, 0.4, 0.6)
        if side:
            expect(said).to_contain_text(
                f"the {side} side of a stroke, at rows 16–17, columns 8–11"
            )
        else:
            expect(said).to_contain_text("Point at")
    picture.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")  # over the gap
    expect(said).to_contain_text("the lower side of a stroke, at rows 16–17, columns 24–27")
    for _ in range(9):
        page.keyboard.press("ArrowUp")  # over the middle
    expect(said).to_contain_text("the upper side of a stroke, at rows 26–27, columns 24–27")


def test_the_digit_is_in_the_middle_of_its_edges_and_arrows_are_between_weights(
    edges_page: Page,
) -> None:
    page = edges_page
    draw(page, DIGITS[1])
    expect(page.locator("#inside .figure")).to_be_visible()
    page.wait_for_function(
        """() => {
          const data = (selector, ...box) =>
            document.querySelector(selector).getContext("2d").getImageData(...box).data;
          const stroke = data("#inside-input", 120 + 52, 120 + 40, 8, 32);
          const arrow = data("#unit-weights", 120 + 10, 120 + 52, 20, 8); // that of left sides
          return stroke.some((value, at) => at % 4 === 0 && value > 200)
            && arrow.some((value, at) => at % 4 === 3 && value > 200)
            && arrow.some((value, at) => at % 4 === 3 && value === 0);
        }"""
    )


def test_a_weight_of_an_edge_is_read_with_its_side(edges_page: Page) -> None:
    page = edges_page
    draw(page, DIGITS[3])
    expect(page.locator("#inside .figure")).to_be_visible()
    expect(page.locator("#unit-products-name")).to_have_text("weights × the edges")
    point_at(page.locator("#unit-weights"), 1)
    expect(page.locator("#unit-read")).to_contain_text(
        "upper sides (↓), rows 14–15, columns 12–15: x₂₀₆ · w"
    )


def test_the_backward_pass_ends_at_the_edges(edges_page: Page) -> None:
    page = edges_page
    draw(page, DIGITS[3])
    page.click('nav a[href="#learn"]')
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    for _ in range(7):
        page.click("#stage-forward")
    expect(page.locator("#stage-title")).to_have_text("8. The weights from the edges")
    expect(page.locator("#stage-words")).to_contain_text("a copy of the digit's edges")
    point_at(page.locator(".gallery canvas").first, 0)
    expect(page.locator("#stage-numbers")).to_contain_text("upper left sides (↘), rows 14–15")
    page.click("#stage-forward")
    expect(page.locator("#stage-title")).to_have_text("9. Back to the edges")
    point_at(page.locator("#stage-picture canvas"), 8)
    expect(page.locator("#stage-numbers")).to_contain_text("where the edge is")
    expect(page.locator("#stage-numbers")).to_contain_text("lower right sides (↖)")


def test_words_and_pictures_follow_the_network(page: Page, live_server: str) -> None:
    for features, width, title in (
        ("edges", 8 * (3 * 14 + 2), "Back to the edges"),
        ("pixels", 8 * 28, "Back to the pixels"),
    ):
        with looked_into(page, live_server, features) as id:
            draw(page, DIGITS[3])
            expect(page.locator("#inside .figure")).to_be_visible()
            for picture in ("#inside-input", "#unit-weights", "#unit-products"):
                expect(page.locator(picture)).to_have_js_property("width", width)
            to_the_lesson(page)
            expect(page.locator("#stage-chips button").last).to_have_attribute("title", title)
            shown = page.locator("#inside [data-features]:visible")
            assert {part.get_attribute("data-features") for part in shown.all()} == {features}
            row = page.locator(f"[data-model='{id}']")
            expect(row.locator("td", has_text=features)).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (320, "light")])
def test_edges_are_accessible_and_pointing_at_them_moves_nothing(
    new_page: Callable[..., Page], live_server: str, width: int, theme: str
) -> None:
    page = new_page(width, 800, color_scheme=theme, reduced_motion="reduce")
    with looked_into(page, live_server, "edges"):
        draw(page, DIGITS[3])
        to_the_lesson(page)
        expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
        height = "document.querySelector('.story').offsetHeight"
        pictures = ["#inside-input", "#unit-weights"]
        for stage in range(9):
            if stage == 7:
                pictures = [".gallery figure:nth-child(2) canvas"]
            if stage == 8:
                pictures = ["#stage-picture canvas"]
            if stage in (0, 7, 8):
                before = page.evaluate(height)
                for picture, panel in product(pictures, (0, 3, 8)):
                    point_at(page.locator(picture), panel, 0.95, 0.95)
                    assert page.evaluate(height) == before, (picture, panel)
                assert violations(page, "#inside") == [], "inside"
                assert violations(page, "#stage") == [], stage
            if stage < 8:
                page.click("#stage-forward")
        assert page.evaluate("document.documentElement.scrollWidth") == width
