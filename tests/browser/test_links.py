"""A link shows another person the same; navigation, themes, sizes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw


def test_a_link_carries_drawing_label_and_rate(page: Page, new_page: Callable[..., Page]) -> None:
    draw(page, DIGITS[8])
    page.click('nav a[href="#learn"]')
    page.keyboard.press("3")
    page.locator("#step-rate").fill("60")
    page.wait_for_url("**/#*rate=1*")
    other = new_page()
    other.goto(page.url)
    expect(other.locator("#digit")).to_have_text("8")
    expect(other.locator("#label-3")).to_be_checked()
    expect(other.locator("#step-rate-value")).to_have_text("α = 1.00")
    expect(other.locator('nav a[href="#learn"]')).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    "hash_",
    ["#learn", "#ink=sgarbage", "#ink=p", "#model=gone&ink=m0", "#ink=m99999", "#%", "#a=b"],
)
def test_a_damaged_link_still_opens(
    new_page: Callable[..., Page], live_server: str, hash_: str
) -> None:
    page = new_page()
    page.goto(live_server + "/" + hash_)
    page.click("#clear")
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")


def test_the_theme_follows_the_system_until_one_is_chosen(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(color_scheme="dark")
    page.goto(live_server)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-theme", "light")
    page.click("#theme")
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 3840])
def test_nothing_sticks_out_at_any_width(
    new_page: Callable[..., Page], live_server: str, width: int
) -> None:
    page = new_page(width, 900)
    page.goto(live_server)
    draw(page, DIGITS[2])
    expect(page.locator("#inside .figure")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_drawings_survive_their_code(page: Page) -> None:
    same = page.evaluate(
        """async () => {
          const { encodeDrawing, decodeDrawing } = await import("/drawing-code.js");
          const strokes = [
            { width: 18, points: [[0, 280], [279, 1], [-40, 320]] },
            { width: 8, points: [[140, 140]] },
          ];
          const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i % 7 ? 0 : (i * 37) % 256));
          const again = decodeDrawing(encodeDrawing({ strokes, pixels: null, sample: null }));
          const image = decodeDrawing(encodeDrawing({ strokes: [], pixels, sample: null }));
          return (
            JSON.stringify(again.strokes) === JSON.stringify(strokes) &&
            image.pixels.every((value, i) => value === pixels[i]) &&
            decodeDrawing(encodeDrawing({ strokes: [], pixels, sample: 120 })).sample === 120
          );
        }"""
    )
    assert same
