"""The exercises' page itself: its address, progress, keys, paper, phones and readers of screens."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from model.exercises import exercise
from tests.browser.conftest import Watch
from tests.browser.exercise_pages import (
    FORGOTTEN,
    Opener,
    by_numpy,
    check,
    file_of,
    hunting,
    state,
    type_in,
    with_mistake,
)
from tests.browser.test_accessibility import reach, violations, violations_in_both_themes


def test_the_address_says_which_exercise_is_open(open_at: Opener) -> None:
    page = open_at(2, 7)
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-7")
    page.click("#another")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-8")
    assert page.evaluate("location.hash") == "#level=2&seed=8"
    expect(page.locator("#another")).to_be_focused()
    page.click("#levels [data-level='4']")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "4-1")
    expect(page.locator("#levels [aria-current]")).to_have_attribute("data-level", "4")
    page.go_back()
    page.go_back()
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-7")


def test_what_was_typed_is_there_after_a_look_at_another_exercise(open_at: Opener) -> None:
    page = open_at(1)
    page.locator("[data-grid=db2] input").first.fill("0.25")
    page.click("#levels [data-level='2']")
    expect(page.locator("[data-grid=dW2]")).to_be_visible()
    page.click("#levels [data-level='1']")
    expect(page.locator("[data-grid=dW2]")).to_have_count(0)
    expect(page.locator("[data-grid=db2] input").first).to_have_value("0.25")


@pytest.mark.parametrize("leave", ["by a link", "by a reload"])
def test_what_was_typed_is_there_after_a_look_at_another_page(open_at: Opener, leave: str) -> None:
    page = open_at(4, 2)
    field = page.locator("[data-grid=db2] input").first
    field.fill("0.25")
    page.check("[name=convention][value=sum]")
    if leave == "by a link":
        page.locator(".equation-link").first.click()
        expect(page.locator("#eq-1")).to_be_visible()
        page.go_back()
    else:
        page.reload()
    expect(field).to_have_value("0.25")
    expect(page.locator("[name=convention][value=sum]")).to_be_checked()


def test_a_tab_remembers_which_exercise_was_open(open_at: Opener, live_server: str) -> None:
    page = open_at(3, 7)
    for address in ("/exercises", "/exercises?again#progress"):
        page.goto(f"{live_server}{address}")
        expect(page.locator("#task")).to_have_attribute("data-exercise", "3-7")
    page.goto(f"{live_server}/exercises?again#level=2")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-1")


def test_without_leave_to_store_the_page_works_all_the_same(
    new_page: Callable[..., Page], live_server: str, watch: Watch
) -> None:
    page = new_page(reduced_motion="reduce")
    page.add_init_script(
        """for (const name of ["sessionStorage", "localStorage"])
          Object.defineProperty(window, name, { get() { throw new Error("no leave"); } });"""
    )
    page.goto(f"{live_server}/exercises#level=1&seed=1")
    page.locator("[data-grid=db2] input").first.fill("0.25")
    page.locator("#levels [data-level='2']").press("Enter")
    expect(page.locator("[data-grid=dW2]")).to_be_visible()
    page.locator("#levels [data-level='1']").press("Enter")
    expect(page.locator("[data-grid=dW2]")).to_have_count(0)
    expect(page.locator("[data-grid=db2] input").first).to_have_value("0.25")
    assert watch.complaints == []


def test_progress_survives_a_reload_is_exported_imported_and_cleared(
    open_at: Opener, live_server: str, tmp_path: Path
) -> None:
    page = open_at(1)
    type_in(page, {"db2": by_numpy(exercise(1, 1))["db2"]})
    check(page)
    expect(page.locator("#progress-sum")).to_have_text("1 of 10 exercises is right.")
    page.reload()
    expect(page.locator("#levels [data-level='1']")).to_have_attribute("data-state", "right")
    with page.expect_download() as download:
        page.click("#export")
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["levels"]["1"]["state"] == "right"
    page.click("#clear-progress")
    assert state(page, 1) == "right"  # asked first
    page.click("#clear-progress")
    expect(page.locator("#levels [data-level='1']")).to_have_attribute("data-state", "open")
    page.reload()
    expect(page.locator("#levels [data-level='1']")).to_have_attribute("data-state", "open")
    page.set_input_files("#import", file)
    expect(page.locator("#levels [data-level='1']")).to_have_attribute("data-state", "right")
    page.set_input_files(
        "#import", {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    expect(page.locator("#progress-say")).to_contain_text("holds no progress")
    page = page.context.new_page()  # a new tab without an exercise: the first that is not right
    page.goto(f"{live_server}/exercises")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-1")


def test_an_exercise_that_there_is_not_is_said(open_at: Opener) -> None:
    page = open_at(3, 7)
    page.evaluate("location.hash = '#level=99&seed=5'")
    expect(page.locator("#place-say")).to_contain_text("level=99")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "3-5")
    expect(page.locator("#place-say")).to_contain_text("This is exercise 3-5.")
    page.click("#levels [data-level='2']")
    expect(page.locator("#place-say")).to_be_empty()


@pytest.mark.parametrize(("width", "longest"), [(360, "−0.009475"), (1280, "−0.0094751")])
def test_a_field_shows_the_whole_of_a_small_number(
    open_at: Opener, width: int, longest: str
) -> None:
    page = open_at(4, width=width)
    field = page.locator("[data-grid=dW1] input").first
    field.fill(longest)
    sizes = field.evaluate(
        "(node) => ({ inside: node.clientWidth, text: node.scrollWidth, own: node.offsetWidth })"
    )
    assert sizes["text"] <= sizes["inside"]
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_alone_answers_an_exercise(open_at: Opener) -> None:
    page = open_at(1)
    right = by_numpy(exercise(1, 1))["db2"]
    reach(page, "#levels [data-level='1']")
    page.keyboard.press("Enter")
    reach(page, "[data-grid=db2] input")
    page.keyboard.type(f"{-right[0]:.4f}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{-right[1]:.4f}")
    page.keyboard.press("Enter")
    expect(page.locator("#result-title")).to_have_text("Not right yet.")
    reach(page, "#more")
    page.keyboard.press("Enter")
    expect(page.locator("#hints")).to_be_visible()
    expect(page.locator("#more")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#names")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(open_at: Opener, width: int) -> None:
    page = open_at(4, 3, width=width, height=800)
    type_in(page, {"db2": np.full(4, 0.1)})
    page.locator("[data-grid=dW2] input").first.fill("x")
    page.click("#check")
    expect(page.locator("#say-dW2")).not_to_be_empty()
    assert violations_in_both_themes(page) == [], "a field refused"
    page.set_input_files("#answer-file", file_of(with_mistake(exercise(4, 3), FORGOTTEN)))
    page.click("#more")
    assert violations(page, "#result") == [], "hinted"
    page.click("#more")
    hunting(page)
    page.locator("[data-entry]").first.click()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations_in_both_themes(page) == [], "named"
    page.locator("[data-grid=dW2] input").first.fill("1")
    expect(page.locator("#result-old")).to_be_visible()
    assert violations_in_both_themes(page) == [], "old"


@pytest.mark.parametrize("level", [1, 4, 5, 10])
def test_nothing_is_wider_than_a_small_phone(open_at: Opener, level: int) -> None:
    page = open_at(level, 3, width=320, height=640)
    page.set_input_files("#answer-file", file_of(with_mistake(exercise(level, 3), FORGOTTEN)))
    expect(page.locator("#result")).to_be_visible()
    hunting(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_phone_shows_the_title_of_the_open_exercise_in_the_list(open_at: Opener) -> None:
    page = open_at(3, width=360, height=740)
    titles = page.locator("#levels .level-title")
    place = titles.nth(2).bounding_box()
    assert place
    assert place["width"] > 50
    assert (titles.nth(3).evaluate("(node) => node.parentElement.offsetWidth")) == 1
    page.click("#levels [data-level='4']")
    assert (titles.nth(3).evaluate("(node) => node.parentElement.offsetWidth")) > 50


def test_on_paper_only_the_exercise_is_printed(open_at: Opener) -> None:
    page = open_at(3)
    page.emulate_media(media="print")
    for hidden in (".top", "#levels", "#bug", "#progress", "#check", ".own-machine"):
        expect(page.locator(hidden).first).to_be_hidden()
    for seen in ("#task-title", ".matrix", ".steps", "[data-grid=dW1] input"):
        expect(page.locator(seen).first).to_be_visible()


def test_who_asks_for_an_exercise_in_vain_can_try_again(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page()
    page.route("**/exercise?level=2*", lambda route: route.abort())
    page.goto(f"{live_server}/exercises#level=2&seed=1")
    retry = page.locator("#task").get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    expect(page.locator("#task .notice")).not_to_be_empty()
    page.unroute_all()
    retry.click()
    expect(page.locator("#answer")).to_be_visible()


def test_the_pages_lead_to_each_other(new_page: Callable[..., Page], live_server: str) -> None:
    page = new_page()
    for start in ("/", "/derivation"):
        page.goto(f"{live_server}{start}")
        page.locator(".top nav").get_by_role("link", name="Exercises").click()
        expect(page).to_have_url(re.compile("/exercises"))
        expect(page.locator("#task-title")).to_be_visible()
