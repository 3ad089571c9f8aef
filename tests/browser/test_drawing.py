"""Draw and read, by what a person would do."""

import base64
import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from model.data.idx import load_mnist_part
from tests.browser.pen import DIGITS, draw


def test_each_drawn_digit_is_read_and_not_doubted(page: Page) -> None:
    page.clock.install()
    for digit, strokes in DIGITS.items():
        page.click("#clear")
        expect(page.locator("#digit")).to_have_text("")
        draw(page, strokes)
        expect(page.locator("#digit")).to_have_text(str(digit))
        expect(page.locator("#digit")).to_have_attribute("data-sure", "yes")
        page.clock.fast_forward(2000)
        expect(page.locator("#verdict")).to_contain_text(f"{digit}")
        values = page.locator("#probabilities [data-digit]").evaluate_all(
            "rows => rows.map((row) => Number(row.dataset.value))"
        )
        assert len(values) == 10
        assert values.index(max(values)) == digit
        assert sum(values) == pytest.approx(1, abs=1e-3)


def test_it_is_read_while_the_pen_is_still_down(page: Page) -> None:
    box = page.locator("#ink").bounding_box()
    assert box
    page.mouse.move(box["x"] + 150, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 250, steps=10)
    expect(page.locator("#digit")).to_have_text("1")
    page.mouse.up()


def test_an_empty_pad_gives_no_digit(page: Page) -> None:
    expect(page.locator("#digit")).to_be_empty()
    draw(page, DIGITS[3])
    expect(page.locator("#digit")).to_have_text("3")
    page.click("#clear")
    expect(page.locator("#digit")).to_be_empty()
    assert page.locator("#probabilities [data-digit='3']").get_attribute("data-value") == "0"


def test_undo_takes_back_stroke_by_stroke_and_clearing_too(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(page.locator("#digit")).to_have_text("4")
    page.click("#clear")
    page.click("#undo")
    expect(page.locator("#digit")).to_have_text("4")
    page.click("#undo")
    page.keyboard.press("Control+z")
    expect(page.locator("#digit")).to_be_empty()
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    expect(page.locator("#digit")).to_have_text("4")


def test_the_preview_shows_the_28x28_that_is_sent(page: Page) -> None:
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    size, ink = page.locator("#input28").evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          const ink = [...data].filter((v, i) => i % 4 === 0 && v > 100).length;
          return [[canvas.width, canvas.height], ink];
        }"""
    )
    assert size == [28, 28]
    assert 40 < ink < 250


def test_ink_survives_a_resize(page: Page) -> None:
    draw(page, DIGITS[2])
    expect(page.locator("#digit")).to_have_text("2")
    page.set_viewport_size({"width": 500, "height": 900})
    page.set_viewport_size({"width": 900, "height": 500})
    bright = page.locator("#ink").evaluate(
        """async canvas => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return [...data].filter((v, i) => i % 4 === 0 && v > 200).length / (data.length / 4);
        }"""
    )
    assert bright > 0.03
    expect(page.locator("#digit")).to_have_text("2")


def test_a_finger_draws_and_does_not_scroll(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(360, 740, has_touch=True, is_mobile=True)
    page.goto(live_server)
    box = page.locator("#ink").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    scale = box["width"] / 280
    upwards = reversed(DIGITS[1][0])  # a finger moving up would scroll the page down
    points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in upwards]
    for kind, at in [
        ("touchStart", points[0]),
        *(("touchMove", point) for point in points[1:]),
        ("touchEnd", None),
    ]:
        where = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})
    expect(page.locator("#digit")).to_have_text("1")
    assert page.evaluate("scrollY") == 0


def test_a_palm_beside_the_pen_leaves_no_ink(page: Page) -> None:
    strokes = page.evaluate(
        """async () => {
          const { Drawing } = await import("/js/draw/drawing.js");
          const { PointerPen } = await import("/js/draw/pointer-pen.js");
          const canvas = document.body.appendChild(document.createElement("canvas"));
          canvas.setPointerCapture = () => {};
          const drawing = new Drawing();
          new PointerPen(canvas, drawing, 18);
          const send = (type, pointerType, pointerId) =>
            canvas.dispatchEvent(new PointerEvent(type, { pointerType, pointerId, button: 0 }));
          const counts = [];
          send("pointerdown", "touch", 1); // the palm comes first …
          send("pointerdown", "pen", 2); // … and is dropped when the pen is seen
          send("pointerup", "pen", 2);
          counts.push(drawing.strokes.length);
          send("pointerdown", "touch", 3); // a palm later on
          send("pointerup", "touch", 3);
          counts.push(drawing.strokes.length);
          canvas.remove();
          return counts;
        }"""
    )
    assert strokes == [1, 1]


def test_the_keyboard_alone_draws(page: Page) -> None:
    page.focus("#ink")
    page.keyboard.press("Space")
    for _ in range(14):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#digit")).to_have_text("1")
    page.keyboard.press("Delete")
    expect(page.locator("#digit")).to_be_empty()


def test_a_test_digit_to_start_from_knows_its_label(page: Page) -> None:
    page.click("#try-one")
    expect(page.locator("#digit")).not_to_be_empty()
    page.wait_for_url("**/#*ink=m*")
    sample = int(page.url.split("ink=m")[1].split("&")[0])
    labels = load_mnist_part("test")[1]
    expect(page.locator("#labels input:checked")).to_have_value(str(labels[sample]))


def test_a_picture_that_is_chosen_or_pasted_is_read(page: Page) -> None:
    images, labels = load_mnist_part("test")
    picture = io.BytesIO()
    Image.fromarray(255 - images[0].reshape(28, 28)).resize((280, 280)).save(picture, "PNG")
    png = picture.getvalue()
    page.set_input_files("#image-file", {"name": "a.png", "mimeType": "image/png", "buffer": png})
    expect(page.locator("#digit")).to_have_text(str(labels[0]))
    page.click("#clear")
    page.evaluate(
        """text => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([bytes], "a.png", { type: "image/png" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }""",
        base64.b64encode(png).decode(),
    )
    expect(page.locator("#digit")).to_have_text(str(labels[0]))


def test_a_wide_and_a_narrow_pen_read_the_same(page: Page) -> None:
    for key in "[]":
        page.click("#clear")
        for _ in range(4):
            page.keyboard.press(key)
        draw(page, DIGITS[3])
        expect(page.locator("#digit")).to_have_text("3")
