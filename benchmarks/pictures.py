"""Makes pictures of digits such as people upload, from 28x28 test images.

Each maker takes a digit (28, 28) and a Generator and gives the bytes of a file; CONDITIONS names
them all. Digits are drawn large (benchmarks/drawing.py) unless a condition is about small ones.
"""

from collections.abc import Callable

import numpy as np
from drawing import another, drawn, encode, framed, on_white, skeleton
from photos import photo
from PIL import Image, ImageDraw
from scenes import (
    close_crop,
    crossed_frame,
    dark_panel,
    form_cell,
    frame,
    plot,
    ruled,
    tiny,
    touching,
    two_digits,
)

Maker = Callable[[np.ndarray, np.random.Generator], bytes]


def contact_sheet(
    images: np.ndarray, labels: np.ndarray, found: np.ndarray, columns: int = 40
) -> Image.Image:
    """What was misread, each with "label>read" above it, by label."""
    wrong = np.flatnonzero(labels != found)
    wrong = wrong[np.argsort(labels[wrong], kind="stable")][:800]
    cell = 40
    sheet = Image.new("L", (columns * cell, (-(-len(wrong) // columns) or 1) * cell))
    pen = ImageDraw.Draw(sheet)
    for place, i in enumerate(wrong):
        x, y = place % columns * cell, place // columns * cell
        sheet.paste(Image.fromarray(images[i].reshape(28, 28)), (x + 6, y + 11))
        pen.text((x + 8, y), f"{labels[i]}>{found[i]}", fill=160)
    return sheet


def transparent(ink: np.ndarray, colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGBA", ink.shape[::-1], (*colour, 0))
    picture.putalpha(Image.fromarray(ink))
    return picture


def turned(ink: np.ndarray, rng: np.random.Generator) -> bytes:
    """A JPEG whose pixels are turned, with the EXIF tag that says how."""
    tag, turn = ((3, 2), (6, 1), (8, 3))[rng.integers(3)]
    exif = Image.Exif()
    exif[274] = tag
    return encode(Image.fromarray(np.rot90(255 - ink, turn)), "JPEG", quality=90, exif=exif)


def animated(ink: np.ndarray) -> bytes:
    """A GIF whose first frame is the digit and whose second is a filled box."""
    box = Image.new("L", ink.shape[::-1], 0)
    return encode(on_white(ink), "GIF", save_all=True, append_images=[box], duration=100)


def sixteen_bit(ink: np.ndarray) -> bytes:
    return encode(Image.fromarray((65535 - ink.astype(np.uint16) * 257).astype(np.uint16)))


CONDITIONS: dict[str, Maker] = {
    "28x28 PNG, as it is": lambda d, r: encode(Image.fromarray(d)),
    "light on dark": lambda d, r: encode(Image.fromarray(drawn(d))),
    "dark on light": lambda d, r: encode(on_white(drawn(d))),
    "transparent PNG, black ink": lambda d, r: encode(transparent(drawn(d), (0, 0, 0))),
    "transparent PNG, white ink": lambda d, r: encode(transparent(drawn(d), (255, 255, 255))),
    "JPEG, quality 30": lambda d, r: encode(on_white(drawn(d)), "JPEG", quality=30),
    "28x28 JPEG, quality 75": lambda d, r: encode(on_white(d), "JPEG", quality=75),
    "WebP, lossy": lambda d, r: encode(on_white(drawn(d)), "WEBP", quality=50),
    "turned, EXIF": lambda d, r: turned(drawn(d), r),
    "16 bits": lambda d, r: sixteen_bit(drawn(d)),
    "palette": lambda d, r: encode(on_white(drawn(d)).convert("RGB").quantize(8)),
    "CMYK": lambda d, r: encode(on_white(drawn(d)).convert("CMYK"), "JPEG", quality=90),
    "TIFF": lambda d, r: encode(on_white(drawn(d)), "TIFF", compression="tiff_lzw"),
    "BMP, 1 bit": lambda d, r: encode(on_white(drawn(d)).convert("1", dither=0), "BMP"),
    "off-centre": lambda d, r: encode(on_white(framed(drawn(d, 8), 448, tuple(r.random(2))))),
    "small in a large frame": lambda d, r: encode(
        on_white(framed(drawn(d, 2), 600, tuple(r.random(2))))
    ),
    "1-pixel lines": lambda d, r: encode(on_white(skeleton(drawn(d, 10)))),
    "thick marker": lambda d, r: encode(on_white(drawn(d, grow=0.75))),
    "animated GIF": lambda d, r: animated(drawn(d)),
    "photo": photo,
    "photo, black ink": lambda d, r: photo(d, r, colour=(40, 40, 42)),
    "photo, lined paper": lambda d, r: photo(d, r, rule="lines"),
    "photo, squared paper": lambda d, r: photo(d, r, rule="squares"),
    "photo, sheet on a desk": lambda d, r: photo(d, r, desk=True),
    "photo, chalk on a board": lambda d, r: photo(d, r, chalk=True),
    "hard shadow": lambda d, r: photo(d, r, shadow=True),
    "cropped to the ink, PNG": close_crop,
    "cropped, JPEG, margin 0": lambda d, r: close_crop(d, r, "JPEG"),
    "cropped, JPEG, margin 4": lambda d, r: close_crop(d, r, "JPEG", 4),
    "cropped, JPEG, margin 8": lambda d, r: close_crop(d, r, "JPEG", 8),
    "ink touches top and bottom": touching,
    "28x28, PNG (same digits)": lambda d, r: tiny(d, r, 28),
    "16x16, PNG": lambda d, r: tiny(d, r, 16),
    "32x32, PNG": lambda d, r: tiny(d, r, 32),
    "frame, PNG": frame,
    "frame, JPEG": lambda d, r: frame(d, r, "JPEG"),
    "crossed frame, PNG": crossed_frame,
    "crossed frame, JPEG": lambda d, r: crossed_frame(d, r, "JPEG"),
    "lined paper, PNG": ruled,
    "form cell": form_cell,
    "dark panel on a white page": dark_panel,
    "plot with axes": plot,
    "two digits, PNG": two_digits,
    "two digits in a photo": lambda d, r: photo(d, r, beside=another(r)),
}
