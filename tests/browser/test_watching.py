"""A run is watched while it learns: its newest snapshot reads the digit on the pad."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw
from tests.browser.test_ages import last, look
from tests.browser.test_training import LONG, row, start


@pytest.fixture
def learning(page: Page, request: pytest.FixtureRequest) -> str:
    """A long run, just started with a digit on the pad."""
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    return start(page, request.node.name[5:30], **LONG)


def stop(page: Page, job: str) -> None:
    page.click("#watch-stop")
    expect(page.locator(row(job, "cancelled"))).to_be_visible()


def test_its_newest_snapshot_reads_the_digit_on_the_pad(page: Page, learning: str) -> None:
    expect(page.locator("#network")).to_have_value(learning)
    expect(page.locator("#watch-title")).to_contain_text("learning")
    expect(page.locator("#watch-bars [data-digit='7']")).not_to_have_attribute("data-value", "0")
    expect(page.locator("#watch-say")).to_contain_text("after epoch")
    expect(page.locator("#age-say")).to_contain_text("after epoch")
    first, pictures = page.locator("#age-say").inner_text(), page.locator("#watch-weights")
    before = pictures.evaluate("canvas => canvas.toDataURL()")
    expect(page.locator("#age-say")).not_to_have_text(first)
    page.wait_for_function(
        "(before) => document.querySelector('#watch-weights').toDataURL() !== before", arg=before
    )
    stop(page, learning)
    # What became of it reads from now on, and its ages are there.
    model = page.request.get(f"{page.url.split('/#')[0]}/train/{learning}").json()["model"]
    expect(page.locator("#network")).to_have_value(model)
    expect(page.locator("#age-say")).to_have_text("finished")
    expect(page.locator("#watch-title")).not_to_contain_text("learning")
    assert last(page) >= 7


def test_an_age_that_the_reader_chooses_stays_while_it_goes_on(page: Page, learning: str) -> None:
    expect(page.locator("#age-say")).to_contain_text("after epoch")
    look(page, 1)
    expect(page.locator("#age-say")).to_contain_text("after 1 step")
    ages = last(page)
    page.wait_for_function("(ages) => Number(document.querySelector('#age').max) > ages", arg=ages)
    expect(page.locator("#age-say")).to_contain_text("after 1 step")
    stop(page, learning)


def test_it_is_paused_goes_on_and_one_epoch_more(page: Page, learning: str) -> None:
    expect(page.locator("#age-say")).to_contain_text("after epoch")
    page.click("#watch-pause")
    expect(page.locator(row(learning, "paused"))).to_be_visible()
    expect(page.locator("#watch-pause")).to_have_text("Go on")
    address = page.url.split("/#")[0]
    epochs = len(page.request.get(f"{address}/train/{learning}").json()["metrics"])
    page.click("#watch-epoch")
    expect(page.locator(row(learning))).to_contain_text(f"Paused after {epochs + 1} of")
    expect(page.locator(row(learning, "paused"))).to_be_visible()
    page.reload()
    expect(page.locator(row(learning, "paused"))).to_be_visible()
    expect(page.locator("#watch-pause")).to_have_text("Go on")
    page.click("#watch-pause")
    expect(page.locator(row(learning, "running"))).to_be_visible()
    stop(page, learning)


def test_who_has_no_digit_gets_one_and_who_does_not_want_to_watch_need_not(page: Page) -> None:
    page.uncheck("#watch-it")
    job = start(page, "not watched")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    expect(page.locator("#network")).to_have_value("pixels")
    expect(page.locator("#digit")).to_be_empty()
    page.check("#watch-it")
    start(page, "with a digit")
    expect(page.locator("#digit")).not_to_be_empty()
    expect(page.locator("#watch-title")).to_contain_text("with a digit")
