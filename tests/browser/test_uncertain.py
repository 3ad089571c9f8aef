"""What is no digit is not taken for one: the page says so in words."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pen import DIGITS, Strokes, draw

LETTERS: dict[str, Strokes] = {
    "A": [[(60, 240), (140, 40), (220, 240)], [(90, 170), (190, 170)]],
    "E": [[(200, 45), (90, 45), (90, 240), (205, 240)], [(90, 140), (185, 140)]],
    "H": [[(70, 40), (70, 240)], [(210, 40), (210, 240)], [(70, 140), (210, 140)]],
    "K": [[(80, 40), (80, 240)], [(200, 45), (82, 150), (205, 240)]],
    "M": [[(50, 240), (70, 45), (140, 170), (210, 45), (230, 240)]],
    "X": [[(70, 50), (210, 240)], [(210, 50), (70, 240)]],
}
SCRIBBLE: Strokes = [[(40 + 12 * i, 60 if i % 2 else 220) for i in range(17)]]
FILLED_BOX: Strokes = [[(80, y), (200, y)] for y in range(80, 210, 10)]
ANY_REASON = "This looks like a"


def beside(left: int, right: int) -> Strokes:
    """Two digits, each at half its size."""
    return [
        [(x / 2 + shift, 70 + y / 2) for x, y in stroke]
        for digit, shift in ((left, 0), (right, 135))
        for stroke in DIGITS[digit]
    ]


@pytest.fixture
def page(page: Page) -> Page:
    """The page, whose clock can be put forward: doubts are said when the pen has rested."""
    page.clock.install()
    return page


def expect_doubt(page: Page, words: str) -> None:
    expect(page.locator("#digit")).to_have_attribute("data-sure", "no")
    page.clock.fast_forward(2000)
    expect(page.locator("#verdict")).to_contain_text(words)


def test_a_letter_is_called_one(page: Page) -> None:
    for strokes in LETTERS.values():
        page.click("#clear")
        expect(page.locator("#verdict")).to_have_text("")
        draw(page, strokes)
        expect_doubt(page, "This looks like a letter or a sign, not a digit.")


def test_a_scribble_and_a_filled_box_are_called_no_digit(page: Page) -> None:
    for strokes in (SCRIBBLE, FILLED_BOX):
        page.click("#clear")
        expect(page.locator("#verdict")).to_have_text("")
        draw(page, strokes)
        expect_doubt(page, ANY_REASON)


def test_two_digits_are_asked_for_one_at_a_time(page: Page) -> None:
    for left, right in ((4, 7), (2, 5), (3, 8)):
        page.click("#clear")
        expect(page.locator("#verdict")).to_have_text("")
        draw(page, beside(left, right))
        expect_doubt(page, "There seem to be several digits; show one at a time.")


def test_doubt_goes_with_the_drawing(page: Page) -> None:
    draw(page, LETTERS["X"])
    expect_doubt(page, ANY_REASON)
    page.click("#clear")
    expect(page.locator("#verdict")).to_have_text("")
    expect(page.locator("#digit")).to_have_attribute("data-sure", "")


def test_what_is_half_drawn_is_not_yet_called_a_letter(page: Page) -> None:
    box = page.locator("#ink").bounding_box()
    assert box
    scale = box["width"] / 280
    points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in LETTERS["M"][0]]
    page.clock.pause_at("2100-01-01")
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.clock.run_for(100)  # frames
    expect(page.locator("#digit")).to_have_attribute("data-sure", "no")
    page.clock.run_for(10_000)
    expect(page.locator("#verdict")).to_have_text("Not sure yet …")
    with page.expect_response("**/predict**"):
        page.mouse.up()
    for _ in range(25):  # 1.25 s of the 1.5 for which the pen must be up, whenever answers come
        page.clock.run_for(50)
        assert page.locator("#verdict").text_content() in ("", "Not sure yet …")
    page.clock.resume()
    expect_doubt(page, ANY_REASON)


def test_a_sentence_about_another_digit_goes_at_once(page: Page) -> None:
    page.clock.pause_at("2100-01-01")
    page.evaluate(
        """async () => {
          const { AnswerView } = await import("/js/predict/answer-view.js");
          const view = new AnswerView();
          const sure = (digit) => Array.from({ length: 10 }, (_, each) => Number(each === digit));
          window.read = (digit, hand) => view.show(
            { pixels: new Uint8Array(784), answer: { digit, probabilities: sure(digit) } }, hand);
        }"""
    )
    verdict = page.locator("#verdict")
    page.evaluate("read(6, { drawn: true, drawing: true })")
    page.clock.run_for(1000)
    expect(verdict).to_contain_text("a 6")
    page.evaluate("read(4, { drawn: true, drawing: true })")
    expect(verdict).to_be_empty()
    page.clock.run_for(1000)
    expect(verdict).to_contain_text("a 4")
    page.evaluate("read(7, { drawn: false, drawing: false })")
    page.clock.run_for(1)  # nobody is drawing: there is nothing to wait for
    expect(verdict).to_contain_text("a 7")


def test_a_doubtful_answer_does_not_claim_to_have_been_right(page: Page) -> None:
    def doubt(route: Route) -> None:
        answer = route.fetch().json()
        route.fulfill(json=answer | {"uncertain": True, "reason": "It could be a 7 or a 9."})

    address = page.url.split("#")[0]  # it may have got a fragment already
    page.goto("about:blank")  # one load: a reload would cut off answers on their way
    page.route("**/predict*", doubt)
    page.goto(f"{address}#ink=m0")
    expect(page.locator("#truth")).to_have_text("MNIST says that it is a 7.")
