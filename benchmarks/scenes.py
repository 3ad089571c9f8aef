"""Makes pictures in which there is more than the ink of a digit, or less room around it.

Each maker takes a digit (28, 28) and a Generator and gives the bytes of a file.
"""

import numpy as np
from drawing import SCALE, another, cropped, drawn, encode, on_white, pair, paste, resized
from PIL import Image, ImageDraw, ImageFilter, ImageFont

# Points of a colour map like matplotlib's viridis: dark violet, blue, green, yellow.
VIRIDIS = np.array(
    [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)], float
)


def close_crop(
    digit: np.ndarray, rng: np.random.Generator, kind: str = "PNG", margin: int = 0
) -> bytes:
    """Cut to the ink and `margin` pixels; a PNG is as often light on dark as dark on light."""
    ink = cropped(drawn(digit), margin)
    if kind == "PNG":
        return encode(Image.fromarray(_either_way(ink, rng)))
    return encode(on_white(ink), kind, quality=85)


def touching(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """Cut to the ink above and below, with wide margins at the left and the right."""
    ink = cropped(drawn(digit))
    left, right = (rng.uniform(0.3, 1.2, 2) * len(ink)).astype(int)
    return encode(Image.fromarray(_either_way(np.pad(ink, ((0, 0), (left, right))), rng)))


def tiny(digit: np.ndarray, rng: np.random.Generator, side: int) -> bytes:
    """The 28x28 image resampled to another small size; as often light on dark as dark on light."""
    way = (Image.Resampling.BOX, Image.Resampling.BICUBIC)[rng.integers(2)]
    small = np.asarray(Image.fromarray(digit).resize((side, side), way))
    return encode(Image.fromarray(_either_way(small, rng)))


def frame(digit: np.ndarray, rng: np.random.Generator, kind: str = "PNG") -> bytes:
    """A drawn rectangle around the digit, 2 to 14 % from the picture's edges."""
    side = 28 * SCALE
    x, y = (int(v) for v in rng.uniform(0.02, 0.14, 2) * side)
    line, shade = int(rng.integers(1, 7)), int(rng.integers(0, 120))
    clear = line + int(0.02 * side)  # between the picture's inset and the ink
    room = side - 2 * (max(x, y) + clear)
    ink = resized(cropped(drawn(digit)), int(rng.uniform(0.6, 0.95) * room))
    sheet = np.zeros((side, side), np.uint8)
    places = (
        round(rng.uniform(edge + clear, side - edge - clear - extent))
        for edge, extent in zip((y, x), ink.shape, strict=True)
    )
    paste(sheet, ink, tuple(places))
    picture = on_white(sheet)
    ImageDraw.Draw(picture).rectangle((x, y, side - 1 - x, side - 1 - y), None, shade, line)
    return encode(picture, kind, **_quality(kind))


def crossed_frame(digit: np.ndarray, rng: np.random.Generator, kind: str = "PNG") -> bytes:
    """A drawn rectangle, 5 to 20 % from the edges, over one line of which the digit's ink goes."""
    side = int(rng.integers(200, 420))
    left, top = (int(v) for v in rng.uniform(0.05, 0.2, 2) * side)
    ink = resized(cropped(drawn(digit)), int(rng.uniform(0.5, 0.9) * (side - 2 * top)))
    y, x = ((side - extent) // 2 for extent in ink.shape)
    line, over = int(rng.integers(4)), rng.uniform(0.08, 0.3)  # share of the ink beyond the line
    if line < 2:
        y = round(top - over * len(ink)) if line else round(side - top - (1 - over) * len(ink))
    else:
        x = round(left - over * ink.shape[1])
        x = x if line == 2 else round(side - left - (1 - over) * ink.shape[1])
    sheet = np.zeros((side, side), np.uint8)
    y, x = (min(max(at, 3), side - size - 3) for at, size in zip((y, x), ink.shape, strict=True))
    paste(sheet, ink, (y, x))
    ruled = Image.new("L", (side, side), 255)
    box = (left, top, side - 1 - left, side - 1 - top)
    width, shade = int(rng.integers(1, 7)), int(rng.integers(0, 120))
    ImageDraw.Draw(ruled).rectangle(box, None, shade, width)
    picture = Image.fromarray(np.minimum(np.asarray(ruled), 255 - sheet))
    return encode(picture, kind, **_quality(kind))


def ruled(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A drawing on paper that was ruled in a paint program: dark lines from edge to edge."""
    sheet = drawn(digit)
    picture = np.asarray(on_white(np.pad(sheet, int(rng.integers(10, 60))))).copy()
    pitch, line, shade = int(rng.integers(60, 140)), int(rng.integers(1, 6)), rng.integers(0, 160)
    for first in range(int(rng.integers(10, pitch)), len(picture) - line, pitch):
        picture[first : first + line] = np.minimum(picture[first : first + line], shade)
    return encode(Image.fromarray(picture))


def form_cell(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A scanned form's cell, cut out a little wider: its lines run to the picture's edges.

    Neighbouring cells hold digits too, of which the picture's edge cuts off all but a bit.
    """
    width, height = (int(v) for v in rng.uniform(64, 260) * np.array([1, rng.uniform(0.9, 1.3)]))
    ink = np.zeros((3 * height, 3 * width), np.uint8)
    for row in range(3):
        for column in range(3):
            middle = (row, column) == (1, 1)
            if middle or rng.random() < 0.85:
                one = cropped(drawn(digit if middle else another(rng)))
                one = resized(one, int(rng.uniform(0.5, 0.8) * min(width, height)))
                spread = 0.35 if middle else 0.5  # neighbours come as near as their lines
                y, x = (
                    round(cell * place + (cell - extent) * (0.5 + rng.uniform(-spread, spread)))
                    for cell, place, extent in zip(
                        (height, width), (row, column), one.shape, strict=True
                    )
                )
                paste(ink, one, (y, x))
    paper = rng.uniform(238, 255) * np.ones((*ink.shape, 3))
    line = int(rng.integers(1, 4))
    print_colour = FORM_COLOURS[rng.integers(len(FORM_COLOURS))]
    for k in (1, 2):
        paper[k * height - line // 2 :][:line] = print_colour
        paper[:, k * width - line // 2 :][:, :line] = print_colour
    pen = np.array(((30, 30, 34), (35, 50, 130))[rng.integers(2)])
    scan = paper + (pen - paper) * (ink[..., None] / 255)
    outside = rng.uniform(0.03, 0.25, 4) * np.array([height, height, width, width])
    top, bottom, left, right = outside.astype(int)
    scan = scan[height - top : 2 * height + bottom, width - left : 2 * width + right]
    picture = Image.fromarray(scan.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    noisy = np.asarray(picture, float) + rng.uniform(2, 6) * rng.standard_normal(scan.shape)
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    kind = ("PNG", "JPEG")[rng.integers(2)]
    return encode(picture, kind, **_quality(kind))


# Grey, black, and the colours that drop out of a scanner's sight: red, blue, green.
FORM_COLOURS = ((150, 150, 150), (25, 25, 25), (220, 120, 110), (110, 150, 215), (120, 180, 130))


def dark_panel(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A dark rectangle with a light digit, somewhere on a larger white page."""
    side = int(rng.integers(120, 361))
    page = tuple(int(side + v) for v in rng.uniform(40, 320, 2))
    x, y = (int(rng.integers(12, extent - side - 11)) for extent in page)
    ink = Image.fromarray(drawn(digit)).resize((side, side))
    dark, light = int(rng.integers(0, 60)), int(rng.integers(205, 256))
    picture = Image.new("RGB", page, (255, 255, 255))
    radius = int(rng.uniform(0.03, 0.12) * side) if rng.random() < 0.4 else 0
    border = int(rng.integers(1, 4)) if rng.random() < 0.4 else 0
    panel = Image.new("RGB", (side, side), (dark, dark, dark + int(rng.integers(0, 25))))
    panel.paste((light,) * 3, mask=ink)
    shape = Image.new("L", (side, side))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, side - 1, side - 1), radius, 255)
    picture.paste(panel, (x, y), shape)
    if border:
        box = (x, y, x + side - 1, y + side - 1)
        grey = int(rng.integers(90, 200))
        ImageDraw.Draw(picture).rounded_rectangle(box, radius, None, (grey,) * 3, border)
    kind = ("PNG", "JPEG")[rng.integers(2)]
    return encode(picture, kind, **_quality(kind))


def plot(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A plot of the 28x28 pixels as matplotlib's imshow draws it: axes, ticks and their labels."""
    side = int(rng.integers(220, 371))
    left, top = int(rng.integers(30, 90)), int(rng.integers(12, 50))
    page = (left + side + int(rng.integers(12, 90)), top + side + int(rng.integers(28, 50)))
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.NEAREST))
    if rng.random() < 0.5:
        levels = np.linspace(0, 255, len(VIRIDIS))
        shown = np.stack([np.interp(large, levels, channel) for channel in VIRIDIS.T], axis=-1)
    else:
        shown = np.repeat((large if rng.random() < 0.7 else 255 - large)[..., None], 3, axis=-1)
    picture = Image.new("RGB", page, (255, 255, 255))
    picture.paste(Image.fromarray(shown.astype(np.uint8)), (left, top))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(int(rng.integers(10, 14)))
    bottom = top + side
    pen.rectangle((left - 1, top - 1, left + side, bottom), None, (0, 0, 0))
    for tick in range(0, 28, 5):
        at = round((tick + 0.5) * side / 28)
        pen.line((left + at, bottom, left + at, bottom + 4), (0, 0, 0))
        pen.text((left + at, bottom + 6), str(tick), (0, 0, 0), font, "mt")
        pen.line((left - 5, top + at, left - 1, top + at), (0, 0, 0))
        pen.text((left - 8, top + at), str(tick), (0, 0, 0), font, "rm")
    return encode(picture)


def two_digits(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """The digit and another beside it on one canvas."""
    ink = pair(digit, another(rng), int(rng.integers(2, 9)) * SCALE)
    return encode(Image.fromarray(_either_way(ink, rng)))


def _either_way(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light on dark or dark on light, half each."""
    return ink if rng.random() < 0.5 else 255 - ink


def _quality(kind: str) -> dict[str, int]:
    return {"quality": 85} if kind == "JPEG" else {}
