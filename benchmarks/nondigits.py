"""Makes test inputs that are no digits, and bare ones, otherwise than `model.synthesis` does.

They are for measurements, never for training. Letters come from Pillow's own font and from the
skeletons of another hand, scribbles from other formulas, pictures from painted scenes that go
through the same preprocessing as an upload. Each maker gives a drawing, white on black, or the
bytes of a file.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Rng = np.random.Generator
Points = list[tuple[float, float]]

SIDE = 260  # pixels of a drawing
MIDDLE = SIDE / 2

#: Without those that nobody can tell from a digit: O o Q, I l i, S s, Z z, q g, y Y, b, J j.
LETTERS = "ABCDEFGHKLMNPRTUVWXacdefhkmnprtuvwx"

#: Skeletons as in `synthesis.digit_glyphs`, by another hand than `synthesis.symbol_glyphs`.
HAND = {
    "A": "0 96 30 60 52 4! 70 50 92 100 / 12 66 50 58 88 60",
    "B": "26 6! 18 96 / 26 8 70 2 76 30 22 46! 80 50 90 84 16 98",
    "C": "88 26 66 4 30 10 8 50 26 88 60 96 90 78",
    "D": "30 2! 24 96 / 8 8 60 6 96 40 80 84 12 98",
    "E": "90 6 30 4! 20 50! 70 48 / 20 50! 16 98! 88 92",
    "F": "94 2 34 6! 20 100 / 28 52! 72 46",
    "G": "84 20 60 2 22 18 8 60 34 96 76 88 80 60! 50 58! 92 60",
    "H": "24 4! 14 98 / 86 2! 78 100 / 18 54 50 48 82 50",
    "K": "28 0! 20 98 / 92 6 50 44 26 52 60 66 94 98",
    "L": "36 0! 30 50 22 96! 50 92 88 96",
    "M": "2 98 14 40 22 6! 48 64! 80 4! 88 50 96 98",
    "N": "10 98! 18 6! 50 50 80 94! 92 4",
    "P": "30 6! 22 100 / 14 16 50 0 88 14 70 48 26 54",
    "R": "26 6! 18 98 / 18 12 60 2 84 22 60 46 24 52! 56 70 92 100",
    "T": "6 8 50 4 98 6 / 54 6! 50 50 46 100",
    "U": "16 2! 10 50 20 90 50 98 80 86 90 2",
    "V": "4 4 30 60 48 98! 70 50 98 2",
    "W": "2 6 16 60 26 96! 50 34! 72 96! 86 50 98 4",
    "X": "12 2 50 50 92 98 / 90 4 46 52 10 96",
    "a": "72 30 40 10 12 44 24 90 60 84 78 30! 74 70 90 96",
    "a, cursive": "82 18 48 2 12 36 16 88 46 94 74 60 80 12! 76 76 90 102 108 88",
    "a, leaning": "92 14 62 4 26 28 12 74 34 94 66 66 94 10! 80 60 78 96 100 94",
    "d": "86 0! 80 50 80 98 / 78 56 50 36 16 60 24 94 60 92 80 70",
    "e": "14 56 50 52 86 44 70 12 30 16 12 60 36 96 88 84",
    "f": "82 14 60 0 44 24 40 60 36 104 / 18 46 40 44 72 42",
    "h": "28 0! 22 50 18 100 / 20 66 46 40 70 48 74 74 78 100",
    "k": "26 0! 20 100 / 70 36 40 58 22 66 50 78 80 100",
    "m": "8 100 12 60 12 28! 16 50 34 26 46 50 46 98! 48 54 68 28 82 50 88 100",
    "n": "18 100 20 60 20 30! 24 56 50 28 74 48 80 100",
    "p": "22 26! 18 80 14 124 / 20 44 50 20 84 40 66 78 18 76",
    "r": "24 28! 24 60 22 100 / 24 56 44 30 76 34",
    "t": "48 2! 42 50 46 90 80 92 / 12 34 50 30 86 32",
    "u": "14 28! 14 70 30 96 60 92 78 64! 78 28! 80 70 92 98",
    "w": "6 26 18 80 28 94! 48 46! 68 94! 84 60 94 24",
    "plus": "50 8! 52 94 / 6 52! 94 48",
    "minus": "2 52! 98 48",
    "hash": "36 0! 28 100 / 72 0! 66 100 / 4 36! 98 30 / 0 70! 94 66",
    "smile": "50 2 14 20 4 56 24 92 60 98 92 74 94 34 50 2 / 34 34! 34 42 / 64 34! 65 42 / "
    "28 64 50 78 72 62",
    "house": "8 98! 8 40! 50 2! 92 40! 92 98! 8 98",
    "arrow": "2 52! 96 50! 70 26 / 96 50! 72 78",
    "heart": "50 96! 10 50 6 20 30 2 50 24! 70 2 94 20 90 50 50 96",
}


def printed(letter: str, rng: Rng) -> np.ndarray:
    """A letter of Pillow's own font, thin to bold, slanted a little."""
    page = Image.new("L", (400, 400))
    bold = int(rng.integers(0, 8))
    font = ImageFont.load_default(160)
    ImageDraw.Draw(page).text((120, 90), letter, font=font, fill=255, stroke_width=bold)
    slant = float(np.clip(rng.normal(0.05, 0.12), -0.3, 0.3))
    return np.asarray(
        page.transform(page.size, Image.Transform.AFFINE, (1, slant, -200 * slant, 0, 1, 0))
    )


def scribble(kind: int, rng: Rng) -> np.ndarray:
    """Lissajous figures, closed waves, scratches, loops as of writing, smoothed random walks."""
    t = np.linspace(0, 1, 240)
    if kind == 0:
        a, b = rng.permutation([int(rng.integers(4, 8)), int(rng.integers(1, 3))])  # 3:1 is a Z
        x, y = np.sin(2 * np.pi * a * t + rng.uniform(0, 6)), np.sin(2 * np.pi * b * t)
    elif kind == 1:
        waves = np.arange(1, 8)[:, None] * 2 * np.pi * t
        size = rng.normal(0, 1, (4, 7)) / np.arange(1, 8) ** 0.3
        x = size[0] @ np.sin(waves) + size[1] @ np.cos(waves)
        y = size[2] @ np.sin(waves) + size[3] @ np.cos(waves)
    elif kind == 2:
        n = int(rng.integers(7, 16))
        x = np.linspace(-1, 1, n) + rng.normal(0, 0.05, n)
        y = np.where(np.arange(n) % 2, 1, -1) * rng.uniform(0.4, 1) + rng.normal(0, 0.1, n)
    elif kind == 3:
        rounds = rng.uniform(3, 7)
        x = t * rng.uniform(2, 4) + 0.6 * np.cos(2 * np.pi * rounds * t)
        y = np.sin(2 * np.pi * rounds * t) * rng.uniform(0.5, 1)
    else:
        walk = rng.normal(0, 1, (2, 400)).cumsum(axis=1)
        x, y = (np.convolve(axis, np.ones(15) / 15, "valid") for axis in walk)
    return pen(np.stack([x, y], axis=1), rng.uniform(6, 26))


def pen(points: np.ndarray, width: float) -> np.ndarray:
    points = points - points.min(axis=0)
    points = 30 + points * (200 / points.max())
    page = Image.new("L", (SIDE, SIDE))
    line: Points = [(float(x), float(y)) for x, y in points]
    ImageDraw.Draw(page).line(line, fill=255, width=round(width), joint="curve")
    return np.asarray(page)


def bar(rng: Rng) -> np.ndarray:
    """A bare one: a line, upright or slanted, thin to fat, at times on a foot or with a serif."""
    page = Image.new("L", (SIDE, SIDE))
    draw, width = ImageDraw.Draw(page), int(rng.integers(10, 51))  # of 200: 1 to 5 pixels of 20
    lean = float(np.clip(rng.normal(20, 45), -120, 120))
    top, foot = (MIDDLE + lean / 2, 30.0), (MIDDLE - lean / 2, 230.0)
    draw.line([top, foot], fill=255, width=width)
    if rng.random() < 0.5:  # drawn with a round pen
        for x, y in (top, foot):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    thickness, length = min(width, int(rng.integers(8, 24))), rng.uniform(12, 34) + width / 2
    if rng.random() < 0.3:
        draw.line([(foot[0] - length, foot[1]), (foot[0] + length, foot[1])], 255, thickness)
    if rng.random() < 0.3:
        draw.line([(top[0] - length, top[1]), top], 255, thickness)
    return np.asarray(page)


def side_by_side(digits: list[np.ndarray], rng: Rng) -> np.ndarray:
    """Digits (28, 28) next to each other, not quite on one line."""
    page = np.zeros((60, 42 * len(digits)), np.uint8)
    left = 2
    for digit in digits:
        columns = np.flatnonzero(digit.any(axis=0))
        cut = digit[:, columns[0] : columns[-1] + 1]
        top = int(rng.integers(8, 24))
        page[top : top + 28, left : left + cut.shape[1]] = cut
        left += cut.shape[1] + int(rng.integers(1, 10))
    return page


def shape(kind: int, rng: Rng) -> np.ndarray:
    """Filled: a disc, a box, a triangle, a star, a heart. None is narrower than half its height."""
    page = Image.new("L", (SIDE, SIDE))
    draw, size = ImageDraw.Draw(page), rng.uniform(50, 110, 2)
    turn = rng.uniform(0, 2 * np.pi)
    if kind == 0:
        draw.ellipse((*(MIDDLE - size), *(MIDDLE + size)), fill=255)
    elif kind == 1:
        draw.rectangle((*(MIDDLE - size), *(MIDDLE + size)), fill=255)
    elif kind == 2:
        draw.polygon(around(turn + np.array([0, 2, 4]) + rng.uniform(0, 0.4, 3), 110), fill=255)
    elif kind == 3:
        rays = int(rng.integers(4, 9))
        radii = np.where(np.arange(2 * rays) % 2, 110, rng.uniform(30, 80))
        draw.polygon(around(turn + np.arange(2 * rays) * np.pi / rays, radii), fill=255)
    else:
        t = np.linspace(0, 2 * np.pi, 60)
        x = 16 * np.sin(t) ** 3
        y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        draw.polygon(
            [(MIDDLE + 6 * a, MIDDLE - 6 * b) for a, b in zip(x, y, strict=True)], fill=255
        )
    return np.asarray(page)


def around(angles: np.ndarray, radius: np.ndarray | float) -> Points:
    x, y = MIDDLE + radius * np.cos(angles), MIDDLE + radius * np.sin(angles)
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]


def picture(kind: int, rng: Rng) -> bytes:
    """A painted scene as a photo: a cat's face, a landscape, houses, or fog; a JPEG."""
    side = 400
    y, x = np.mgrid[0:1:400j, 0:1:400j]
    scene = Image.fromarray(np.uint8(np.clip(clouds(rng) + rng.uniform(-40, 40) * y, 0, 255)))
    paint = ImageDraw.Draw(scene)
    grey = [int(v) for v in rng.uniform(10, 245, 24)]
    if kind == 0:
        cx, cy, r = rng.uniform((150, 150, 70), (250, 250, 130)).tolist()
        for ear in (-1, 1):
            tip = (cx + ear * r, cy - 1.4 * r)
            paint.polygon(
                [(cx + ear * 0.2 * r, cy - r * 0.8), tip, (cx + ear * r, cy - r * 0.2)], grey[0]
            )
            eye = cx + ear * 0.45 * r
            paint.ellipse((eye - 0.2 * r, cy - 0.3 * r, eye + 0.2 * r, cy + 0.1 * r), grey[1])
            for whisker in (-0.1, 0.1, 0.3):
                end = (cx + ear * 1.5 * r, cy + (0.5 + whisker) * r)
                paint.line([(cx + ear * 0.3 * r, cy + 0.5 * r), end], grey[3], 2)
        paint.ellipse((cx - r, cy - r, cx + r, cy + r), outline=grey[0], width=int(r / 4))
        paint.polygon(
            [(cx - 0.15 * r, cy + 0.3 * r), (cx + 0.15 * r, cy + 0.3 * r), (cx, cy + 0.5 * r)],
            grey[2],
        )
    elif kind == 1:
        for layer in range(4):
            hills = 120 + 60 * layer + 40 * np.sin(np.linspace(0, rng.uniform(4, 12), 21) + layer)
            line = list(zip(np.linspace(0, side, 21).tolist(), hills.tolist(), strict=True))
            paint.polygon([(0, side), *line, (side, side)], grey[layer])
        sun = rng.uniform(20, 380, 2)
        paint.ellipse((*(sun - 30), *(sun + 30)), grey[5])
    elif kind == 2:
        for house in range(6):
            left, top = 70 * house, int(rng.uniform(40, 250))
            paint.rectangle((left, top, left + 66, side), grey[house])
            for row in range(top + 15, side - 20, 45):
                for window in (left + 10, left + 40):
                    paint.rectangle((window, row, window + 16, row + 24), grey[6 + house])
    light = 1 - rng.uniform(0, 0.5) * np.hypot(x - rng.random(), y - rng.random())
    taken = np.asarray(scene.filter(ImageFilter.GaussianBlur(1.5)), float) * light
    taken += rng.normal(0, rng.uniform(2, 8), (side, side))
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.clip(taken, 0, 255))).save(file, "JPEG", quality=80)
    return file.getvalue()


def clouds(rng: Rng) -> np.ndarray:
    """Noise whose amplitude falls with its frequency, as in photographs: (400, 400), 0..255."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(400), np.fft.fftfreq(400)))
    spectrum = np.fft.fft2(rng.standard_normal((400, 400))) / (frequency + 0.002) ** rng.uniform(
        1, 2
    )
    image = np.fft.ifft2(spectrum).real
    return 128 + 50 * (image - image.mean()) / image.std()


def crop(path: Path, rng: Rng) -> bytes:
    """A square part of a photo, as JPEG."""
    photo = Image.open(path).convert("RGB")
    side = int(min(photo.size) * rng.uniform(0.4, 1))
    left, top = (int(rng.integers(0, extent - side + 1)) for extent in photo.size)
    part = photo.crop((left, top, left + side, top + side)).resize((480, 480))
    file = io.BytesIO()
    part.save(file, "JPEG", quality=85)
    return file.getvalue()
