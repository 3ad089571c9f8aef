"""Guessing first: never the answer before the guess, then the reason, and a score."""

import re

from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw, to_the_lesson

JACOBIAN, ERROR, WEIGHTS, HIDDEN, FIRST = 3, 4, 5, 6, 7


def begin(page: Page, label: int = 1) -> None:
    """A lesson of which nothing was seen yet, with guessing switched on."""
    draw(page, DIGITS[7])
    to_the_lesson(page)
    page.locator("#label-7").check()
    page.locator("#guess-on").check()
    page.locator(f"#label-{label}").check()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    expect(page.locator("#stage-numbers")).not_to_be_empty()


def go(page: Page, stage: int) -> None:
    page.locator(".chip").nth(stage).click()


def test_nobody_is_asked_who_does_not_want_it(page: Page) -> None:
    draw(page, DIGITS[7])
    to_the_lesson(page)
    for stage in range(9):
        go(page, stage)
        expect(page.locator("#stage-numbers")).not_to_be_empty()
        expect(page.locator("#stage-guess")).to_be_hidden()
    page.click("#step-take")
    expect(page.locator("#step-trail")).to_contain_text("After 1 step")
    expect(page.locator("#step-guess")).to_be_hidden()
    expect(page.locator("#guess-score")).to_be_empty()


def test_the_answer_is_nowhere_before_the_guess_and_comes_with_its_reason(page: Page) -> None:
    begin(page)
    go(page, JACOBIAN)
    guess = page.locator("#stage-guess")
    expect(guess).to_contain_text("which output's error δ[2]")
    expect(page.locator("#stage-numbers")).to_be_empty()
    expect(page.locator("#stage-picture > *")).to_have_count(0)
    expect(page.locator("#wires-plot .node-error")).to_have_count(0)
    guess.locator("[data-option='7']").click()
    told = guess.locator(".guess-verdict")
    expect(told).to_have_attribute("data-right", "false")
    expect(told).to_contain_text(
        re.compile(r"^No, it is that of a 1\. The label's error is ŷ₁ − 1")
    )
    expect(page.locator(".jacobian table")).to_be_visible()
    expect(page.locator("#guess-score")).to_have_text("0 of 1 guesses right")
    go(page, ERROR)  # the table showed this answer already
    expect(guess).to_be_hidden()
    expect(page.locator("#stage-picture .bars")).to_be_visible()


def test_signs_are_guessed_and_agree_with_the_numbers_that_follow(page: Page) -> None:
    begin(page)
    go(page, WEIGHTS)
    page.locator("#stage-guess [data-option=zero]").click()
    told = page.locator("#stage-guess .guess-verdict")
    expect(told).to_have_attribute("data-right", "false")
    found = re.search(r"it is (positive|negative)\. .* = ([+−])[\d.]+", told.inner_text())
    assert found
    assert (found[1] == "positive") == (found[2] == "+")
    go(page, HIDDEN)
    expect(page.locator("#wires-plot .node-error")).to_have_count(10)  # the outputs' alone
    page.locator("#stage-guess [data-option=plus]").click()
    value = re.search(r"= ([+−])[\d.]+$", page.locator("#stage-numbers").inner_text())
    assert value
    expect(told).to_have_attribute("data-right", str(value[1] == "+").lower())
    expect(page.locator("#wires-plot .node-error")).to_have_count(18)
    go(page, FIRST)
    expect(page.locator(".gallery")).to_have_count(0)
    page.locator("#stage-guess [data-option=minus]").click()
    expect(page.locator(".gallery")).to_be_visible()


def test_a_key_skips_and_what_was_seen_is_not_asked(page: Page) -> None:
    begin(page)
    go(page, WEIGHTS)
    expect(page.locator("#stage-guess button").first).to_be_visible()
    page.locator("#stage-guess").scroll_into_view_if_needed()
    page.keyboard.press("g")
    expect(page.locator("#stage-guess")).to_be_hidden()
    expect(page.locator("#stage-numbers")).not_to_be_empty()
    go(page, JACOBIAN)  # before a stage that was shown
    expect(page.locator("#stage-guess")).to_be_hidden()
    expect(page.locator("#guess-score")).not_to_contain_text("guesses right")
    go(page, HIDDEN)
    expect(page.locator("#stage-guess button").first).to_be_visible()
    page.locator("#guess-on").uncheck()
    expect(page.locator("#stage-guess")).to_be_hidden()
    expect(page.locator("#stage-numbers")).not_to_be_empty()


def test_another_label_asks_anew_and_play_waits_for_the_guess(page: Page) -> None:
    page.clock.install()
    begin(page)
    go(page, JACOBIAN - 1)
    page.click("#stage-play")
    page.clock.run_for(4_100)
    expect(page.locator("#stage-guess button").first).to_be_visible()
    expect(page.locator("#stage-play")).to_have_text("Play")
    page.clock.run_for(20_000)
    expect(page.locator("#stage-guess button").first).to_be_visible()
    page.locator("#stage-guess [data-option='1']").click()
    expect(page.locator("#guess-score")).to_have_text("1 of 1 guesses right")
    page.locator("#label-4").check()
    expect(page.locator("#stage-guess button").first).to_be_visible()
    expect(page.locator("#stage-picture > *")).to_have_count(0)


def test_the_fall_of_a_step_is_guessed_before_it_is_shown(page: Page) -> None:
    begin(page)
    guess, take = page.locator("#step-guess"), page.locator("#step-take")
    expect(guess).to_contain_text("by more or by less?")
    expect(take).to_be_disabled()
    expect(page.locator("#step-chart")).not_to_be_visible()
    expect(page.locator("#step-chart > *")).to_have_count(0)
    guess.locator("[data-option=more]").click()
    told = guess.locator(".guess-verdict")
    expect(told).to_be_visible()
    expect(page.locator("#step-chart .fall-real")).to_be_visible()
    promised = float(page.locator("#fall-promised").inner_text().split("= ")[1])
    real = float(page.locator("#fall-real").inner_text().replace("−", "-"))
    expect(told).to_have_attribute("data-right", str(real > promised).lower())
    expect(page.locator("#guess-score")).to_contain_text("of 1 guesses right")
    take.click()  # the next step is asked about first
    expect(guess.locator("button").first).to_be_focused()
    expect(page.locator("#step-trail")).to_contain_text("After 1 step")
    page.keyboard.press("g")
    expect(guess).to_be_hidden()
    take.click()
    expect(page.locator("#step-trail")).to_contain_text("After 2 steps")


def test_the_tab_remembers_the_wish_and_the_score(page: Page) -> None:
    begin(page)
    go(page, JACOBIAN)
    page.locator("#stage-guess [data-option='1']").click()
    page.reload()
    expect(page.locator("#guess-on")).to_be_checked()
    expect(page.locator("#guess-score")).to_have_text("1 of 1 guesses right")
