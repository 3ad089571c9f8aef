"""Ten kinds of things in grey on black, 28x28, some hard to tell apart, as in Fashion-MNIST."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

KINDS = ("bag", "bottle", "coat", "cup", "dress", "hat", "moon", "ring", "shoe", "sweater")

SIDE, ENLARGED = 28, 4
OUTLINES = {
    "bag": [(0.15, 0.4), (0.35, 0.2), (0.65, 0.2), (0.85, 0.4), (0.9, 0.85), (0.1, 0.85)],
    "bottle": [(0.43, 0.08), (0.57, 0.08), (0.7, 0.42), (0.7, 0.9), (0.3, 0.9), (0.3, 0.42)],
    "cup": [(0.2, 0.25), (0.8, 0.25), (0.68, 0.85), (0.32, 0.85)],
    "dress": [(0.4, 0.1), (0.6, 0.1), (0.58, 0.4), (0.78, 0.92), (0.22, 0.92), (0.42, 0.4)],
    "hat": [(0.3, 0.65), (0.36, 0.25), (0.64, 0.25), (0.7, 0.65), (0.95, 0.76), (0.05, 0.76)],
    "shoe": [(0.1, 0.4), (0.32, 0.36), (0.5, 0.55), (0.85, 0.62), (0.92, 0.8), (0.1, 0.82)],
}
BODY = [(0.34, 0.15), (0.66, 0.15), (0.9, 0.42), (0.78, 0.5), (0.7, 0.4)]


def draw(kind: str, rng: np.random.Generator, noise: float = 20) -> np.ndarray:
    """One picture (28, 28) of this kind, 0..255, unlike any other of it."""
    side = SIDE * ENLARGED
    image = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(image)
    grey, scale = int(rng.integers(110, 255)), rng.uniform(0.75, 1.05)
    stretch = rng.uniform(0.8, 1.2)

    def at(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        jitter = rng.normal(0, 0.025, (len(points), 2))
        placed = (np.array(points) - 0.5) * scale * [stretch, 1] + 0.5 + jitter
        return [(x, y) for x, y in (placed * side).tolist()]

    def polygon(*points: tuple[float, float]) -> None:
        pen.polygon(at(list(points)), fill=grey)

    def ellipse(centre: tuple[float, float], radius: float, fill: int) -> None:
        [(x, y)] = at([centre])
        r = radius * scale * side
        pen.ellipse([x - r * stretch, y - r, x + r * stretch, y + r], fill=fill)

    def top(hem: float, width: float) -> None:
        right = [*BODY, (0.5 + width, hem)]
        polygon(*right, *((1 - x, y) for x, y in reversed(right)))

    if kind in OUTLINES:
        polygon(*OUTLINES[kind])
    elif kind in ("moon", "ring"):
        ellipse((0.5, 0.5), 0.35, grey)
        ellipse(*(((0.68, 0.44), 0.3) if kind == "moon" else ((0.5, 0.5), 0.18)), 0)
    else:
        top(*((0.92, 0.24) if kind == "coat" else (0.78, 0.21)))
    turned = image.rotate(rng.uniform(-10, 10)).resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(turned, np.float64)
    drawn = np.where(values > 0, values + rng.normal(0, noise, values.shape), 0)
    return np.clip(drawn, 0, 255).astype(np.uint8)


def shapes_and_labels(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 784) and labels (n,), `count` of each kind, mixed."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), count))
    return np.stack([draw(KINDS[label], rng).ravel() for label in labels]), labels


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def shapes_zip(train: int = 40, test: int = 10, kinds: tuple[str, ...] = KINDS) -> bytes:
    """A zip of folders train/ and test/, in each a folder for every kind; as macOS makes it."""
    rng = np.random.default_rng(0)
    files = {
        f"things/{part}/{kind}/{number}.png": png(draw(kind, rng))
        for part, count in (("train", train), ("test", test))
        for kind in kinds
        for number in range(count)
    }
    return zip_of(files | {"__MACOSX/things/train/bag/._1.png": b"x", "things/.DS_Store": b"x"})
