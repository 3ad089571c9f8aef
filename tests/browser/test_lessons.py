"""Runs that go wrong: each lesson beside its cure, the cure of any diagnosis, early stopping."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from model.training.lessons import LESSONS
from tests.browser.conftest import Watch
from tests.browser.test_accessibility import violations, violations_in_both_themes
from tests.browser.test_training import row

SLOW = {"name": "slow", "epochs": 4, "train_examples": 200, "learning_rate": 0.001, "momentum": 0}


def choose(page: Page, name: str) -> None:
    page.locator(f"#lesson-row input[value={name}]").check()
    expect(page.locator("#lesson-title")).to_have_text(LESSONS[name].title)


def opened(page: Page, address: str, *runs: str) -> Page:
    page.goto(f"{address}/#view=train&runs={','.join(runs)}")
    page.locator("#train").scroll_into_view_if_needed()  # lessons are loaded on the way there
    expect(page.locator("#lesson-row input")).to_have_count(len(LESSONS))
    return page


def test_each_lesson_says_what_to_look_at_before_any_curve(page: Page, live_server: str) -> None:
    opened(page, live_server)
    for name, lesson in LESSONS.items():
        choose(page, name)
        expect(page.locator("#lesson-words")).to_have_text(lesson.words)
        expect(page.locator("#lesson-settings")).to_contain_text("As it goes wrong: ")
        expect(page.locator("#lesson-runs")).to_be_hidden()


@pytest.mark.parametrize("name", ["rate_too_low", "dead_units"])
def test_a_lesson_trains_both_on_one_chart_and_tells_the_diagnosis(
    page: Page, live_server: str, name: str
) -> None:
    opened(page, live_server)
    choose(page, name)
    page.click("#lesson-train")
    expect(page.locator("#lesson-state")).to_contain_text("as it went wrong,")
    expect(page.locator("#chart-lesson path.chart-line")).to_have_count(4)
    shapes = page.locator("#chart-lesson > svg .chart-mark")
    assert {mark.evaluate("mark => mark.tagName") for mark in shapes.all()} == {"circle", "polygon"}
    title = LESSONS[name].title
    told = page.locator("#lesson-diagnoses li").all_inner_texts()
    assert "learning rate" in told[0]
    assert told[0].startswith(f"{title}: ")
    assert any(text.startswith(f"{title}, cured: ") for text in told)
    # Another lesson has a chart of its own, and this one's is there again.
    choose(page, "bad_start")
    expect(page.locator("#lesson-runs")).to_be_hidden()
    choose(page, name)
    expect(page.locator("#lesson-state")).to_contain_text("as it went wrong,")


def test_a_diagnosis_of_any_run_has_its_cure_tried_and_laid_over_it(
    page: Page, live_server: str
) -> None:
    job = page.request.post(f"{live_server}/train", data=SLOW).json()["id"]
    opened(page, live_server, job)
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    cure = page.locator(row(job)).get_by_role("button", name="Try the cure: Learning rate α 0.01")
    cure.focus()
    page.keyboard.press("Enter")
    cured = page.locator("#jobs [data-state=succeeded]", has_text="slow: Learning rate α 0.01")
    expect(cured).to_be_visible()
    expect(page.locator("#chart-loss path.chart-line")).to_have_count(4)
    expect(page.locator("#jobs li:first-child input")).to_be_focused()  # that of the new run
    id = cured.get_attribute("data-job")
    request = page.request.get(f"{live_server}/train/{id}").json()["request"]
    before = page.request.get(f"{live_server}/train/{job}").json()["request"]
    assert request == {**before, "learning_rate": 0.01}
    assert id is not None
    assert job in page.url
    assert id in page.url


def test_the_curve_has_a_mark_where_the_run_stopped_early(page: Page, live_server: str) -> None:
    few = {"name": "patient", "epochs": 200, "train_examples": 100, "early_stopping": 2}
    job = page.request.post(f"{live_server}/train", data=few).json()["id"]
    opened(page, live_server, job)
    expect(page.locator(row(job, "succeeded"))).to_contain_text("Stopped early, after epoch")
    for chart in ("#chart-loss", "#chart-accuracy"):
        expect(page.locator(f"{chart} .chart-stop")).to_have_count(1)
        expect(page.locator(f"{chart} .chart-stop-text")).to_have_text("stopped early")


def test_a_run_that_diverged_has_its_cure_beside_its_error(page: Page, live_server: str) -> None:
    far = {"name": "far", "epochs": 3, "train_examples": 500, "learning_rate": 90}
    far |= {"activation": "leaky_relu", "schedule": "constant"}
    job = page.request.post(f"{live_server}/train", data=far).json()["id"]
    opened(page, live_server, job)
    failed = page.locator(row(job, "failed"))
    expect(failed).to_contain_text("no longer a number")
    expect(failed.get_by_role("button", name="Try the cure: Learning rate α 9")).to_be_visible()


def test_a_lesson_that_is_refused_says_why(page: Page, live_server: str, watch: Watch) -> None:
    opened(page, live_server)
    refusal = {"status": 429, "content_type": "application/problem+json"}
    body = '{"title": "Too many", "status": 429, "detail": "The queue is full."}'
    page.route("**/train", lambda route: route.fulfill(**refusal, body=body))
    page.click("#lesson-train")
    expect(page.locator("#lesson-say")).to_have_text("The queue is full.")
    page.unroute("**/train")
    watch.complaints = [said for said in watch.complaints if "429" not in said]


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_in_a_lesson_that_has_run(
    new_page: Callable[..., Page], live_server: str, width: int
) -> None:
    page = opened(new_page(width, 800, reduced_motion="reduce"), live_server)
    page.click("#lesson-train")
    expect(page.locator("#lesson-state")).to_contain_text("as it went wrong,")
    look = violations_in_both_themes if width > 1000 else violations
    assert look(page, "#train") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_lessons_are_chosen_by_arrow_keys(page: Page, live_server: str) -> None:
    opened(page, live_server)
    page.locator("#lesson-row input:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lesson-title")).to_have_text(LESSONS["rate_too_low"].title)
    page.keyboard.press("Tab")
    expect(page.locator("#lesson-train")).to_be_focused()
