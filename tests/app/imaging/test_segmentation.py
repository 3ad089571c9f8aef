"""Kinds of pictures that people send, each made from drawings: the drawing comes out."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from app.imaging import decode
from model.preprocessing import normalize
from tests.app.imaging.conftest import Drawing, crop, encode

Close = Callable[[np.ndarray, Drawing], bool]
Make = Callable[[Drawing, np.random.Generator], bytes]


def framed(drawing: Drawing, rng: np.random.Generator) -> bytes:
    """A frame at any inset, which some of the digits cross."""
    picture, inset, width = 255 - drawing, int(rng.integers(3, 40)), int(rng.integers(1, 6))
    ends = slice(inset, 280 - inset)
    for first in (inset, 280 - inset - width):
        picture[first : first + width, ends] = picture[ends, first : first + width] = 0
    return encode(picture)


def over_a_frame(drawing: Drawing, rng: np.random.Generator) -> bytes:
    """A frame over one line of which the digit's ink goes, by a quarter of the digit."""
    ink = crop(np.where(drawing > 127, drawing, 0).astype(np.uint8))
    height, width = ink.shape
    picture = np.full((360, 360), 255, np.uint8)
    line, ends = int(rng.integers(1, 5)), slice(50, 310)
    for first in (50, 310 - line):
        picture[first : first + line, ends] = picture[ends, first : first + line] = 60
    top, left = (360 - height) // 2, (360 - width) // 2
    top, left = (
        (50 - height // 4, left),
        (310 - 3 * height // 4, left),
        (top, 50 - width // 4),
        (top, 310 - 3 * width // 4),
    )[rng.integers(4)]
    place = np.s_[top : top + height, left : left + width]
    picture[place] = np.minimum(picture[place], 255 - ink)
    return encode(picture)


def on_lined_paper(drawing: Drawing, rng: np.random.Generator) -> bytes:
    """Ruled as dark as the ink, with two lines that the digit's strokes cross."""
    picture = np.full((340, 400), 255, np.uint8)
    picture[30:310, 60:340] -= drawing
    first = int(rng.integers(90, 130))
    picture[first : first + 5] = picture[first + 90 : first + 95] = 0
    return encode(picture)


def large_and_grainy(drawing: Drawing, rng: np.random.Generator) -> bytes:
    """A photo without losses, unevenly lit."""
    ink = np.asarray(Image.fromarray(drawing).resize((500, 500)), float) / 255
    sheet = np.tile(np.linspace(150, 240, 700), (700, 1))
    sheet[100:600, 100:600] *= 1 - 0.8 * ink
    return encode(np.clip(sheet + rng.normal(0, 4, sheet.shape), 0, 255).astype(np.uint8))


def circled(drawing: Drawing, rng: np.random.Generator) -> bytes:
    picture = np.full((400, 400), 255, np.uint8)
    y, x = np.mgrid[:400, :400] - 199.5
    distance = np.hypot(y, x)
    picture[(distance < 195) & (distance > 190)] = 0
    picture[60:340, 60:340] = np.minimum(picture[60:340, 60:340], 255 - drawing)
    return encode(picture)


def on_a_panel(drawing: Drawing, rng: np.random.Generator) -> bytes:
    page = np.full((500, 600), 255, np.uint8)
    top, left = (int(value) for value in rng.integers(20, 200, 2))
    page[top : top + 280, left : left + 280] = np.maximum(drawing, 40)
    return encode(page)


def with_a_speck(drawing: Drawing, rng: np.random.Generator) -> bytes:
    picture = 255 - drawing
    picture[4:8, 5:9] = 0
    return encode(picture)


def half_in_shadow(drawing: Drawing, rng: np.random.Generator) -> bytes:
    sheet = np.full((400, 400), 215.0)
    sheet[60:340, 60:340] -= 160 * (drawing / 255)
    y, x = np.mgrid[:400, :400] - 200.0
    angle = rng.uniform(0, 2 * np.pi)
    depth = np.clip((np.cos(angle) * x + np.sin(angle) * y) / 6 + 0.5, 0, 1)
    lit = sheet * (1 - 0.5 * depth) + rng.normal(0, 3, sheet.shape)
    return encode(np.clip(lit, 0, 255).astype(np.uint8), "JPEG", quality=85)


def in_a_cell(drawing: Drawing, rng: np.random.Generator) -> bytes:
    """Printed lines from border to border, and bits of the neighbours' ink."""
    form = np.full((340, 400), 250, np.uint8)
    form[30:310, 60:340] -= (drawing / 255 * 230).astype(np.uint8)
    form[:, 40:44] = form[:, 356:360] = form[15:19] = form[322:326] = 90
    form[100:200, :12] = form[150:260, 392:] = 20
    return encode(form, "JPEG", quality=90)


def shrunk(side: int) -> Make:
    def make(drawing: Drawing, rng: np.random.Generator) -> bytes:
        small = Image.fromarray(255 - drawing).resize((side, side), Image.Resampling.BOX)
        return encode(np.asarray(small))

    return make


KINDS: dict[str, Make] = {
    "cropped": lambda d, r: encode(255 - crop(d)),
    "cropped, light on dark": lambda d, r: encode(crop(d)),
    "cropped JPEG": lambda d, r: encode(255 - crop(d), "JPEG", quality=85),
    "cropped JPEG, 4 pixels": lambda d, r: encode(255 - crop(d, 4), "JPEG", quality=85),
    "top and bottom": lambda d, r: encode(255 - np.pad(crop(d), ((0, 0), (60, 60)))),
    "frame": framed,
    "crossed frame": over_a_frame,
    "lined paper": on_lined_paper,
    "large and grainy": large_and_grainy,
    "circle": circled,
    "panel": on_a_panel,
    "speck": with_a_speck,
    "shadow": half_in_shadow,
    "cell": in_a_cell,
    "32 pixels": shrunk(32),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_digit_comes_out_whole(drawings: list[Drawing], close: Close, kind: str) -> None:
    rng = np.random.default_rng(0)
    good = sum(close(decode.read_grey(KINDS[kind](each, rng)), each) for each in drawings)
    assert good >= 28


def row(drawings: list[Drawing], gap: int = 0) -> np.ndarray:
    return 255 - np.hstack([np.pad(each, ((20, 20), (gap, gap))) for each in drawings])


@pytest.mark.parametrize("lossy", [False, True])
def test_each_digit_of_a_row_is_found_where_it_was_drawn(
    drawings: list[Drawing], close: Close, lossy: bool
) -> None:
    picture = row(drawings[:3])
    data = encode(picture, "JPEG", quality=90) if lossy else encode(picture)
    found = decode.read_digits(data)
    assert (found.width, found.height) == (840, 320)
    assert len(found.digits) == 3
    for place, (digit, drawing) in enumerate(zip(found.digits, drawings, strict=False)):
        top, bottom, left, right = normalize.bounding_box(np.where(drawing > 127, drawing, 0))
        box = digit.box
        assert box.left == pytest.approx(280 * place + left, abs=6)
        assert box.top == pytest.approx(20 + top, abs=6)
        assert box.width == pytest.approx(right - left, abs=10)
        assert box.height == pytest.approx(bottom - top, abs=10)
        assert close(digit.ink, drawing)


def test_boxes_lie_in_the_picture_as_it_is_seen(drawings: list[Drawing]) -> None:
    """Turned by its EXIF, and reduced while it was decoded."""
    upright = Image.fromarray(row(drawings[:2], 100)).resize((1920, 640))
    exif = Image.Exif()
    exif[decode.ORIENTATION] = 6
    turned = np.asarray(upright.rotate(90, expand=True))
    found = decode.read_digits(encode(turned, "JPEG", quality=90, exif=exif))
    assert (found.width, found.height) == (1920, 640)
    first, second = (digit.box for digit in found.digits)
    assert 0 < first.left < first.left + first.width < 960 < second.left
    assert second.left + second.width < 1920


def test_lines_of_digits_are_read_one_after_the_other(drawings: list[Drawing]) -> None:
    page = np.vstack([row(drawings[:3]), row(drawings[3:6])])
    boxes = [digit.box for digit in decode.read_digits(encode(page)).digits]
    assert len(boxes) == 6
    assert all(box.top < 320 for box in boxes[:3])
    assert all(box.top >= 320 for box in boxes[3:])
    assert [box.left for box in boxes[3:]] == sorted(box.left for box in boxes[3:])


def test_cells_beside_one_another_keep_all_their_digits(drawings: list[Drawing]) -> None:
    cells = []
    for drawing in drawings[:3]:
        cell = np.pad(255 - drawing, 6, constant_values=255)
        cell[:3] = cell[-3:] = cell[:, :3] = cell[:, -3:] = 0
        cells.append(np.pad(cell, 12, constant_values=255))
    assert len(decode.read_digits(encode(np.hstack(cells))).digits) == 3


def test_a_page_of_specks_is_refused_and_costs_no_minutes() -> None:
    page = np.full((512, 512), 255, np.uint8)
    page[::6, ::6] = page[1::6, ::6] = 0
    with pytest.raises(decode.Invalid, match="at most 100"):
        decode.read_digits(encode(page))


def test_a_picture_that_may_be_either_way_is_prepared_both_ways(drawings: list[Drawing]) -> None:
    bars = np.full((200, 200), 255, np.uint8)
    for first in range(0, 200, 50):
        bars[:, first : first + 24] = 0
    assert decode.read_foreground(encode(bars)).other is not None
    assert decode.read_foreground(encode(255 - drawings[0])).other is None


def test_even_shading_is_no_ink() -> None:
    shading = np.tile(np.linspace(0, 255, 300).astype(np.uint8), (200, 1))
    assert not decode.read_grey(encode(shading)).any()


def test_of_many_one_reads_as_it_does_alone(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        for picture in (255 - drawing, np.asarray(Image.fromarray(drawing).resize((28, 28)))):
            data = encode(picture)
            [digit] = decode.read_digits(data).digits
            assert np.array_equal(normalize.to_mnist(digit.ink), decode_28(data))


@pytest.mark.parametrize("contrast", [255, 25, 12])
def test_a_faint_drawing_is_one_digit_too(drawings: list[Drawing], contrast: int) -> None:
    for drawing in drawings:
        faint = (drawing.astype(float) * contrast / 255).astype(np.uint8)
        small = np.asarray(Image.fromarray(drawing).resize((28, 28))) // (255 // contrast)
        for ink in (faint, small):
            data = encode(255 - ink)
            [digit] = decode.read_digits(data).digits
            assert np.array_equal(normalize.to_mnist(digit.ink), decode_28(data))
            top, bottom, left, right = normalize.bounding_box(ink)
            size = (digit.box.width, digit.box.height)
            assert size == pytest.approx((right - left, bottom - top), abs=4)
            assert (digit.box.left, digit.box.top) == pytest.approx((left, top), abs=4)


def decode_28(data: bytes) -> np.ndarray:
    return normalize.to_mnist(decode.read_grey(data))


def test_boxes_lie_in_a_large_picture_that_was_reduced(drawings: list[Drawing]) -> None:
    rng = np.random.default_rng(0)
    [digit] = decode.read_digits(large_and_grainy(drawings[0], rng)).digits
    top, bottom, left, _ = normalize.bounding_box(
        np.where(drawings[0] > 127, drawings[0], 0).astype(np.uint8)
    )
    scale = 500 / 280
    assert digit.box.left == pytest.approx(100 + scale * left, abs=10)
    assert digit.box.top == pytest.approx(100 + scale * top, abs=10)
    assert digit.box.height == pytest.approx(scale * (bottom - top), abs=15)


@pytest.mark.parametrize("degrees", [0, 8, 82, 95, 172, 187, 263, 275, 355])
@pytest.mark.parametrize("place", [-0.8, -0.5, 0.5, 0.8])
def test_the_shadow_on_an_empty_sheet_is_no_ink(degrees: float, place: float) -> None:
    y, x = np.mgrid[:400, :400] / 200 - 1.0
    angle = np.radians(degrees)
    depth = np.clip((np.cos(angle) * x + np.sin(angle) * y - place) * 30 + 0.5, 0, 1)
    sheet = 230 * (1 - 0.45 * depth) + np.random.default_rng(0).normal(0, 3, x.shape)
    sheet = np.clip(sheet, 0, 255).astype(np.uint8)
    ink = decode.read_grey(encode(sheet, "JPEG", quality=80))
    assert not ink.any() or max(ink.shape) > 300  # the whole edge, which the detector names
