"""Answers on the exercises' page: they are judged, and mistakes named step by step."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from model.exercises import exercise, exercise_of
from tests.browser.conftest import Watch
from tests.browser.exercise_pages import (
    FORGOTTEN,
    Opener,
    by_numpy,
    check,
    file_of,
    paste,
    state,
    type_in,
    verdict,
    with_mistake,
)
from tests.conftest import serving


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
    expect(page.locator("#result-title")).to_have_text("Not yet: 1 of 2 is right.")
    assert verdict(page, "dW2") == "missing"


def test_a_pasted_table_fills_the_fields(open_at: Opener) -> None:
    page = open_at(2)
    text = str(by_numpy(exercise(2, 1))["dW2"].round(4))
    page.locator("[data-grid=dW2] input").first.focus()
    paste(page, text)
    values = [field.input_value() for field in page.locator("[data-grid=dW2] input").all()]
    np.testing.assert_allclose(
        [float(value) for value in values], by_numpy(exercise(2, 1))["dW2"].ravel(), atol=1e-4
    )


def test_a_pasted_table_of_another_shape_fills_nothing_and_is_said(open_at: Opener) -> None:
    page = open_at(4)
    fields = page.locator("[data-grid=dW2] input")
    fields.first.fill("0.5")
    for cells, says in ((np.ones((4, 5)), "transposed?"), (np.ones((3, 6)), "does not fit")):
        fields.first.focus()
        paste(page, str(cells))
        expect(page.locator("#say-dW2")).to_contain_text(says)
        assert [field.input_value() for field in fields.all()] == ["0.5"] + [""] * 19
    page.locator("[data-grid=db2] input").first.focus()
    paste(page, "1\n2\n3\n4")  # a vector that stands
    assert page.locator("[data-grid=db2] input").nth(3).input_value() == "4"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_verdict_comes_into_sight_right_below_its_button(open_at: Opener, width: int) -> None:
    page = open_at(3, width=width, height=640)
    type_in(page, with_mistake(exercise(3, 1), FORGOTTEN))
    button = page.locator("#check")
    button.evaluate("(node) => node.scrollIntoView({ block: 'end' })")
    check(page)
    expect(page.locator("#result-title")).to_be_in_viewport()
    place, below = page.locator("#result").bounding_box(), button.bounding_box()
    assert place
    assert below
    assert 0 < place["y"] - (below["y"] + below["height"]) < 60


def test_a_verdict_on_numbers_that_were_changed_is_marked_as_old(open_at: Opener) -> None:
    page = open_at(3)
    type_in(page, with_mistake(exercise(3, 1), FORGOTTEN))
    check(page)
    old = page.locator("#result-old")
    expect(page.locator("#result-title")).to_be_visible()
    expect(old).to_be_empty()
    page.locator("[data-grid=dW1] input").first.fill("1")
    expect(old).to_contain_text("check again")
    expect(old).to_have_attribute("role", "status")
    expect(page.locator("#result")).to_have_attribute("data-old", "true")
    check(page)
    expect(page.locator("#result")).not_to_have_attribute("data-old", "true")
    expect(old).to_be_empty()


def test_an_answer_that_comes_after_an_edit_is_old_at_once(open_at: Opener) -> None:
    page = open_at(1)
    type_in(page, {"db2": by_numpy(exercise(1, 1))["db2"]})

    def answer_late(route: Route) -> None:
        page.locator("[data-grid=db2] input").first.fill("1")
        route.continue_()

    page.route("**/check*", answer_late)
    page.click("#check")
    expect(page.locator("#result")).to_have_attribute("data-old", "true")


def test_what_is_only_missing_is_said_and_no_mistake_is_sought(open_at: Opener) -> None:
    page = open_at(4)
    right = by_numpy(exercise(4, 1))
    type_in(page, {name: right[name] for name in ("dW2", "db2")})
    check(page)
    result = page.locator("#result")
    expect(result).to_contain_text("What you handed in is right. Still missing: dW1 and db1.")
    expect(result).not_to_contain_text("No mistake that is known")
    expect(page.locator("#more")).to_have_count(0)


def test_entries_that_the_service_names_are_marked_until_they_are_changed(open_at: Opener) -> None:
    page = open_at(3)
    wrong = {name: array.copy() for name, array in by_numpy(exercise(3, 1)).items()}
    wrong["dW2"][1, 0] += 1
    wrong["db1"][1] += 1

    def name_entries(route: Route) -> None:
        answer = route.fetch().json()
        answer["arrays"]["dW2"]["entries"] = [[1, 0]]
        answer["arrays"]["db1"]["entries"] = [[1]]
        answer["arrays"]["dW1"]["entries"] = None
        route.fulfill(json=answer)

    page.route("**/check*", name_entries)
    type_in(page, wrong)
    check(page)
    expect(page.locator("#answer input.off")).to_have_count(2)
    field = page.locator("[data-grid=dW2] input").nth(2)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(r"\w+ \w+"))
    expect(page.locator("[data-grid=db1] input").nth(1)).to_have_class("off")
    field.fill("1")
    expect(page.locator("#answer input.off")).to_have_count(1)
    expect(field).not_to_have_attribute("aria-invalid", "true")


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
    expect(start).to_have_count(int(level < 10))  # the last level leaves it out
    assert level == 10 or f'np.load("exercise-{level}-2.npz")' in start.inner_text()
    with page.expect_response("**/check*"):
        page.set_input_files("#answer-file", file_of(by_numpy(task)))
    expect(page.locator("#result-title")).to_have_text("mine.npz: All of it is right.")
    assert state(page, level) == "right"


@pytest.mark.parametrize(("level", "asked"), [(1, ["db2"]), (2, ["dW2", "db2"])])
def test_the_start_in_numpy_names_only_what_is_asked_for(
    open_at: Opener, level: int, asked: list[str]
) -> None:
    code = open_at(level).locator(".template pre code").text_content() or ""
    assert set(re.findall(r"\bd[Wb][12]\b", code)) == set(asked)


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
    expect(page.locator("#more")).to_be_visible()
    expect(portrait).to_have_count(0)  # it gives the mistake away
    page.click("#more")
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


def test_the_slope_is_shown_on_asking_also_where_no_mistake_is_known(open_at: Opener) -> None:
    page = open_at(5, 3)
    task, grads = exercise(5, 3), by_numpy(exercise(5, 3))
    D1 = np.linalg.pinv(task.X.T) @ grads["dW1"]
    own = D1 * np.random.default_rng(1).uniform(0.1, 1, D1.shape)  # a slope of nobody's
    grads |= {"dW1": task.X.T @ own, "db1": own.sum(axis=0)}
    page.set_input_files("#answer-file", file_of(grads))
    expect(page.locator("#result")).to_contain_text("No mistake that is known")
    expect(page.locator("#portrait")).to_have_count(0)
    page.click("#more")
    expect(page.locator("#portrait")).to_be_visible()
    expect(page.locator("#more")).to_have_count(0)


@pytest.mark.parametrize("level", [4, 10])
def test_a_program_is_asked_for_only_where_the_service_runs_it(
    open_at: Opener, new_page: Callable[..., Page], tmp_path: Path, level: int
) -> None:
    page = open_at(level)
    expect(page.locator("#answer-file")).to_have_attribute("accept", ".npz")
    expect(page.locator("label[for=answer-file]")).to_have_text("Choose a file (.npz)")
    with serving(tmp_path, BYHAND_RUN_CODE="true") as address:
        page = new_page()
        page.goto(f"{address}/exercises#level={level}")
        expect(page.locator("#answer-file")).to_have_attribute("accept", ".npz,.py")
        expect(page.locator("label[for=answer-file]")).to_have_text("Choose a file (.npz, .py)")


def test_the_command_for_ones_own_machine_names_the_open_exercise(open_at: Opener) -> None:
    page = open_at(10, 7)
    command = page.locator(".own-machine code")
    expect(command).to_have_text("byhand check mine.py --level 10 --seed 7")
    page.click("#another")
    expect(command).to_have_text("byhand check mine.py --level 10 --seed 8")
    page.check("[name=convention][value=sum]")
    expect(command).to_have_text("byhand check mine.py --level 10 --seed 8 --convention sum")
