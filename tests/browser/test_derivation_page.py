"""The derivation's page: legible mathematics, figures, narrow screens, paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations


@pytest.fixture
def derivation(new_page: Callable[..., Page], live_server: str) -> Page:
    page = new_page(reduced_motion="reduce")
    page.goto(f"{live_server}/derivation")
    return page


def drops(page: Page) -> dict[str, list[float]]:
    """How far below each letter its subscript hangs, in em of the subscript: by letter."""
    return page.evaluate(
        """() => {
          const found = {};
          for (const one of document.querySelectorAll('main .equation msub')) {
            // Both boxes end at the baseline: no letter of "ik" goes below it, and a base that
            // does, such as y, is padded.
            const [base, below] = [one.firstElementChild, one.lastElementChild];
            if (!"ik".includes(below.textContent)) continue;
            const size = parseFloat(getComputedStyle(below).fontSize);
            const bottom = (node) => node.getBoundingClientRect().bottom;
            (found[base.textContent] ??= []).push((bottom(below) - bottom(base)) / size);
          }
          return found;
        }"""
    )


def test_subscripts_hang_equally_low_whatever_they_belong_to(derivation: Page) -> None:
    found = drops(derivation)
    assert {"y", "ŷ", "h", "z"} <= set(found)
    low = [drop for letter in "yŷhz" for drop in found[letter]]
    assert max(low) - min(low) < 0.1, found


def test_letters_are_italics_of_a_text_font(derivation: Page) -> None:
    styles = derivation.evaluate(
        """[...document.querySelectorAll('main mi')].map(mi => {
          const style = getComputedStyle(mi);
          return [mi.getAttribute('mathvariant'), style.fontStyle, style.textTransform].join();
        })"""
    )
    assert set(styles) == {",italic,none", "normal,normal,none"}


def test_the_samples_come_with_their_labels(derivation: Page) -> None:
    derivation.locator(".samples").scroll_into_view_if_needed()
    labels = derivation.locator("#mnist-grid figcaption")
    expect(labels).to_have_text([*map(str, range(10)), *map(str, range(10))])
    hot = derivation.locator("#mnist-grid .sample").nth(7).locator("i[data-hot]")
    expect(hot).to_have_count(1)
    expect(derivation.locator("#mnist-grid .sample").nth(7).locator("i").nth(7)).to_have_attribute(
        "data-hot", ""
    )


def test_the_path_moves_until_it_is_stopped_and_not_for_who_wants_no_motion(
    new_page: Callable[..., Page], live_server: str, derivation: Page
) -> None:
    name = "getComputedStyle(document.querySelector('#path-figure .lit')).animationName"
    assert derivation.evaluate(name) == "none"
    assert derivation.locator("#path-figure .lit.second").count() == 3
    moving = new_page(reduced_motion="no-preference")
    moving.goto(f"{live_server}/derivation")
    assert moving.evaluate(name) == "light-first"
    moving.locator("#path-figure input").uncheck()
    assert moving.evaluate(name) == "none"


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_page_never_scrolls_sideways(
    new_page: Callable[..., Page], live_server: str, width: int
) -> None:
    page = new_page(width, 700)
    page.goto(f"{live_server}/derivation")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.locator("main .parts")
    sizes = wide.evaluate_all(
        "all => all.map(one => [one.scrollWidth > one.clientWidth, one.tabIndex])"
    )
    assert all(tab == (0 if too_wide else -1) for too_wide, tab in sizes)
    if width >= 768:
        assert not any(too_wide for too_wide, _ in sizes)


def test_on_a_phone_axe_finds_nothing_and_the_pad_is_folded(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(320, 700)
    page.goto(f"{live_server}/derivation")
    expect(page.locator(".bench details")).not_to_have_attribute("open", "")
    page.click(".bench summary")
    expect(page.locator("#ink")).to_be_in_viewport()
    assert violations(page) == []


def test_on_paper_it_is_eight_pages(derivation: Page) -> None:
    derivation.locator(".samples").scroll_into_view_if_needed()
    expect(derivation.locator("#mnist-grid .sample")).to_have_count(20)
    paper = derivation.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 8
