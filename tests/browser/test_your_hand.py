"""Teach it your hand: say what a drawing was meant to be, see it kept, teach it, take it back."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from benchmarks.hand_styles import draw_style
from model.data.samples import Samples
from model.serialization.samples import dump_samples, load_samples
from tests.browser.conftest import ACTIVE, PATIENCE, Watch
from tests.browser.pen import DIGITS, Strokes, draw
from tests.browser.test_accessibility import violations, violations_in_both_themes
from tests.conftest import serving

X: Strokes = [[(70, 50), (210, 240)], [(210, 50), (70, 240)]]
SHORT = {"preset": "fast", "epochs": 1, "train_examples": 300}
LONG = SHORT | {"epochs": 5000}


@pytest.fixture(scope="module")
def hands_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own: other tests' pages show no samples."""
    with serving(tmp_path_factory.mktemp("hand")) as address:
        yield address


@pytest.fixture
def hand(new_page: Callable[..., Page], hands_server: str) -> Iterator[Page]:
    """The page without any sample yet; a run that a failed test left behind is not in the way."""
    httpx.delete(f"{hands_server}/samples").raise_for_status()
    for job in httpx.get(f"{hands_server}/train", params={"limit": 200}).json()["items"]:
        if job["state"] in ACTIVE:
            httpx.delete(f"{hands_server}/train/{job['id']}")
    page = new_page(reduced_motion="reduce")
    page.goto(hands_server)
    expect(page.locator("#meant")).to_have_attribute("data-state", "none")
    return page


def keep(page: Page, strokes: Strokes, label: int) -> None:
    """Draw, and say what it was meant to be."""
    page.click("#clear")
    draw(page, strokes)
    expect(page.locator("#digit")).not_to_be_empty()
    page.click("#meant-open")
    page.click(f"#meant-digits [data-digit='{label}']")
    expect(page.locator("#meant-say")).to_contain_text(str(label))
    expect(page.locator("#hand-kept")).to_be_visible()


def tiles(page: Page) -> Locator:
    return page.locator("#hand-samples li")


def stored(page: Page) -> list[dict[str, object]]:
    address = urlsplit(page.url)
    answer = httpx.get(f"{address.scheme}://{address.netloc}/samples")
    items: list[dict[str, object]] = answer.json()["items"]
    return items


def trained_with(page: Page, settings: dict[str, object]) -> list[dict[str, object]]:
    """Have every run learn with these settings as well; the list of what the page itself sent."""
    sent: list[dict[str, object]] = []

    def more(route: Route) -> None:
        request = route.request
        if request.method != "POST":
            return route.fallback()
        sent.append(request.post_data_json)
        return route.continue_(post_data=json.dumps(sent[-1] | settings))

    page.route("**/train", more)
    return sent


def samples_file(count: int) -> bytes:
    """An .npz of so many bars, each called a 1."""
    images = np.zeros((count, 28, 28), np.uint8)
    for index in range(count):
        images[index, 4:24, 10 + index] = 255
    return dump_samples(Samples(images.reshape(count, 784), np.ones(count, np.uint8)))


def test_a_drawing_is_kept_with_its_strokes_and_what_it_was_meant_to_be(
    hand: Page, watch: Watch
) -> None:
    draw(hand, DIGITS[7])
    expect(hand.locator("#digit")).to_have_text("7")
    hand.click("#meant-open")
    expect(hand.locator("#meant-digits button")).to_have_count(10)
    hand.click("#meant-digits [data-digit='1']")
    expect(hand.locator("#meant-say")).to_have_text("Kept as a 1.")
    expect(hand.locator("#meant-digits")).to_be_hidden()
    expect(tiles(hand)).to_have_count(1)
    expect(tiles(hand)).to_contain_text("read as 7")
    expect(hand.locator("#hand-count")).to_have_text(
        "1 drawing is kept. “pixels” reads 0 of 1 right."
    )
    expect(hand.locator("#label-1")).to_be_checked()  # and the lesson is about the same
    (sample,) = stored(hand)
    assert sample["label"] == 1
    strokes = sample["strokes"]
    assert isinstance(strokes, list)
    assert len(strokes) == 1
    assert np.allclose(strokes[0][0], np.array(DIGITS[7][0][0]) / 280, atol=0.01)
    hand.click("#meant-undo")
    expect(hand.locator("#meant-say")).to_be_empty()
    expect(hand.locator("#hand-kept")).to_be_hidden()
    assert stored(hand) == []
    assert watch.complaints == []


def test_keys_alone_keep_a_drawing(hand: Page) -> None:
    hand.keyboard.press("m")  # there is nothing to keep yet
    expect(hand.locator("#meant-digits")).to_be_hidden()
    draw(hand, DIGITS[7])
    expect(hand.locator("#digit")).to_have_text("7")
    hand.keyboard.press("m")
    expect(hand.locator("#meant-digits [data-digit='0']")).to_be_focused()
    for key, digit in (("ArrowRight", 1), ("ArrowDown", 6), ("ArrowLeft", 5), ("ArrowUp", 0)):
        hand.keyboard.press(key)
        expect(hand.locator(f"#meant-digits [data-digit='{digit}']")).to_be_focused()
    hand.keyboard.press("Escape")
    expect(hand.locator("#meant-digits")).to_be_hidden()
    expect(hand.locator("#meant-open")).to_be_focused()
    hand.keyboard.press("Enter")
    hand.keyboard.press("4")
    expect(hand.locator("#meant-say")).to_have_text("Kept as a 4.")
    expect(hand.locator("#meant-open")).to_be_focused()
    hand.keyboard.press("m")
    hand.mouse.click(700, 110)  # elsewhere
    expect(hand.locator("#meant-digits")).to_be_hidden()


def test_it_is_more_present_where_the_reading_is_in_doubt(hand: Page) -> None:
    meant = hand.locator("#meant")
    draw(hand, DIGITS[1])
    expect(meant).to_have_attribute("data-state", "quiet")
    hand.click("#clear")
    expect(meant).to_have_attribute("data-state", "none")
    draw(hand, X)
    expect(meant).to_have_attribute("data-state", "doubt")


def test_a_test_digit_is_not_to_be_learnt(hand: Page) -> None:
    hand.click("#try-hard")
    expect(hand.locator("#truth")).not_to_be_empty()
    expect(hand.locator("#meant")).to_have_attribute("data-state", "none")
    expect(hand.locator("#meant-open")).to_be_hidden()


def test_the_same_drawing_with_another_label_is_refused_in_words(hand: Page) -> None:
    keep(hand, DIGITS[7], 7)
    hand.keyboard.press("m")
    hand.keyboard.press("2")
    expect(hand.locator("#meant-trouble")).to_have_text(
        "This very drawing is kept as a 7 already. Undo that first."
    )
    expect(hand.locator("#meant-say")).to_have_text("Kept as a 7.")
    assert [each["label"] for each in stored(hand)] == [7]
    hand.click("#clear")
    expect(hand.locator("#meant-trouble")).to_be_empty()


def test_drawings_are_put_on_the_pad_again_and_deleted(hand: Page) -> None:
    for digit in (1, 7, 3):
        keep(hand, DIGITS[digit], digit)
    expect(tiles(hand).locator("strong")).to_have_text(
        ["meant to be 3", "meant to be 7", "meant to be 1"]
    )
    expect(tiles(hand).locator(".sample-read")).to_have_text(["read right"] * 3)
    tiles(hand).nth(1).locator(".sample").click()
    expect(hand.locator("#digit")).to_have_text("7")
    expect(hand.locator("#meant-say")).to_have_text("Kept as a 7.")
    tiles(hand).nth(1).locator(".sample-remove").focus()
    hand.keyboard.press("Enter")
    expect(tiles(hand)).to_have_count(2)
    expect(hand.locator("#meant-say")).to_be_empty()
    expect(tiles(hand).nth(1).locator(".sample-remove")).to_be_focused()
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if len(asked) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    hand.on("dialog", answer)
    hand.click("#hand-clear")
    expect(tiles(hand)).to_have_count(2)
    hand.click("#hand-clear")
    expect(tiles(hand)).to_have_count(0)
    said = "Delete all 2 drawings of everybody who uses this server? They are gone for good."
    assert asked == [said] * 2
    assert stored(hand) == []


def test_another_network_reads_them_anew(hand: Page) -> None:
    keep(hand, DIGITS[7], 7)
    expect(hand.locator("#hand-count")).to_contain_text("“pixels” reads 1 of 1 right.")
    hand.select_option("#network", "pretrained")
    expect(hand.locator("#hand-count")).to_contain_text("“edges” reads 1 of 1 right.")
    hand.select_option("#network", "pixels")
    expect(hand.locator("#age")).to_be_visible()
    hand.locator("#age").fill("0")
    expect(hand.locator("#hand-count")).to_contain_text("“pixels, after 0 steps” reads ")


def test_they_are_saved_as_a_file_and_added_from_one(hand: Page) -> None:
    keep(hand, DIGITS[7], 7)
    with hand.expect_download() as coming:
        hand.click("#hand-export")
    saved = load_samples(Path(coming.value.path()))
    assert (len(saved), saved.labels.tolist()) == (1, [7])
    file = {"name": "mine.npz", "mimeType": "application/octet-stream"}
    hand.set_input_files("#hand-import", {**file, "buffer": samples_file(3)})
    expect(hand.locator("#hand-say")).to_have_text("3 drawings were added, 0 were here already.")
    expect(tiles(hand)).to_have_count(4)
    hand.set_input_files("#hand-import", {**file, "buffer": samples_file(4)})
    expect(hand.locator("#hand-say")).to_have_text("1 drawing was added, 3 were here already.")
    hand.set_input_files("#hand-import", {**file, "buffer": b"no zip at all"})
    expect(hand.locator("#hand-say")).not_to_contain_text("added")
    expect(hand.locator("#hand-say")).not_to_be_empty()
    other = io.BytesIO()
    np.savez(other, W1=np.zeros((3, 3), np.float32))
    hand.set_input_files("#hand-import", {**file, "buffer": other.getvalue()})
    expect(hand.locator("#hand-say")).to_contain_text("pixels")
    expect(tiles(hand)).to_have_count(5)


def test_it_is_taught_used_and_taken_back(hand: Page, watch: Watch) -> None:
    sent = trained_with(hand, SHORT)
    for digit in (1, 7):
        keep(hand, DIGITS[digit], digit)
    hand.click("#teach")
    expect(hand.locator("#teach")).to_be_disabled()
    expect(hand.locator("#teaching")).to_be_visible()
    expect(hand.locator("#taught")).to_be_visible()
    expect(hand.locator("#teaching")).to_be_hidden()
    assert sent == [{"base_model": "pixels", "samples": True, "name": "pixels + 2 drawings"}]
    counts = hand.locator("#taught-counts tbody tr")
    expect(counts).to_have_count(2)
    expect(counts.nth(0).locator("td").first).to_have_text("2 of 2")
    expect(counts.nth(1)).to_contain_text("%")
    pairs = hand.locator("#taught-drawings li")
    expect(pairs).to_have_count(2)
    expect(pairs.nth(0)).to_contain_text("read before as 7 ✓")
    expect(pairs.nth(0)).to_contain_text("after as ")
    assert hand.input_value("#network") == "pixels"  # nothing is used unasked
    hand.click("#taught-use")
    taught = hand.locator("#taught").get_attribute("data-model")
    expect(hand.locator("#network")).to_have_value(str(taught))
    expect(hand.locator("#hand-count")).to_contain_text("“pixels + 2 drawings” reads ")
    expect(hand.locator("#taught-back")).to_be_focused()
    keep(hand, DIGITS[3], 3)
    expect(counts).to_have_count(3)
    expect(counts.nth(1)).to_contain_text("drawn since, never learned")
    expect(pairs.nth(0)).to_contain_text("new")
    hand.wait_for_url(lambda url: f"model={taught}" in url and "label=3" in url)
    hand.reload()
    expect(pairs).to_have_count(3)
    expect(hand.locator("#network")).to_have_value(str(taught))
    hand.click("#taught-back")
    expect(hand.locator("#network")).to_have_value("pixels")
    expect(hand.locator("#taught-reads")).to_have_text("“pixels” still reads on your pad.")
    expect(hand.locator("#taught-use")).to_be_focused()
    assert watch.complaints == []


def test_twenty_sevens_like_a_z_are_learnt_in_earnest(hand: Page) -> None:
    """With the recipe that the service chooses for samples."""
    drawn = draw_style("7 like a Z", 20, np.random.default_rng(1))
    file = {"name": "z.npz", "mimeType": "application/zip", "buffer": dump_samples(drawn)}
    hand.set_input_files("#hand-import", file)
    expect(tiles(hand)).to_have_count(20)
    hand.click("#teach")
    expect(hand.locator("#taught")).to_be_visible(timeout=4 * PATIENCE)  # all of MNIST, four times
    own, tests = (
        [cell.inner_text() for cell in row.locator("td").all()]
        for row in hand.locator("#taught-counts tbody tr").all()
    )
    before, after = (int(cell.removesuffix(" of 20")) for cell in own)
    assert before < 15 < 18 <= after
    before_tests, after_tests = (float(cell.removesuffix("\u00a0%")) for cell in tests)
    assert after_tests > before_tests - 0.5
    expect(hand.locator("#taught-say")).to_contain_text(f"It reads {after} of the 20 drawings")


def test_teaching_is_stopped_and_a_reload_in_between_loses_nothing(hand: Page) -> None:
    trained_with(hand, LONG)
    keep(hand, DIGITS[7], 7)
    hand.focus("#teach")
    hand.keyboard.press("Enter")
    expect(hand.locator("#teach-say")).to_contain_text("Epoch")
    expect(hand.locator("#teach-stop")).to_be_focused()
    hand.reload()
    expect(hand.locator("#teach-say")).to_contain_text("Epoch")
    hand.click("#teach-stop")
    expect(hand.locator("#teaching")).to_be_hidden()
    expect(hand.locator("#teach")).to_be_enabled()
    expect(hand.locator("#taught, #teach-trouble:not(:empty)").first).to_be_visible()
    assert hand.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_choice_of_digits_leaves_the_reading_in_sight(hand: Page, width: int) -> None:
    hand.set_viewport_size({"width": width, "height": 800})
    draw(hand, DIGITS[7])
    expect(hand.locator("#digit")).to_have_text("7")
    hand.click("#meant-open")
    expect(hand.locator("#meant-digits")).to_be_visible()
    digits = hand.locator("#meant-digits").bounding_box()
    reading = hand.locator("#digit").bounding_box()
    assert digits
    assert reading
    above = digits["y"] + digits["height"] <= reading["y"]
    below = digits["y"] >= reading["y"] + reading["height"]
    assert above or below
    assert digits["y"] + digits["height"] <= 800


def test_the_recipe_for_a_hand_takes_its_drawings_and_the_network_in_use(hand: Page) -> None:
    recipe = hand.locator("#presets [value=hand]")
    expect(hand.locator("#field-base_model option[value=pixels]")).to_have_count(1)
    recipe.check()
    expect(hand.locator("#train-error")).to_contain_text("No drawing is kept yet")
    keep(hand, DIGITS[7], 7)
    hand.locator("#presets [value=fast]").check()
    expect(hand.locator("#train-error")).to_be_empty()
    recipe.check()
    expect(hand.locator("#train-form [name=samples]")).to_be_checked()
    expect(hand.locator("#field-base_model")).to_have_value("pixels")
    hand.locator("#presets [value=fast]").check()
    expect(hand.locator("#train-form [name=samples]")).not_to_be_checked()
    expect(hand.locator("#field-base_model")).to_have_value("")


def test_a_taught_network_that_is_deleted_is_not_offered(hand: Page) -> None:
    trained_with(hand, SHORT)
    keep(hand, DIGITS[7], 7)
    hand.click("#teach")
    expect(hand.locator("#taught")).to_be_visible()
    taught = hand.locator("#taught").get_attribute("data-model")
    hand.on("dialog", lambda dialog: dialog.accept())
    hand.locator(f"[data-model='{taught}'] button", has_text="Delete").click()
    expect(hand.locator("#taught")).to_be_hidden()


def test_the_form_of_a_run_offers_the_drawings_where_there_are_some(hand: Page) -> None:
    box = hand.locator("#train-form [name=samples]")
    expect(box).to_be_hidden()
    keep(hand, DIGITS[7], 7)
    sent = trained_with(hand, SHORT)
    box.check()
    hand.press("#train-form [type=submit]", "Enter")
    expect(hand.locator("#jobs [data-state=succeeded]").first).to_be_visible()
    assert sent == [{"preset": "fast", "samples": True}]
    tiles(hand).locator(".sample-remove").click()
    expect(box).to_be_hidden()


def test_a_run_that_is_refused_says_why(hand: Page) -> None:
    trained_with(hand, {"epochs": 0})
    keep(hand, DIGITS[7], 7)
    hand.click("#teach")
    expect(hand.locator("#teach-trouble")).to_contain_text("epochs")
    expect(hand.locator("#teach")).to_be_enabled()


def test_where_samples_are_off_nothing_of_it_is_there(
    new_page: Callable[..., Page], tmp_path: Path
) -> None:
    with serving(tmp_path, BYHAND_SAMPLES="off") as address:
        page = new_page()
        page.goto(address)
        expect(page.locator("#hand")).to_be_hidden()
        draw(page, DIGITS[7])
        expect(page.locator("#digit")).to_have_text("7")
        expect(page.locator("#meant")).to_be_hidden()
        page.keyboard.press("m")
        expect(page.locator("#meant-digits")).to_be_hidden()


def test_a_key_is_asked_for_where_one_is_needed(
    new_page: Callable[..., Page], locked_server: str
) -> None:
    page = new_page()
    page.goto(locked_server)
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    page.click("#meant-open")
    page.click("#meant-digits [data-digit='7']")
    page.fill("#key-form input", "sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#meant-say")).to_have_text("Kept as a 7.")
    page.click("#meant-undo")
    expect(page.locator("#hand-kept")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_sticks_out(hand: Page, width: int) -> None:
    look = violations_in_both_themes if width > 1000 else violations
    hand.set_viewport_size({"width": width, "height": 800})
    trained_with(hand, SHORT)
    keep(hand, X, 4)
    keep(hand, DIGITS[7], 7)
    hand.keyboard.press("m")
    hand.keyboard.press("2")
    expect(hand.locator("#meant-trouble")).not_to_be_empty()
    hand.keyboard.press("m")
    expect(hand.locator("#meant-digits")).to_be_visible()
    assert look(hand) == [], "the choice is open"
    hand.keyboard.press("Escape")
    hand.click("#teach")
    expect(hand.locator("#taught")).to_be_visible()
    assert look(hand, "#hand") == [], "before and after"
    hand.click("#taught-use")
    assert look(hand, "#hand") == [], "in use"
    assert hand.evaluate("document.documentElement.scrollWidth") <= width
