"""A link shows another person the same; navigation, themes, sizes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.networks import looked_into
from tests.browser.pen import DIGITS, draw, press, to_the_lesson


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


def test_nothing_sticks_out_at_any_width(page: Page) -> None:
    draw(page, DIGITS[2])
    expect(page.locator("#inside .figure")).to_be_visible()
    to_the_lesson(page)
    expect(page.locator("#learn .figure")).to_be_visible()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")  # the last stroke's
    page.click("#step-take")
    expect(page.locator("#step-trail")).not_to_be_empty()
    page.locator("[data-model=pretrained]").get_by_role("button", name="Mistakes").click()
    expect(page.locator("#mistakes li").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for width in (320, 360, 768, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 900})
        for stage in range(9):
            page.locator(".chip").nth(stage).click()
            needed = page.evaluate("document.documentElement.scrollWidth")
            assert needed == width, f"{width}, stage {stage + 1}"


def test_a_link_carries_model_and_runs(
    page: Page, new_page: Callable[..., Page], live_server: str
) -> None:
    body = {"name": "in the link", "epochs": 1, "train_examples": 200, "hidden_layers": [4]}
    job = page.request.post(f"{live_server}/train", data=body).json()["id"]
    page.reload()
    run = f"#jobs [data-job='{job}']"
    expect(page.locator(f"{run}[data-state='succeeded']")).to_be_visible()
    page.locator(run).get_by_role("checkbox").set_checked(True)
    mine = page.locator("[data-model]", has_text="in the link")
    mine.get_by_role("button", name="Read with it").click()
    expect(mine).to_contain_text("reads here")
    page.wait_for_url(re.compile(rf"model=\w+.*runs=[\w%]*{job}"))
    other = new_page()
    other.goto(page.url)
    expect(other.locator("[data-model]", has_text="in the link")).to_contain_text("reads here")
    expect(other.locator(run).get_by_role("checkbox")).to_be_checked()
    expect(other.locator("#chart-loss .chart-readout")).to_contain_text("in the link")
    draw(other, DIGITS[1])
    expect(other.locator("#hidden-1")).to_have_js_property("width", 4 * 24)


@pytest.mark.parametrize("size", [(750, 342), (683, 384), (1366, 650), (1280, 800)])
def test_the_pad_and_its_answer_fit_into_a_window(
    new_page: Callable[..., Page], live_server: str, size: tuple[int, int]
) -> None:
    width, height = size
    page = new_page(width, height)
    page.goto(live_server)
    draw(page, DIGITS[7])
    expect(page.locator("#verdict")).not_to_be_empty()
    assert page.evaluate("scrollY") == 0
    for part in ("#ink", "#clear", "#network", "#age", "#digit", "#input28", "#verdict"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= height, part
        assert box["x"] + box["width"] <= width, part


def test_a_link_carries_stage_and_age(page: Page, new_page: Callable[..., Page]) -> None:
    draw(page, DIGITS[3])
    page.click('nav a[href="#learn"]')
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    page.locator("#age").fill("3")
    page.locator(".chip").nth(6).click()
    page.wait_for_url(re.compile(r"stage=delta1.*model=pixels%40\d+"))
    title = page.locator("#stage-title").inner_text()
    other = new_page()
    other.goto(page.url)
    expect(other.locator("#age")).to_have_value("3")
    expect(other.locator("#stage-title")).to_have_text(title)
    expect(other.locator("#digit")).to_have_text(page.locator("#digit").inner_text())


def test_a_link_whose_network_is_gone_says_so(
    new_page: Callable[..., Page], live_server: str
) -> None:
    for link in ("#model=gone", "#model=gone&ink=m0", "#model=pixels%4077"):
        page = new_page()
        page.goto(f"{live_server}/{link}")
        expect(page.locator("#network-say")).to_contain_text("no longer here")
        expect(page.locator("#network")).to_have_value("pixels")
        draw(page, DIGITS[7])
        expect(page.locator("#digit")).to_have_text("7")


def test_unticked_runs_stay_unticked(page: Page, live_server: str) -> None:
    body = {"name": "unticked", "epochs": 1, "train_examples": 200, "hidden_layers": [4]}
    job = page.request.post(f"{live_server}/train", data=body).json()["id"]
    page.goto(f"{live_server}/#view=train&runs={job}")
    box = page.locator(f"#jobs [data-job='{job}'][data-state=succeeded]").get_by_role("checkbox")
    expect(box).to_be_checked()
    box.set_checked(False)
    page.wait_for_url("**/#*runs=none*")
    page.reload()
    expect(box).to_be_attached()
    for each in page.locator("#jobs").get_by_role("checkbox").all():
        expect(each).not_to_be_checked()


def test_the_digit_is_there_again_after_another_page(page: Page) -> None:
    draw(page, DIGITS[2])
    expect(page.locator("#digit")).to_have_text("2")
    page.click("nav .elsewhere >> nth=0")
    expect(page).to_have_url(re.compile("/derivation$"))
    page.go_back()
    expect(page.locator("#digit")).to_have_text("2")
    page.click("nav .elsewhere >> nth=0")
    page.locator("a.brand").click()
    expect(page.locator("#digit")).to_have_text("2")
    page.locator("a.brand").click()  # on the page itself it leads to the top
    expect(page.locator("#digit")).to_have_text("2")


def test_back_returns_to_the_part_that_was_read(page: Page) -> None:
    draw(page, DIGITS[6])
    expect(page.locator("#digit")).to_have_text("6")
    to_the_lesson(page)  # all figures are filled: the page has its height
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    press(page, "a.brand")
    expect(page.locator('nav a[href="#draw"]')).to_have_attribute("aria-current", "true")
    for part in ("inside", "train"):
        press(page, f'nav a[href="#{part}"]')
        expect(page.locator(f'nav a[href="#{part}"]')).to_have_attribute("aria-current", "true")
        page.wait_for_function(  # it has come to rest there
            "(part) => Math.abs(document.querySelector(part).getBoundingClientRect().top) < 100",
            arg=f"#{part}",
        )
    page.go_back()
    expect(page.locator('nav a[href="#inside"]')).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator('nav a[href="#draw"]')).to_have_attribute("aria-current", "true")
    expect(page.locator("#digit")).to_have_text("6")


def test_a_link_put_into_the_address_of_the_open_page_is_shown(page: Page) -> None:
    draw(page, DIGITS[6])
    expect(page.locator("#digit")).to_have_text("6")
    page.evaluate("location.hash = '#ink=m0&model=pretrained'")
    expect(page.locator("#network")).to_have_value("pretrained")
    expect(page.locator("#digit")).to_have_text("7")


def test_copy_link_puts_it_on_the_clipboard(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server)
    draw(page, DIGITS[4])
    expect(page.locator("#digit")).to_have_text("4")
    page.click("#share")
    expect(page.locator("#announce")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    other = new_page()
    other.goto(link)
    expect(other.locator("#digit")).to_have_text("4")


@pytest.mark.parametrize("features", ["pixels", "edges"])
def test_pointing_at_things_moves_nothing_below_them(
    new_page: Callable[..., Page], live_server: str, features: str
) -> None:
    page = new_page()
    with looked_into(page, live_server, features):
        draw(page, DIGITS[5])
        for width in (320, 360, 500, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            tops = where_the_lesson_begins(page)
            assert len(tops) == 1, (width, tops)


def where_the_lesson_begins(page: Page) -> list[int]:
    """Every place where it began while something above it was pointed at."""
    page.locator("#all-weights").scroll_into_view_if_needed()
    expect(page.locator("#inside .figure")).to_be_visible()
    tops: list[int] = page.evaluate(
        """async () => {
          const frame = () =>
            new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const find = (selector) => document.querySelector(selector);
          const top = () => find("#learn").getBoundingClientRect().top + scrollY;
          const over = (node, x, y) => {
            const box = node.getBoundingClientRect();
            const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
            node.dispatchEvent(new PointerEvent("pointermove", at));
          };
          await frame(); // the window may have a new size
          const tops = new Set([Math.round(top())]);
          for (const selector of ["#inside-input", "#hidden-1", "#unit-weights"]) {
            for (const place of [0.1, 0.5, 0.99]) {
              over(find(selector), place, place);
              await frame();
              tops.add(Math.round(top()));
            }
            find(selector).dispatchEvent(new PointerEvent("pointerleave"));
          }
          for (const digit of [0, 8]) {
            const output = find(`#inside-outputs [data-digit="${digit}"]`);
            output.dispatchEvent(new PointerEvent("pointerenter"));
            await frame();
            tops.add(Math.round(top()));
            output.dispatchEvent(new PointerEvent("pointerleave"));
          }
          return [...tops];
        }"""
    )
    return tops
