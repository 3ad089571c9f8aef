"""Makes pictures of digits such as people upload, from 28x28 test images.

Each maker takes a digit (28, 28) and a Generator and gives the bytes of a file. Digits are drawn
large: enlarged smoothly, then given a sharp pen's edge, never 28x28 pasted.
"""

import io
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Maker = Callable[[np.ndarray, np.random.Generator], bytes]

SCALE = 12  # pixels of a drawing to one of the 28
EDGE = 127.5  # grey level where the pen's edge lies


def drawn(digit: np.ndarray, scale: int = SCALE, grow: float = 0.0) -> np.ndarray:
    """White ink on black, (28 scale, 28 scale); `grow` widens the pen, in pixels of the 28."""
    side = 28 * scale
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC), float)
    # Over one pixel of the 28 the edge rises by about 180 levels; a sharp pen takes 2 of `scale`.
    ink = np.clip((large - EDGE) * (scale / 2) / 180 + 0.5, 0, 1) * 255
    picture = Image.fromarray(ink.astype(np.uint8))
    if grow:
        picture = picture.filter(ImageFilter.MaxFilter(2 * round(grow * scale) + 1))
    return np.asarray(picture)


def skeleton(ink: np.ndarray) -> np.ndarray:
    """Lines of one pixel (Zhang and Suen, *A fast parallel algorithm for thinning*, 1984)."""
    on = np.pad(ink > 127, 1)
    while True:
        before = on.sum()
        for first in (True, False):
            n, e, s, w = (
                np.roll(on, move, axis) for move, axis in ((1, 0), (-1, 1), (-1, 0), (1, 1))
            )
            ne, se, sw, nw = (np.roll(x, m, 1) for x, m in ((n, -1), (s, -1), (s, 1), (n, 1)))
            ring = [n, ne, e, se, s, sw, w, nw, n]
            neighbours = sum(x.astype(int) for x in ring[:8])
            turns = sum((~a & b).astype(int) for a, b in pairwise(ring))
            sides = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
            on = on & ~((neighbours >= 2) & (neighbours <= 6) & (turns == 1) & sides)
        if on.sum() == before:
            return (on[1:-1, 1:-1] * 255).astype(np.uint8)


def encode(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


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


def on_white(ink: np.ndarray) -> Image.Image:
    return Image.fromarray(255 - ink)


def framed(ink: np.ndarray, side: int, place: tuple[float, float]) -> np.ndarray:
    """The drawing in a larger black frame; `place` 0..1 along y and x."""
    frame = np.zeros((side, side), np.uint8)
    y, x = (round(p * (side - len(ink))) for p in place)
    frame[y : y + len(ink), x : x + len(ink)] = ink
    return frame


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


def photo(
    digit: np.ndarray,
    rng: np.random.Generator,
    colour: tuple[int, int, int] = (35, 55, 140),
    rule: str = "none",
    desk: bool = False,
    chalk: bool = False,
) -> bytes:
    """A phone's photo of a sheet: perspective, turn, shading, grain, blur, JPEG at quality 75.

    `rule`: "none", "lines" or "squares" printed on the paper; `desk`: dark wood around the sheet;
    `chalk`: light ink on a dark board.
    """
    side = 720
    size = int(rng.uniform(0.35, 0.7) * side)
    ink = np.asarray(Image.fromarray(drawn(digit, 20)).resize((size, size)))
    y, x = rng.integers(int(0.08 * side), int(0.92 * side) - size, 2)
    cover = np.zeros((side, side), np.float32)
    cover[y : y + size, x : x + size] = ink / np.float32(255)
    paper = np.empty((side, side, 3), np.float32)
    paper[:] = (40, 62, 52) if chalk else rng.uniform(225, 250) * np.array([1, 0.985, 0.95])
    pitch = int(rng.uniform(50, 90))
    if rule in ("lines", "squares"):
        paper[pitch // 2 :: pitch] = paper[pitch // 2 + 1 :: pitch] = (150, 185, 225)
    if rule == "squares":
        paper[:, pitch // 2 :: pitch] = paper[:, pitch // 2 + 1 :: pitch] = (150, 185, 225)
    pen = np.array((225, 225, 215) if chalk else colour, np.float32)
    sheet = paper + (pen - paper) * (0.92 * cover[..., None])
    surround = (92, 64, 44) if desk else tuple(int(v) for v in paper[0, 0])
    inset = 0.1 if desk else -0.05  # with a desk the sheet's edges are seen
    corners = np.array([(0, 0), (0, 1), (1, 1), (1, 0)], float)
    seen = (inset + (1 - 2 * inset) * corners + rng.uniform(-0.05, 0.05, (4, 2))) * side
    turned_sheet = Image.fromarray(sheet.astype(np.uint8)).transform(
        (side, side),
        Image.Transform.PERSPECTIVE,
        _perspective(seen, corners * side),
        Image.Resampling.BICUBIC,
        fillcolor=surround,
    )
    across, down = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side))
    direction = rng.uniform(0, 2 * np.pi)
    slope = np.cos(direction) * across + np.sin(direction) * down
    light = 0.8 + rng.uniform(0.05, 0.22) * slope - 0.12 * (across**2 + down**2)
    grain = rng.uniform(4, 9) * rng.standard_normal((side, side, 1), np.float32)
    taken = np.asarray(turned_sheet, np.float32) * light[..., None] + grain
    picture = Image.fromarray(np.clip(taken, 0, 255).astype(np.uint8))
    return encode(picture.filter(ImageFilter.GaussianBlur(1.2)), "JPEG", quality=75)


def _perspective(seen: np.ndarray, sheet: np.ndarray) -> list[float]:
    """The eight numbers with which Pillow finds, for a point seen, its point on the sheet."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, sheet, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows), np.array(values)).tolist()


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
}
