"""Finding the planted bug, and training with a mistake, from the exercises' page."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from model.exercises import exercise
from tests.browser.exercise_pages import FORGOTTEN, Opener, by_numpy, file_of, hunting, with_mistake
from tests.browser.test_accessibility import reach


def planted_in(page: Page, address: str, seed: int) -> list[list[int]]:
    """What explains the planted gradients, as the service says."""
    given = page.request.get(
        f"{address}/exercise?level=4&seed={seed}&planted=true&format=json"
    ).json()
    body = {"exercise": given["exercise"], **given["gradients"]}
    return page.request.post(f"{address}/check", data=body).json()["explanations"]


def hint_of(page: Page, address: str, row: int) -> str:
    items = page.request.get(f"{address}/mistakes").json()["items"]
    return str(next(each["hint"] for each in items if each["number"] == row))


def test_the_planted_bug_is_measured_and_named(open_at: Opener, live_server: str) -> None:
    page = open_at(1)
    hunting(page)
    right = by_numpy(exercise(4, 1))
    expect(page.locator("#hunt")).to_have_attribute("data-left", "12")
    entry = page.locator("[data-entry='dW1[2, 3]']")
    entry.click()
    expect(page.locator("#hunt-say")).to_contain_text("dW1[2, 3]")
    shown = entry.locator(".measured").inner_text()
    assert float(shown[2:].replace("−", "-")) == pytest.approx(right["dW1"][2, 3], rel=0.01)
    expect(page.locator("#hunt")).to_have_attribute("data-left", "11")
    entry.click()  # measured already
    expect(page.locator("#hunt")).to_have_attribute("data-left", "11")
    explained = planted_in(page, live_server, 1)
    assert explained
    rows = {row for rows in explained for row in rows}
    wrong = next(row for row in range(1, 41) if row not in rows)
    page.select_option("#hunt-guess", str(wrong))
    page.click("#hunt form [type=submit]")
    expect(page.locator("#hunt-verdict")).to_have_attribute("data-right", "false")
    page.select_option("#hunt-guess", str(min(rows)))
    page.click("#hunt form [type=submit]")
    expect(page.locator("#hunt-verdict")).to_have_attribute("data-right", "true")
    used = "1 of 12 central differences and 1 wrong name."
    expect(page.locator("#hunt-verdict")).to_contain_text(used)
    lesson = page.locator("#hunt-lesson")
    expect(lesson).to_contain_text("It shows in")
    expect(lesson).to_contain_text(hint_of(page, live_server, min(rows)))
    score = "Bugs found: 1. Best: with 2 central differences and wrong names together."
    expect(page.locator("#hunt-score")).to_have_text(score)
    page.reload()
    hunting(page)
    expect(page.locator("#hunt-score")).to_contain_text("Bugs found: 1")


def test_differences_are_spent_by_keys_and_run_out(open_at: Opener) -> None:
    page = open_at(1)
    hunting(page)
    reach(page, "[data-entry='dW2[0, 0]']")
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#hunt-say")).to_contain_text("dW2[1, 1]")
    for at in range(11):
        page.locator("[data-entry^='dW1[']").nth(at).click()
    expect(page.locator("#hunt-left")).to_have_text("0 central differences left")
    last = page.locator("[data-entry='dW1[7, 4]']")
    last.click()
    expect(page.locator("#hunt-say")).to_contain_text("All central differences are used")
    expect(last.locator(".measured")).to_be_empty()
    page.click("#another-bug")
    expect(page.locator("#hunt")).to_have_attribute("data-left", "12")
    assert page.evaluate("location.hash") == "#level=1&seed=1&bug=2"


def test_the_planted_gradients_are_downloaded(open_at: Opener) -> None:
    page = open_at(1)
    page.evaluate("location.hash = '#level=1&seed=1&bug=3'")
    hunting(page)
    with page.expect_download() as download:
        page.click("#hunt a[download]")
    assert download.value.suggested_filename == "exercise-4-3-planted.npz"
    with np.load(download.value.path()) as given:
        assert str(given["exercise"]) == "4-3"
        right = by_numpy(exercise(4, 3))
        assert any(not np.allclose(given[name], right[name]) for name in right)


def test_nothing_shows_through_beside_the_bar(open_at: Opener) -> None:
    page = open_at(1, width=360, height=640)
    hunting(page)
    beside = page.evaluate(
        """() => {
          const edges = (node) => {
            const { left, right } = node.getBoundingClientRect();
            return [left, right];
          };
          const boxes = [...document.querySelectorAll("#hunt .scroll")].map(edges);
          const [left, right] = edges(document.querySelector(".hunt-bar"));
          return boxes.filter(([from, to]) => from < left || to > right).length;
        }"""
    )
    assert beside == 0


def test_a_mistake_is_taken_along_to_the_training_form(open_at: Opener) -> None:
    page = open_at(4)
    hunting(page)  # all that moves the link is there
    page.select_option("#mistake-to-train", "27")
    page.click("#train-with a")
    expect(page.locator("[name=mistake]")).to_have_value("27")
    expect(page.locator("#beside-too")).to_be_checked()
    expect(page.locator("[name=mistake]")).to_be_in_viewport()


def test_a_named_mistake_leads_to_training_with_it(open_at: Opener) -> None:
    page = open_at(4)
    page.set_input_files("#answer-file", file_of(with_mistake(exercise(4, 1), FORGOTTEN)))
    page.click("#more")
    page.click("#more")
    page.locator("#names a").first.click()
    expect(page.locator("[name=mistake]")).to_have_value("30")


def test_a_mistake_that_there_is_not_chooses_none(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/?#view=train&mistake=99")
    expect(page.locator("#field-epochs")).to_be_visible()
    expect(page.locator("[name=mistake]")).to_have_value("")
