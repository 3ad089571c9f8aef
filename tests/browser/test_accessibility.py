"""axe finds nothing in any view, and the keyboard reaches everything."""

from collections.abc import Callable
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")


def violations(page: Page, part: str = "html") -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(part) => axe.run(part)", part)["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_nothing(
    new_page: Callable[..., Page], live_server: str, theme: str, width: int
) -> None:
    page = new_page(width, 800, color_scheme=theme, reduced_motion="reduce")
    page.goto(live_server)
    assert violations(page) == [], "empty"
    draw(page, DIGITS[7])
    page.locator("#learn").scroll_into_view_if_needed()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    page.locator("[data-model=pretrained]").get_by_role("button", name="Mistakes").click()
    expect(page.locator("#mistakes li").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == [], "first stage"
    for stage in range(2, 7 if width > 1000 and theme == "light" else 2):
        page.click("#stage-forward")
        assert violations(page, "#stage") == [], f"stage {stage}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_derivation(
    new_page: Callable[..., Page], live_server: str, theme: str
) -> None:
    page = new_page(color_scheme=theme)
    page.goto(f"{live_server}/derivation")
    assert violations(page) == []


def test_the_tab_key_reaches_every_control(page: Page) -> None:
    draw(page, DIGITS[7])
    page.locator("#learn").scroll_into_view_if_needed()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    page.locator(".skip").focus()
    seen = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
    wanted = {"ink", "undo", "clear", "pen-width", "try-one", "inside-input", "hidden-1"}
    wanted |= {
        "stage-play",
        "stage-forward",
        "step-rate",
        "step-take",
        "field-epochs",
        "upload",
        "theme",
    }
    assert wanted <= seen, wanted - seen
