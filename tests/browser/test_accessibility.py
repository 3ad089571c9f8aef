"""axe finds nothing in any view, and the keyboard reaches everything."""

import re
from collections.abc import Callable
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw, to_the_lesson

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")


def violations(page: Page, part: str = "html") -> list[str]:
    if page.evaluate("!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = "(part) => axe.run(part, { resultTypes: ['violations'] })"  # the rest in brief: quicker
    found = page.evaluate(asked, part)["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def violations_in_both_themes(page: Page, part: str = "html") -> list[str]:
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        found += [f"{theme}: {each}" for each in violations(page, part)]
    return found


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(new_page: Callable[..., Page], live_server: str, width: int) -> None:
    wide = width > 1000
    look = violations_in_both_themes if wide else violations
    page = new_page(width, 800, reduced_motion="reduce")
    page.goto(live_server)
    assert look(page) == [], "empty"
    draw(page, DIGITS[7])
    to_the_lesson(page)
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    page.locator("[data-model=pretrained]").get_by_role("button", name="Mistakes").click()
    expect(page.locator("#mistakes li").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert look(page) == [], "first stage"
    for stage in range(2, 10 if wide else 2):
        page.click("#stage-forward")
        assert violations(page, "#stage") == [], f"stage {stage}"


def test_axe_finds_nothing_in_the_derivation(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page()
    page.goto(f"{live_server}/derivation")
    assert violations_in_both_themes(page) == []


def reach(page: Page, wanted: str, most: int = 400) -> None:
    """Press Tab until the keyboard is at the element."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{most} times Tab do not lead to {wanted}")


def test_the_keyboard_alone_goes_from_end_to_end(page: Page) -> None:
    reach(page, "#ink")
    page.keyboard.press("Space")
    for _ in range(14):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#digit")).to_have_text("1")
    expect(page.locator("#inside .figure")).to_be_visible()
    reach(page, "#hidden-1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#unit-title")).to_have_text(re.compile(r"^Hidden unit \d+$"))
    page.keyboard.press("7")
    expect(page.locator("#label-7")).to_be_checked()
    reach(page, "[name=label]")
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    reach(page, "#stage-forward")
    page.keyboard.press("Enter")
    expect(page.locator("#stage-title")).to_contain_text("2.")
    reach(page, "#step-rate")
    page.keyboard.press("ArrowLeft")
    reach(page, "#step-take")
    page.keyboard.press("Enter")
    expect(page.locator("#step-trail")).to_contain_text("After 1 step")
    reach(page, "[name=name]")
    page.keyboard.type("by keys")
    reach(page, "[name=epochs]")
    page.keyboard.type("1")
    reach(page, "#train-form summary")
    page.keyboard.press("Enter")
    reach(page, "[name=train_examples]")
    page.keyboard.type("300")
    page.keyboard.press("Enter")
    run = page.locator("#jobs [data-state=succeeded]", has_text="by keys")
    expect(run).to_be_visible()
    reach(page, "#jobs .button")  # it reads already, as it was watched
    expect(page.locator("#run-news")).to_contain_text("by keys")
    reach(page, "#chart-loss svg")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chart-loss .chart-readout")).to_contain_text("epoch")
    reach(page, "#mistakes button")
    page.keyboard.press("Enter")
    expect(page.locator("#truth")).not_to_be_empty()


def test_axe_finds_nothing_while_a_run_is_under_way_and_after(
    new_page: Callable[..., Page], locked_server: str
) -> None:
    page = new_page(1280, 800, reduced_motion="reduce")
    page.goto(locked_server)
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    page.fill("[name=epochs]", "5000")
    page.fill("[name=train_examples]", "300")
    page.fill("[name=learning_rate]", "20")
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#key-form")).to_be_visible()
    assert violations_in_both_themes(page, "#train") == [], "the key is asked for"
    page.fill("#key-form input", "sesame")
    page.keyboard.press("Enter")
    run = page.locator("#jobs [data-state=running]")
    expect(run.locator(".run-hints li").first).to_be_visible()
    expect(page.locator("#chart-accuracy path.chart-line")).not_to_have_count(0)
    assert violations_in_both_themes(page, "#train") == [], "under way"
    run.get_by_role("button", name="Cancel").click()
    page.locator("#confusion td.wrong button").first.click()
    expect(page.locator("#mistakes-all")).to_be_visible()
    page.fill("[name=learning_rate]", "-1")
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#error-learning_rate")).not_to_be_empty()
    assert violations_in_both_themes(page, "#train") == [], "after it, and a field refused"


def test_who_asked_for_less_motion_gets_none(
    new_page: Callable[..., Page], live_server: str
) -> None:
    for motion, moves in (("reduce", False), ("no-preference", True)):
        page = new_page(reduced_motion=motion)
        page.goto(live_server)
        draw(page, DIGITS[7])
        to_the_lesson(page)
        expect(page.locator("#learn .figure")).to_be_visible()
        style = page.evaluate(
            """() => {
              const style = (selector) => getComputedStyle(document.querySelector(selector));
              return [style("html").scrollBehavior, style("#stage-picture > *").animationName];
            }"""
        )
        assert style == (["smooth", "arrive"] if moves else ["auto", "none"])


def test_the_tab_key_reaches_every_control(page: Page) -> None:
    draw(page, DIGITS[7])
    to_the_lesson(page)
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    page.locator(".skip").focus()
    page.evaluate(
        """() => {
          window.seen = [];
          addEventListener("focusin", ({ target }) => seen.push(target.id || target.name));
        }"""
    )
    for _ in range(800):
        page.keyboard.press("Tab")
    seen = set(page.evaluate("seen"))
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
