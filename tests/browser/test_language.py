"""A second language is one file for the page and one for Python: with both no English is left."""

import io
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.made_up_language import CODE, marked, serving_it
from tests.browser.pen import DIGITS, Strokes, draw, to_the_lesson
from tests.browser.test_your_hand import SHORT, keep, samples_file, trained_with

# Names, symbols and values of the API, in no language.
NOT_WORDS = {
    "fast",
    "byhand",
    "ln",
    "dW",
    "sigmoid",
    "tanh",
    "relu",
    "leaky",
    "pretrained",
    "npz",
    "softmax",
    "exp",
}
# A field of the API, such as learning_rate, is a name in every language.
WORD = re.compile(r"(?<![a-z_])[A-Za-z]{2,}(?![a-z_])")

# Where sentences and labels stand that the server put into words.
FROM_THE_SERVER = (
    "#meant-trouble, #hand-say, #teach-say, #teach-trouble, "
    "#away, #verdict, #strip-text, #key-say, #learn-say, #step-say, #announce, #train-error, "
    ".field-error, .run-hints, .run-words, #models-say, #mistakes-say, "
    "#main-fields, #more-fields"
)
TEXTS = """(fromTheServer) => {
  const found = [];
  const note = (node, text) => {
    if (text && text.trim()) found.push([Boolean(node.closest(fromTheServer)), text.trim()]);
  };
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: parent, data } = texts.currentNode;
    if (!parent.closest("script, style")) note(parent, data);
  }
  const spoken = ["aria-label", "aria-valuetext", "title", "placeholder", "alt", "data-before"];
  for (const node of document.querySelectorAll("*")) {
    for (const name of spoken) note(node, node.getAttribute(name));
  }
  note(document.head, document.querySelector("meta[name=description]").content);
  return found;
}"""

X: Strokes = [[(70, 50), (210, 240)], [(210, 50), (70, 240)]]


class Reading:
    """Everything that the page has said so far, by who put it into words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: dict[bool, set[str]] = {False: set(), True: set()}

    def note(self) -> None:
        for from_the_server, text in self.page.evaluate(TEXTS, FROM_THE_SERVER):
            self.said[from_the_server].add(text)

    def english(self, *, from_the_server: bool) -> list[str]:
        return sorted(t for t in self.said[from_the_server] if set(WORD.findall(t)) - NOT_WORDS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving_it(tmp_path_factory.mktemp("made-up")) as address:
        yield address


@pytest.fixture
def reading(new_page: Callable[..., Page], address: str) -> Reading:
    page = new_page()
    page.goto(address)
    return Reading(page)


def test_no_english_is_left_on_the_main_page(reading: Reading, watch: Watch) -> None:
    page = reading.page
    assert page.locator("html").get_attribute("lang") == CODE
    expect(page.locator("[name=base_model]")).to_be_attached()
    reading.note()
    look_inside(reading)
    go_through_backpropagation(reading)
    guess_first(reading)
    take_steps(reading)
    train(reading)
    look_at_networks_and_mistakes(reading)
    be_in_doubt(reading)
    teach_a_hand(reading)
    assert reading.english(from_the_server=False) == []
    assert reading.english(from_the_server=True) == []
    assert watch.outside == []


def look_inside(reading: Reading) -> None:
    page = reading.page
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#inside")).to_have_attribute("data-empty", "false")
    expect(page.locator("#verdict")).to_have_text(re.compile(marked("Reads as a 7")))
    page.click("#share")
    reading.note()
    for part, said in (
        ("#inside-input", "#inside-say"),
        ("#hidden-1", "#inside-say"),
        ("#inside-outputs li >> nth=3", "#inside-say"),
        ("#unit-weights", "#unit-read"),
    ):
        rest = page.locator(said).inner_text()
        page.locator(part).focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator(said)).not_to_have_text(rest)
        reading.note()


def go_through_backpropagation(reading: Reading) -> None:
    page = reading.page
    to_the_lesson(page)
    page.locator("label[for=label-7]").click()
    expect(page.locator("#learn-say")).not_to_be_empty()
    page.locator("label[for=label-3]").click()
    expect(page.locator("#learn-say")).to_be_empty()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    reading.note()
    stages = page.locator("#stage-chips button")
    for stage in range(stages.count()):
        stages.nth(stage).click()
        expect(stages.nth(stage)).to_have_attribute("aria-current", "step")
        reading.note()
        page.locator("#stage-picture :is(canvas, li, td)").first.hover()
        reading.note()
    for mode in ("weight", "product", "gradient"):
        page.locator(f"[name=wires-mode][value={mode}]").check()
        reading.note()
    page.locator("#wires-plot [data-layer='1'][data-node]").first.hover()
    reading.note()
    page.click("#stage-play")
    reading.note()


def guess_first(reading: Reading) -> None:
    """Each question, the first option, and what is said of it, right or wrong."""
    page = reading.page
    page.locator("#guess-on").check()
    reading.note()
    page.locator("label[for=label-4]").click()
    expect(page.locator("#step-guess button").first).to_be_visible()
    reading.note()
    stages = page.locator("#stage-chips button")
    for stage in range(stages.count()):
        stages.nth(stage).click()
        reading.note()
        if page.locator("#stage-guess button").count():
            page.locator("#stage-guess button").first.click()
            expect(page.locator("#stage-guess .guess-verdict")).to_be_visible()
            reading.note()
    page.locator("#step-guess button").first.click()
    expect(page.locator("#step-guess .guess-verdict")).to_be_visible()
    reading.note()
    page.locator("#guess-on").uncheck()


def take_steps(reading: Reading) -> None:
    page = reading.page
    page.click("#step-undo")
    for steps in ("1", "2"):
        page.click("#step-take")
        expect(page.locator("#step-trail")).to_contain_text(steps)
        reading.note()
    page.locator("#step-rate").fill("80")
    page.click("#step-take")
    expect(page.locator("#step-trail")).to_contain_text("3")
    reading.note()


def train(reading: Reading) -> None:
    page = reading.page
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    page.fill("[name=learning_rate]", "-1")
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#error-learning_rate")).not_to_be_empty()
    reading.note()
    settings = {"learning_rate": "20", "epochs": "1", "train_examples": "500"}
    for name, value in settings.items():
        page.fill(f"#train-form [name={name}]", value)
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#jobs [data-job]")).to_be_visible()
    reading.note()
    expect(page.locator("#jobs [data-state=succeeded]")).to_be_visible()
    expect(page.locator("#jobs .run-hints li")).not_to_have_count(0)
    reading.note()
    page.locator("#chart-loss > svg").focus()
    page.keyboard.press("ArrowRight")
    reading.note()


def look_at_networks_and_mistakes(reading: Reading) -> None:
    page = reading.page
    expect(page.locator("#mistakes li")).not_to_have_count(0)
    reading.note()
    page.locator("#confusion td.wrong button").first.click()
    expect(page.locator("#mistakes-all")).to_be_visible()
    reading.note()
    rows = page.locator("#models tbody tr")
    expect(rows).to_have_count(3)
    rows.locator("button:enabled").nth(1).click()
    reading.note()
    bad = io.BytesIO()
    np.savez(bad, W1=np.zeros((3, 3), np.float32))
    upload = {"name": "1.npz", "mimeType": "application/zip", "buffer": bad.getvalue()}
    with page.expect_response("**/models"):
        page.set_input_files("#upload", upload)
    expect(page.locator("#announce")).not_to_be_empty()
    reading.note()


def be_in_doubt(reading: Reading) -> None:
    page = reading.page
    page.click("#clear")
    draw(page, X)
    expect(page.locator("#digit")).to_have_attribute("data-sure", "no")
    reading.note()
    page.click("#clear")
    page.focus("#ink")
    for _ in range(2):
        page.keyboard.press("Space")
        reading.note()


def teach_a_hand(reading: Reading) -> None:
    page = reading.page
    trained_with(page, SHORT)
    keep(page, DIGITS[7], 7)
    reading.note()
    page.keyboard.press("m")
    page.keyboard.press("2")
    expect(page.locator("#meant-trouble")).not_to_be_empty()
    reading.note()
    page.click("#teach")
    reading.note()
    expect(page.locator("#taught")).to_be_visible()
    reading.note()
    page.click("#taught-use")
    keep(page, DIGITS[3], 3)
    expect(page.locator("#taught-counts tbody tr")).to_have_count(3)
    reading.note()
    mine = {"name": "1.npz", "mimeType": "application/zip"}
    page.set_input_files("#hand-import", {**mine, "buffer": samples_file(2)})
    expect(page.locator("#hand-say")).not_to_be_empty()
    reading.note()


def test_a_sentence_that_is_in_no_file_is_found(reading: Reading) -> None:
    page = reading.page
    page.evaluate("document.querySelector('#clear').title = 'Wipe it'")
    page.evaluate("document.querySelector('#models-say').textContent = 'Stored'")
    reading.note()
    assert reading.english(from_the_server=False) == ["Wipe it"]
    assert "Stored" in reading.english(from_the_server=True)
