"""Makes a phone's photos of a digit on a sheet of paper or a board."""

import numpy as np
from drawing import drawn, encode, pair
from PIL import Image, ImageFilter


def photo(
    digit: np.ndarray,
    rng: np.random.Generator,
    colour: tuple[int, int, int] = (35, 55, 140),
    rule: str = "none",
    desk: bool = False,
    chalk: bool = False,
    shadow: bool = False,
    beside: np.ndarray | None = None,
) -> bytes:
    """A phone's photo of a sheet: perspective, turn, shading, grain, blur, JPEG at quality 75.

    `rule`: "none", "lines" or "squares" printed on the paper; `desk`: dark wood around the sheet;
    `chalk`: light ink on a dark board; `shadow`: a straight edge through the sheet, beyond which it
    is darker; `beside`: another digit, to the right of the first.
    """
    side = 720
    size = int(rng.uniform(0.35, 0.7) * side)
    ink = (
        drawn(digit, 20) if beside is None else pair(digit, beside, int(rng.integers(40, 160)), 20)
    )
    ink = np.asarray(Image.fromarray(ink).resize((size, size)))
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
    if shadow:
        light = light * _hard_shadow(across, down, rng)
    taken = np.asarray(turned_sheet, np.float32) * light[..., None] + grain
    picture = Image.fromarray(np.clip(taken, 0, 255).astype(np.uint8))
    return encode(picture.filter(ImageFilter.GaussianBlur(1.2)), "JPEG", quality=75)


def empty_sheet(rng: np.random.Generator) -> bytes:
    """A photo of a sheet with nothing on it but shading, grain and a hard shadow anywhere."""
    side = int(rng.choice([400, 720]))
    across, down = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side))
    direction = rng.uniform(0, 2 * np.pi)
    slope = np.cos(direction) * across + np.sin(direction) * down
    light = 1 - rng.uniform(0, 0.15) * slope - 0.1 * (across**2 + down**2)
    light = light * _hard_shadow(across, down, rng, 0.9)
    grain = rng.uniform(3, 9) * rng.standard_normal((side, side))
    taken = rng.uniform(200, 250) * light + grain
    picture = Image.fromarray(np.clip(taken, 0, 255).astype(np.uint8))
    return encode(picture.filter(ImageFilter.GaussianBlur(1)), "JPEG", quality=75)


def _hard_shadow(
    across: np.ndarray, down: np.ndarray, rng: np.random.Generator, reach: float = 0.35
) -> np.ndarray:
    """What is left of the light: 40 to 65 % on one side of an edge that is 2 to 12 pixels soft.

    The edge runs at any angle past the middle, at most `reach` of half the picture away from it.
    """
    direction = rng.uniform(0, 2 * np.pi)
    beyond = np.cos(direction) * across + np.sin(direction) * down - rng.uniform(-reach, reach)
    softness = rng.uniform(2, 12) / (len(across) / 2)
    return 1 - rng.uniform(0.35, 0.6) * np.clip(beyond / softness + 0.5, 0, 1)


def _perspective(seen: np.ndarray, sheet: np.ndarray) -> list[float]:
    """The eight numbers with which Pillow finds, for a point seen, its point on the sheet."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, sheet, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows), np.array(values)).tolist()
