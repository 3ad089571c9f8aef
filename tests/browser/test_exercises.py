"""The exercises: failed, hinted and passed; the planted bug; progress; narrow and dark."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from model.exercises import exercise, right_gradients


def opened(page: Page, live_server: str, level: int, seed: int) -> Page:
    page.goto(f"{live_server}/exercises?level={level}&seed={seed}")
    expect(page.locator("#exercise-sizes")).to_contain_text(f"Exercise {level}-{seed}")
    return page


def fill(page: Page, grads: dict[str, Any]) -> None:
    for name, g in grads.items():
        inputs = page.locator(f"[data-asked={name}] input")
        for at, value in enumerate(np.ravel(g)):
            inputs.nth(at).fill(f"{value:.4f}".replace("-", "−").replace(".", ","))


def check(page: Page) -> None:
    with page.expect_response("**/check*"):
        page.press("#answer [type=submit]", "Enter")


def test_an_exercise_is_failed_hinted_and_passed(page: Page, live_server: str) -> None:
    opened(page, live_server, 3, 5)
    task = exercise(3, 5)
    back = task.solve().back
    wrong = right_gradients(task) | {"dW1": task.X.T @ back, "db1": back.sum(axis=0)}
    fill(page, wrong)
    check(page)
    expect(page.locator(".whole")).to_contain_text("Not yet")
    expect(page.locator("[data-array=dW2][data-verdict=right]")).to_be_visible()
    expect(page.locator("[data-array=db1][data-verdict=wrong]")).to_be_visible()
    expect(page.locator("[data-array=dW1][data-verdict=right_given_yours]")).to_be_visible()
    expect(page.get_by_text("σ′ forgotten")).to_be_hidden()
    page.click(".hints summary")
    expect(page.locator(".hints li")).to_contain_text("sigmoid's slope")
    page.click(".names summary")
    expect(page.locator(".names [data-number='30']")).to_contain_text("σ′ forgotten")
    expect(page.locator("#level-list [data-level='3']")).to_have_attribute("data-state", "tried")
    fill(page, right_gradients(task))
    check(page)
    expect(page.locator(".whole")).to_contain_text("Right.")
    expect(page.locator("#level-list [data-level='3']")).to_have_attribute("data-state", "right")
    expect(page.locator(".names")).to_have_count(0)


def test_what_is_shown_is_the_exercise(page: Page, live_server: str) -> None:
    opened(page, live_server, 7, 1)
    task = exercise(7, 1)
    for name, values in {**task.arrays(), "Z1": task.solve().Z1, "H": task.solve().H}.items():
        if values.size > 150:
            continue
        cells = page.locator(f"[data-array='{name}'] td").all_inner_texts()
        found = [float(text.replace("−", "-").replace(" × 10⁻⁴", "e-4")) for text in cells]
        assert np.allclose(found, values.ravel(), rtol=2e-3, atol=1e-5), name
    expect(page.locator("[data-array='P']")).to_have_count(0)
    expect(page.locator("#fields input")).to_have_count(0)
    expect(page.locator("#code")).to_contain_text('np.load("exercise-7-1.npz")')


def test_a_file_is_judged_and_its_slope_drawn(page: Page, live_server: str, tmp_path: Path) -> None:
    opened(page, live_server, 5, 2)
    with page.expect_download() as download:
        page.click("#download")
    given = tmp_path / "exercise.npz"
    download.value.save_as(given)
    arrays = dict(np.load(given))
    task = exercise(5, 2)
    assert np.array_equal(arrays["W1"], task.parameters.weights[0])
    back = task.solve().back
    mine = right_gradients(task) | {"dW1": task.X.T @ back, "db1": back.sum(axis=0)}
    np.savez(tmp_path / "mine.npz", exercise=arrays["exercise"], **mine)
    page.set_input_files("#file", tmp_path / "mine.npz")
    check(page)
    points = page.locator(".slope-own")
    expect(points).not_to_have_count(0)
    assert len({point.get_attribute("cy") for point in points.all()}) == 1  # flat, at 1
    expect(page.locator(".portrait figcaption")).to_contain_text("from 1.00 to 1.00")
    page.locator("[name=convention][value=sum]").check()
    sums = {name: g * len(task.X) for name, g in right_gradients(task).items()}
    np.savez(tmp_path / "sum.npz", **sums)
    page.set_input_files("#file", tmp_path / "sum.npz")
    check(page)
    expect(page.locator(".whole")).to_contain_text("Right.")


def test_what_cannot_be_read_is_said(page: Page, live_server: str, watch: Any) -> None:
    opened(page, live_server, 1, 3)
    page.press("#answer [type=submit]", "Enter")
    expect(page.locator("#answer-say")).to_contain_text("at least one number")
    first = page.locator("#fields input").first
    first.fill("1/2")
    page.press("#answer [type=submit]", "Enter")
    expect(page.locator("#answer-say")).to_contain_text("no number")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    first.fill("0.5")
    page.press("#answer [type=submit]", "Enter")
    expect(page.locator("#answer-say")).to_contain_text("fill in all of its entries")
    page.set_input_files("#file", {"name": "a.npz", "mimeType": "application/zip", "buffer": b"no"})
    check(page)
    expect(page.locator("#answer-say")).to_contain_text("not a whole .npz")
    watch.complaints = [said for said in watch.complaints if "422" not in said]


def test_the_planted_bug_is_found(page: Page, live_server: str) -> None:
    opened(page, live_server, 1, 0)
    with page.expect_response("**/exercise?level=4*planted=true*") as planted:
        page.click("#bug-new")
    sheet = planted.value.json()
    expect(page.locator("#bug-task")).to_contain_text("You have 12 of them")
    page.locator("[data-entry='db2[1]']").click()
    expect(page.locator("#bug-log li")).to_have_count(1)
    expect(page.locator("#bug-task")).to_contain_text("You have 11 of them")
    right = float(right_gradients(exercise(4, sheet["seed"]))["db2"][0])
    told = page.locator("#bug-log li").inner_text().replace("−", "-")
    assert (
        abs(float(told.split("finite difference ")[1].split(". ")[0]) - right)
        < 0.01 * abs(right) + 1e-6
    )
    body = {"exercise": sheet["exercise"], "gradients": sheet["gradients"]}
    found = page.request.post(f"{live_server}/check", data=body).json()["mistakes"][0]
    other = "1" if found["number"] != 1 else "2"
    page.select_option("#bug-name", other)
    page.press("#bug-guess [type=submit]", "Enter")
    expect(page.locator("#bug-say")).to_contain_text("other numbers")
    page.select_option("#bug-name", str(found["number"]))
    page.press("#bug-guess [type=submit]", "Enter")
    expect(page.locator("#bug-say")).to_contain_text(f"Yes: {found['name']}")
    expect(page.locator("#bug-say")).to_contain_text("1 of 12")


def test_progress_stays_is_taken_along_and_forgotten(
    page: Page, live_server: str, tmp_path: Path
) -> None:
    opened(page, live_server, 1, 4)
    fill(page, {"db2": right_gradients(exercise(1, 4))["db2"]})
    check(page)
    first = page.locator("#level-list [data-level='1']")
    expect(first).to_have_attribute("data-state", "right")
    page.goto(f"{live_server}/exercises")
    expect(first).to_have_attribute("data-state", "right")
    expect(page.locator("#exercise-title")).to_contain_text("Level 2")
    with page.expect_download() as download:
        page.click("#export")
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["progress"]["1"]["right"] is True
    page.click("#forget")
    expect(first).to_have_attribute("data-state", "open")
    page.set_input_files("#import", file)
    expect(first).to_have_attribute("data-state", "right")
    odd = {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"}
    page.set_input_files("#import", odd)
    expect(page.locator("#progress-say")).to_contain_text("no progress")
    expect(first).to_have_attribute("data-state", "right")


def test_the_main_page_and_the_derivation_lead_here(page: Page, live_server: str) -> None:
    page.click("nav a[href=exercises]")
    expect(page.locator("h1")).to_have_text("Exercises in backpropagation")
    page.click("nav a[href=derivation]")
    page.click("nav a[href=exercises]")
    expect(page.locator("#level-list button")).to_have_count(10)
    page.locator("#level-list button").nth(4).click()
    expect(page.locator("#exercise-title")).to_contain_text("Level 5")
    assert "level=5" in page.url
    page.click("#another")
    page.wait_for_function("!location.search.includes('seed=0')")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: Callable[..., Page], live_server: str, width: int, scheme: str
) -> None:
    page = opened(new_page(width=width, color_scheme=scheme), live_server, 4, 2)
    fill(page, {n: g * 3 for n, g in right_gradients(exercise(4, 2)).items()})
    check(page)
    for part in (".hints", ".names", "#code-part"):
        page.locator(f"{part} summary").click()
    page.click("#bug-new")
    expect(page.locator("#bug-tables button").first).to_be_visible()
    page.locator("#bug-tables button").first.click()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
