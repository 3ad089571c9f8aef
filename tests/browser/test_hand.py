"""The hand's own accidents: leaving the pad, second fingers, every coalesced point, keys, drops."""

import base64
import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from model.data.idx import load_mnist_part
from tests.browser.conftest import Watch
from tests.browser.pen import DIGITS, draw

# A pad of its own that takes made-up pointer events; `strokes()` tells what was drawn.
A_PAD = """
  const { Drawing } = await import("/js/draw/drawing.js");
  const { PointerPen } = await import("/js/draw/pointer-pen.js");
  const canvas = document.body.appendChild(document.createElement("canvas"));
  canvas.style = "position: fixed; inset: 0; width: 280px; height: 280px";
  canvas.setPointerCapture = () => {};
  const drawing = new Drawing();
  new PointerPen(canvas, drawing, 18);
  const event = (type, more = {}) =>
    new PointerEvent(type, { pointerType: "mouse", pointerId: 1, button: 0, ...more });
  const send = (type, more) => canvas.dispatchEvent(event(type, more));
  const strokes = () => drawing.strokes.map(({ points }) => points);
"""


def test_every_coalesced_point_is_ink(page: Page) -> None:
    points = page.evaluate(
        f"""async () => {{
          {A_PAD}
          send("pointerdown", {{ clientX: 10, clientY: 10 }});
          const move = event("pointermove", {{ clientX: 100, clientY: 100 }});
          const between = [30, 60, 100].map((at) =>
            event("pointermove", {{ clientX: at, clientY: at }}));
          move.getCoalescedEvents = () => between;
          canvas.dispatchEvent(move);
          send("pointerup");
          canvas.remove();
          return strokes();
        }}"""
    )
    assert points == [[[10, 10], [30, 30], [60, 60], [100, 100]]]


def test_a_second_finger_neither_draws_nor_ends_the_first(page: Page) -> None:
    strokes = page.evaluate(
        f"""async () => {{
          {A_PAD}
          const finger = {{ pointerType: "touch" }};
          send("pointerdown", {{ ...finger, clientX: 10, clientY: 10 }});
          send("pointerdown", {{ ...finger, pointerId: 2, clientX: 200, clientY: 200 }});
          send("pointermove", {{ ...finger, pointerId: 2, clientX: 210, clientY: 210 }});
          send("pointerup", {{ ...finger, pointerId: 2 }});
          send("pointermove", {{ ...finger, clientX: 20, clientY: 20 }});
          send("pointercancel", finger);
          send("pointermove", {{ ...finger, clientX: 90, clientY: 90 }});
          canvas.remove();
          return strokes();
        }}"""
    )
    assert strokes == [[[10, 10], [20, 20]]]


def test_a_right_click_draws_nothing(page: Page) -> None:
    page.locator("#ink").click(button="right")
    expect(page.locator("#undo")).to_be_disabled()


def test_a_pen_that_left_the_pad_does_not_go_on_when_it_is_back(page: Page) -> None:
    box = page.locator("#ink").bounding_box()
    assert box
    page.mouse.move(box["x"] + 150, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + box["height"] + 60, steps=8)
    page.mouse.up()
    expect(page.locator("#digit")).to_have_text("1")
    page.wait_for_url("**/#*ink=s*")
    left = page.url
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.move(box["x"] + 250, box["y"] + 200, steps=8)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.wait_for_function("(left) => location.href === left", arg=left)


def test_turning_a_phone_loses_no_ink(new_page: Callable[..., Page], live_server: str) -> None:
    page = new_page(360, 740, has_touch=True)
    page.goto(live_server)
    draw(page, DIGITS[2])
    page.wait_for_url("**/#*ink=s*")
    before = page.url
    for width, height in ((740, 360), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(
            """() => {
              const ink = document.querySelector("#ink");
              if (ink.width !== Math.round(ink.clientWidth * devicePixelRatio)) return false;
              const { data } = ink.getContext("2d").getImageData(0, 0, ink.width, ink.height);
              return data.filter((v, i) => i % 4 === 0 && v > 200).length > 0.03 * data.length / 4;
            }"""
        )
    assert page.url == before


def test_keys_for_every_tool(page: Page) -> None:
    width = page.locator("#pen-width")
    page.keyboard.press("]")
    expect(width).to_have_value("20")
    page.keyboard.press("[")
    page.keyboard.press("[")
    expect(width).to_have_value("16")
    page.keyboard.press("t")
    expect(page.locator("#digit")).not_to_be_empty()
    page.keyboard.press("Backspace")
    expect(page.locator("#digit")).to_be_empty()
    page.keyboard.press("Control+z")
    expect(page.locator("#digit")).not_to_be_empty()
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator("#digit")).to_be_empty()


def test_typing_in_a_field_draws_and_clears_nothing(page: Page) -> None:
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    page.locator("#field-name").press_sequentially("t0[]")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+z")
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#label-0")).not_to_be_checked()
    expect(page.locator("#pen-width")).to_have_value("18")


def test_a_picture_that_is_dropped_is_read(page: Page) -> None:
    images, labels = load_mnist_part("test")
    picture = io.BytesIO()
    Image.fromarray(255 - images[1].reshape(28, 28)).resize((280, 280)).save(picture, "PNG")
    kept = page.evaluate(
        """text => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "a.png", { type: "image/png" }));
          const send = (name) => document.querySelector("#train").dispatchEvent(
            new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
          return [send("dragover"), send("drop")]; // false: the browser does not open the file
        }""",
        base64.b64encode(picture.getvalue()).decode(),
    )
    assert kept == [False, False]
    expect(page.locator("#digit")).to_have_text(str(labels[1]))


def test_a_picture_is_read_as_the_service_reads_it(page: Page, live_server: str) -> None:
    """What the pad shows and sends is the picture before any network sets it upright."""
    slanted = Image.fromarray(255 - load_mnist_part("test")[0][1].reshape(28, 28))
    slanted = slanted.resize((200, 200)).transform(
        (300, 220), Image.Transform.AFFINE, (1, 0.35, -60, 0, 1, -10), fillcolor=255
    )
    file = io.BytesIO()
    slanted.save(file, "PNG")
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
    answer = page.request.post(
        f"{live_server}/predict?details=true&model=pixels", multipart={"image": picture}
    ).json()
    shown = base64.b64decode(answer["stages"]["input"].split(",")[1])
    expected = list(Image.open(io.BytesIO(shown)).convert("L").tobytes())
    with page.expect_request(
        lambda asked: (asked.post_data_buffer or b"").startswith(b"{")
    ) as sent:
        page.set_input_files("#image-file", picture)
    assert sent.value.post_data_json["pixels"] == expected
    expect(page.locator("#digit")).to_have_text(str(answer["digit"]))
    bars = page.locator("#probabilities [data-digit]").all()
    read = [float(bar.get_attribute("data-value") or 0) for bar in bars]
    assert max(abs(a - b) for a, b in zip(read, answer["probabilities"], strict=True)) < 1e-5


def test_after_a_pen_fingers_draw_again(page: Page) -> None:
    page.clock.install()
    page.clock.pause_at("2100-01-01")
    page.evaluate(
        f"""async () => {{
          {A_PAD}
          window.tap = (pointerType, x) => {{
            send("pointerdown", {{ pointerType, clientX: x, clientY: 10 }});
            send("pointerup", {{ pointerType, clientX: x, clientY: 10 }});
            return strokes().length;
          }};
        }}"""
    )
    assert page.evaluate("tap('touch', 10)") == 1
    assert page.evaluate("tap('pen', 20)") == 2
    assert page.evaluate("tap('touch', 30)") == 2  # the palm of the pen's hand
    page.clock.run_for(1_500)
    assert page.evaluate("tap('touch', 40)") == 3
    assert page.evaluate("tap('pen', 50)") == 4


def a_two() -> bytes:
    """MNIST's second test digit as a PNG, dark on light."""
    picture = io.BytesIO()
    image = 255 - load_mnist_part("test")[0][1].reshape(28, 28)
    Image.fromarray(image).resize((280, 280)).save(picture, "PNG")
    return picture.getvalue()


def test_what_is_no_picture_is_said_in_words_until_one_is_shown(page: Page, watch: Watch) -> None:
    page.clock.install()
    page.clock.pause_at("2100-01-01")  # words do not fade
    for content, said in ((b"no picture", "not a picture"), (a_two(), "")):
        file = {"name": "a.png", "mimeType": "image/png", "buffer": content}
        page.set_input_files("#image-file", file)
        expect(page.locator("#announce")).to_contain_text(said)
    expect(page.locator("#announce")).to_be_empty()
    watch.complaints = [said for said in watch.complaints if "415" not in said]


def digits_in_a_row(*indices: int) -> bytes:
    """Some of MNIST's test digits beside one another as a JPEG, dark on light."""
    images = load_mnist_part("test")[0]
    row = np.hstack([images[index].reshape(28, 28) for index in indices])
    picture = io.BytesIO()
    image = Image.fromarray(255 - row).resize((280 * len(indices), 280))
    image.save(picture, "JPEG", quality=90)
    return picture.getvalue()


def test_each_of_several_digits_in_a_picture_is_offered(page: Page) -> None:
    """MNIST's test digits 0 and 1 are a 7 and a 2."""
    file = {"name": "72.jpg", "mimeType": "image/jpeg", "buffer": digits_in_a_row(0, 1)}
    page.set_input_files("#image-file", file)
    expect(page.locator("#found-say")).to_contain_text("2 digits were found in the picture: 72.")
    expect(page.locator("#digit")).to_have_text("7")
    boxes = page.locator("#found-boxes button")
    expect(boxes).to_have_count(2)
    boxes.nth(1).click()
    expect(page.locator("#digit")).to_have_text("2")
    expect(boxes.nth(1)).to_have_attribute("aria-pressed", "true")
    left, right = (boxes.nth(place).bounding_box() for place in (0, 1))
    frame = page.locator("#found-picture").bounding_box()
    assert left
    assert right
    assert frame
    middle = frame["x"] + frame["width"] / 2
    assert left["x"] + left["width"] <= middle <= right["x"]
    page.click("#clear")
    expect(page.locator("#found")).to_be_hidden()


def test_a_large_picture_is_made_smaller_before_it_is_sent(page: Page) -> None:
    sizes = page.evaluate(
        """async () => {
          const { smaller } = await import("/js/draw/picture.js");
          const sizes = [];
          for (const side of [200, 2000]) {
            const canvas = new OffscreenCanvas(side, side / 2);
            const context = canvas.getContext("2d");
            const image = context.createImageData(side, side / 2);
            for (let i = 0; i < image.data.length; i++) image.data[i] = 128 + 127 * Math.sin(i * i);
            context.putImageData(image, 0, 0);
            const file = await canvas.convertToBlob();
            const sent = await smaller(file);
            const { width, height } = await createImageBitmap(sent);
            sizes.push([sent === file, width, height]);
          }
          const words = new Blob(["no picture".repeat(300000)]);
          return [...sizes, (await smaller(words)) === words];
        }"""
    )
    assert sizes == [[True, 200, 100], [False, 1600, 800], True]


def test_a_misread_test_digit_is_called_wrong(page: Page, live_server: str) -> None:
    answer = page.request.get(f"{live_server}/models/pixels/evaluation?worst=1").json()
    (worst,) = answer["mistakes"]
    page.goto(f"{live_server}/#ink=m{worst['index']}")
    page.reload()
    expect(page.locator("#digit")).to_have_text(str(worst["digit"]))
    expect(page.locator("#truth")).to_contain_text("Wrong")
    expect(page.locator("#truth")).to_contain_text(str(worst["label"]))
    page.click("#clear")
    expect(page.locator("#truth")).to_be_empty()
