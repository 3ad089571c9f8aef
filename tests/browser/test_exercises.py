"""The exercises' page: answers are judged, mistakes named step by step, progress stays."""

import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from model.exercises import Exercise, exercise, exercise_of, mistake, wrong_gradients
from tests.browser.conftest import Watch
from tests.browser.test_accessibility import reach, violations, violations_in_both_themes

Opener = Callable[..., Page]
Grads = Mapping[str, np.ndarray]
FORGOTTEN = "no_slope"  # row 30


@pytest.fixture
def open_at(new_page: Callable[..., Page], live_server: str) -> Opener:
    """`open_at(3, 7, width=320)`: a page with exercise 3-7 open."""

    def opened(level: int, seed: int = 1, **options: Any) -> Page:
        page = new_page(**{"reduced_motion": "reduce", **options})
        page.goto(f"{live_server}/exercises#level={level}&seed={seed}")
        expect(page.locator("#answer")).to_be_visible()
        return page

    return opened


def by_numpy(task: Exercise) -> dict[str, np.ndarray]:
    """The gradients, worked out from the exercise's file alone."""
    W1, b1, W2, b2, X, y = (task.arrays()[name] for name in ("W1", "b1", "W2", "b2", "X", "y"))
    H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    Z2 = H @ W2 + b2
    P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    D2 = (P - np.eye(len(b2))[y]) / len(X)
    D1 = (D2 @ W2.T) * H * (1 - H)
    return {"dW2": H.T @ D2, "db2": D2.sum(axis=0), "dW1": X.T @ D1, "db1": D1.sum(axis=0)}


def with_mistake(task: Exercise, form: str) -> dict[str, np.ndarray]:
    return wrong_gradients(task.parameters, task.X, task.targets, mistake(form))


def file_of(grads: Grads) -> dict[str, Any]:
    file = io.BytesIO()
    np.savez(file, **grads)
    return {"name": "mine.npz", "mimeType": "application/zip", "buffer": file.getvalue()}


def type_in(page: Page, grads: Grads, write: Callable[[float], str] = "{:.4g}".format) -> None:
    for name, array in grads.items():
        fields = page.locator(f"[data-grid={name}] input")
        for at, value in enumerate(array.ravel()):
            fields.nth(at).fill(write(float(value)))


def check(page: Page) -> None:
    with page.expect_response("**/check*"):
        page.click("#check")


def verdict(page: Page, name: str) -> str | None:
    return page.locator(f"#result [data-array={name}]").get_attribute("data-verdict")


def state(page: Page, level: int) -> str | None:
    return page.locator(f"#levels [data-level='{level}']").get_attribute("data-state")


def test_an_exercise_failed_hinted_and_passed(open_at: Opener, watch: Watch) -> None:
    page = open_at(3)
    task = exercise(3, 1)
    type_in(page, with_mistake(task, FORGOTTEN))
    check(page)
    expect(page.locator("#result-title")).to_have_text("Not yet: 2 of 4 are right.")
    assert [verdict(page, name) for name in ("dW2", "db2")] == ["right", "right"]
    assert verdict(page, "dW1") in ("wrong", "right_given_yours")
    expect(page.locator("#result .bad, #result .praise")).not_to_have_count(0)
    expect(page.locator("#result")).not_to_contain_text("forgotten")
    assert state(page, 3) == "tried"
    page.click("#more")
    expect(page.locator("#hints li").first).to_be_visible()
    expect(page.locator("#result")).not_to_contain_text("forgotten")
    page.click("#more")
    expect(page.locator("[data-mistake='30']")).to_have_text("σ′ forgotten")
    expect(page.locator("#more")).to_have_count(0)
    type_in(page, {"dW1": by_numpy(task)["dW1"], "db1": by_numpy(task)["db1"]})
    check(page)
    expect(page.locator("#result-title")).to_have_text("All of it is right.")
    expect(page.locator("#result [data-verdict=right]")).to_have_count(4)
    expect(page.locator("#hints, #names, #more")).to_have_count(0)
    assert state(page, 3) == "right"
    page.click("#next")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "4-1")
    expect(page.locator("#task-title")).to_be_focused()
    assert watch.complaints == []
    assert watch.outside == []


def test_decimal_commas_and_minus_signs_are_read(open_at: Opener) -> None:
    page = open_at(1, 5)
    right = {"db2": by_numpy(exercise(1, 5))["db2"]}
    type_in(page, right, lambda value: f"{value:.4f}".replace(".", ",").replace("-", "−"))
    check(page)
    expect(page.locator("#result-title")).to_have_text("All of it is right.")


def test_what_cannot_be_read_is_said_beside_the_field_and_not_sent(open_at: Opener) -> None:
    page = open_at(2)
    page.click("#check")
    expect(page.locator("#answer-say")).to_contain_text("nothing to check")
    fields = page.locator("[data-grid=dW2] input")
    fields.nth(0).fill("0.5")
    page.click("#check")
    expect(page.locator("#say-dW2")).to_contain_text("empty")
    expect(fields.nth(1)).to_be_focused()
    expect(fields.nth(1)).to_have_attribute("aria-invalid", "true")
    fields.nth(1).fill("a half")
    page.click("#check")
    expect(page.locator("#say-dW2")).to_contain_text("“a half” is no number")
    expect(page.locator("#result")).to_be_hidden()
    assert state(page, 2) == "open"


def test_a_gradient_that_is_left_empty_is_not_submitted(open_at: Opener) -> None:
    page = open_at(2)
    type_in(page, {"db2": by_numpy(exercise(2, 1))["db2"]})
    with page.expect_request("**/check*") as sent:
        page.click("#check")
    assert set(sent.value.post_data_json) == {"exercise", "db2"}
    expect(page.locator("#result-title")).to_have_text("Not yet: 1 of 2 are right.")
    assert verdict(page, "dW2") == "missing"


def test_a_pasted_table_fills_the_fields(open_at: Opener) -> None:
    page = open_at(2)
    text = str(by_numpy(exercise(2, 1))["dW2"].round(4))
    page.locator("[data-grid=dW2] input").first.focus()
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const bubbling = { clipboardData, bubbles: true, cancelable: true };
          const paste = new ClipboardEvent("paste", bubbling);
          document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )
    values = [field.input_value() for field in page.locator("[data-grid=dW2] input").all()]
    np.testing.assert_allclose(
        [float(value) for value in values], by_numpy(exercise(2, 1))["dW2"].ravel(), atol=1e-4
    )


def test_the_steps_that_a_level_shows_fade(open_at: Opener) -> None:
    page = open_at(4, 3)
    task = exercise(4, 3)
    shown = page.locator(".steps [data-kind=shown]")
    expect(shown).to_have_count(5)
    P = page.locator("[data-step=P] [data-value]")
    values = [float(each.get_attribute("data-value") or "nan") for each in P.all()]
    np.testing.assert_allclose(values, task.solve().P.ravel(), rtol=1e-12)
    expect(page.locator("[data-step=D2] .empty-place")).to_have_text("yours to work out")
    page.click("#levels [data-level='9']")
    expect(page.locator("#task")).to_have_attribute("data-exercise", "9-1")
    expect(page.locator(".steps [data-kind=left]")).to_have_count(7)
    expect(page.locator(".steps [data-kind=shown]")).to_have_count(0)


@pytest.mark.parametrize("level", [4, 10])
def test_the_file_is_downloaded_and_the_answer_uploaded(open_at: Opener, level: int) -> None:
    page = open_at(level, 2)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    with page.expect_download() as download:
        page.click("#task a[download]")
    assert download.value.suggested_filename == f"exercise-{level}-2.npz"
    with np.load(download.value.path()) as given:
        task = exercise_of(str(given["exercise"]))
    start = page.locator(".template code")
    expect(start).to_have_count(level < 10)  # the last level leaves it out
    assert level == 10 or f'np.load("exercise-{level}-2.npz")' in start.inner_text()
    with page.expect_response("**/check*"):
        page.set_input_files("#answer-file", file_of(by_numpy(task)))
    expect(page.locator("#result-title")).to_have_text("mine.npz: All of it is right.")
    assert state(page, level) == "right"


@pytest.mark.parametrize(("level", "own"), [(5, "Y.sum() * m"), (9, "m + (y >= 0).sum()")])
def test_the_start_in_numpy_runs(open_at: Opener, tmp_path: Path, level: int, own: str) -> None:
    page = open_at(level, 2)
    page.locator(".template summary").click()
    code = page.locator(".template code").inner_text()
    assert ("Y = " in code) == (level < 9)  # from level 9 on the targets are the reader's own
    task, id = exercise(level, 2), f"{level}-2"
    np.savez(tmp_path / f"exercise-{id}.npz", exercise=id, **task.arrays())
    code = code.replace("# Your passes", f"dW2 = db2 = dW1 = db1 = {own}  # Your passes")
    code = re.sub(rf'"(exercise-{id}|mine)\.npz"', rf'r"{tmp_path}/\1.npz"', code)
    names: dict[str, Any] = {}
    exec(compile(code, "start", "exec"), names)
    names["given"].close()
    with np.load(tmp_path / "mine.npz") as made:
        assert str(made["exercise"]) == id
        assert made["dW1"] == {5: 7 * 7, 9: 14 + 14}[level]


def test_the_sum_of_the_batch_is_right_if_it_is_declared(open_at: Opener) -> None:
    page = open_at(5, 2)
    summed = file_of({name: 7 * g for name, g in by_numpy(exercise(5, 2)).items()})
    page.set_input_files("#answer-file", summed)
    expect(page.locator("#result-title")).to_contain_text("Not right yet")
    page.check("[name=convention][value=sum]")
    page.set_input_files("#answer-file", summed)
    expect(page.locator("#result-title")).to_contain_text("All of it is right")


def test_a_file_that_is_none_is_refused_in_words(open_at: Opener) -> None:
    page = open_at(5)
    broken = {"name": "mine.npz", "mimeType": "application/zip", "buffer": b"no zip"}
    page.set_input_files("#answer-file", broken)
    expect(page.locator("#answer-say")).not_to_be_empty()
    expect(page.locator("#result")).to_be_hidden()
    assert state(page, 5) == "open"


def test_the_slope_portrait_of_a_forgotten_slope_is_flat_at_1(open_at: Opener) -> None:
    page = open_at(5, 3)
    page.set_input_files("#answer-file", file_of(with_mistake(exercise(5, 3), FORGOTTEN)))
    portrait = page.locator("#portrait")
    expect(portrait).to_be_visible()
    least, most = (
        float(portrait.get_attribute(f"data-{end}") or "nan") for end in ("least", "most")
    )
    np.testing.assert_allclose([least, most], 1, rtol=1e-3)
    dots = page.locator("#portrait-chart > svg circle")
    expect(dots).not_to_have_count(0)
    heights = [float(dot.get_attribute("cy") or "nan") for dot in dots.all()]
    assert max(heights) - min(heights) < 0.5
    expect(page.locator("#portrait-say")).to_contain_text("Your slope is 1.00 for every h")
    page.set_input_files("#answer-file", file_of(by_numpy(exercise(5, 3))))
    expect(page.locator("#portrait-say")).to_contain_text("lies on the sigmoid’s")


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


def test_progress_survives_a_reload_is_exported_imported_and_cleared(
    open_at: Opener, live_server: str, tmp_path: Path
) -> None:
    page = open_at(1)
    type_in(page, {"db2": by_numpy(exercise(1, 1))["db2"]})
    check(page)
    expect(page.locator("#progress-sum")).to_have_text("1 of 10 exercises are right.")
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
    page.goto(f"{live_server}/exercises?again")  # without an exercise: the first that is not right
    expect(page.locator("#task")).to_have_attribute("data-exercise", "2-1")


def hunting(page: Page) -> None:
    page.locator("#hunt").scroll_into_view_if_needed()
    expect(page.locator("[data-entry]").first).to_be_visible()


def planted_in(page: Page, address: str, seed: int) -> list[list[int]]:
    """What explains the planted gradients, as the service says."""
    given = page.request.get(
        f"{address}/exercise?level=4&seed={seed}&planted=true&format=json"
    ).json()
    body = {"exercise": given["exercise"], **given["gradients"]}
    return page.request.post(f"{address}/check", data=body).json()["explanations"]


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
    expect(page.locator("#hunt-verdict")).to_contain_text("1 of 12 central differences")
    expect(page.locator("#hunt-score")).to_contain_text("Bugs found: 1. Fewest differences: 1.")
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
    expect(page.locator("#hunt-left")).to_have_text("0 differences left")
    last = page.locator("[data-entry='dW1[7, 4]']")
    last.click()
    expect(page.locator("#hunt-say")).to_contain_text("All differences are used")
    expect(last.locator(".measured")).to_be_empty()
    page.click("#another-bug")
    expect(page.locator("#hunt")).to_have_attribute("data-left", "12")
    assert page.evaluate("location.hash") == "#level=1&seed=1&bug=2"


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


@pytest.mark.parametrize("level", [1, 4, 5, 10])
def test_nothing_is_wider_than_a_small_phone(open_at: Opener, level: int) -> None:
    page = open_at(level, 3, width=320, height=640)
    page.set_input_files("#answer-file", file_of(with_mistake(exercise(level, 3), FORGOTTEN)))
    expect(page.locator("#result")).to_be_visible()
    hunting(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


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
