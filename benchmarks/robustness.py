"""Measures the accuracy on uploads in various conditions: `python benchmarks/robustness.py`.

Each test image is made into a file (benchmarks/pictures.py) that is read as an upload is. Printed
are the shares of pictures that are read right, of those read wrong without a doubt being said, of
those read right with a doubt, and of those refused, with the goals beside them. A picture of two
digits is right when it is doubted or refused, and wrong when any one digit is read without a doubt.

It runs on earlier versions too: `PYTHONPATH=EARLIER python benchmarks/robustness.py`.
"""

import argparse
import io
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pen_strokes import PENS, load_strokes, rasterise
from pictures import CONDITIONS
from PIL import Image, ImageDraw, ImageOps

from app.errors import ProblemError
from app.imaging import decode
from model.classifier import Classifier
from model.confidence.rejection import predict_or_reject
from model.data.idx import load_mnist_part
from model.errors import ByhandError
from model.preprocessing import normalize
from model.serialization.checkpoint import load_model, pretrained


class Goal(NamedTuple):
    right: float  # at least
    sure: float  # wrong & sure, at most


# By the start of a condition's name; the first that fits holds.
GOALS = {
    "cropped": Goal(0.99, 0.003),
    "ink touches": Goal(0.99, 0.003),
    "frame": Goal(0.98, 0.005),
    "form cell": Goal(0.98, 0.005),
    "dark panel": Goal(0.97, 0.005),
    "plot": Goal(0.97, 0.005),
    "hard shadow": Goal(0.95, 0.01),
    "two digits": Goal(0.95, 0.01),
    "photo": Goal(0.95, 0.01),
    "": Goal(0.97, 0.01),
}
SAME_DIGITS = "28x28, PNG (same digits)"
RESAMPLED = ("16x16, PNG", "32x32, PNG")  # may lose this much to the same digits at 28x28
MOST_LOST, MOST_SURE = 0.003, 0.008

SHOWN = 12  # pictures a condition on the sheet of errors
CELL, CAPTION, COLUMNS = 112, 14, 4


def same(first: object, *_: object, **__: object) -> object:
    """A stage that does nothing: what it is given comes back."""
    return first


# What --without can leave out: its module in app.imaging, its name, and what stands in for it.
STAGES: dict[str, tuple[str, str, object]] = {
    "frames": ("segmentation", "remove_frame", same),
    "enclosures": ("segmentation", "open_enclosures", lambda grey: (grey, 0, 0)),
    "levels": ("segmentation", "two_levels", lambda *_, **__: None),
    "lines": ("segmentation", "remove_ruled_lines", same),
    "hard edges": ("illumination", "HARD_EDGED", 2.0),  # a share that no picture reaches
    "parts": ("segmentation", "group_digits", lambda parts, *_: parts),
    "enlargement": ("decode", "_enlarge", same),
}


@dataclass
class Result:
    """What became of the n pictures of a condition; arrays (n,) except for seen (n, 784)."""

    files: list[bytes]
    labels: np.ndarray
    seen: np.ndarray
    read: np.ndarray
    doubted: np.ndarray
    refused: np.ndarray
    several: bool  # not one digit is shown, but two
    seconds: float

    @property
    def right(self) -> np.ndarray:
        if self.several:
            return self.doubted | self.refused
        return (self.read == self.labels) & ~self.refused

    @property
    def sure_and_wrong(self) -> np.ndarray:
        return ~self.right & ~self.doubted & ~self.refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="digits a condition")
    parser.add_argument("--model", type=Path, help="weights (.npz); the bundled ones unless given")
    parser.add_argument(
        "--only", default="", help="run the conditions whose names hold this|or|that"
    )
    parser.add_argument("--strokes", type=Path, help="pen strokes (.npz) in place of test images")
    parser.add_argument("--without", action="append", default=[], choices=STAGES, metavar="STAGE")
    parser.add_argument("--errors", type=Path, help="write a picture of what was misread here")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for stage in options.without:
        leave_out(stage)
    classifier = load_model(options.model) if options.model else pretrained()
    digits, labels = sources(options.strokes)
    chosen = np.random.default_rng(options.seed).permutation(len(labels))[: options.examples]
    digits, labels = digits[chosen], labels[chosen]
    plain = (classifier.probabilities(digits).argmax(axis=1) == labels).mean()
    kind = "digits of pen strokes" if options.strokes else "test images"
    print(f"{len(labels)} {kind}, themselves read to {plain:.2%}\n")
    columns = f"{'right':>8}{'goal':>7}{'wrong & sure':>14}{'goal':>7}{'doubted':>9}{'refused':>9}"
    print(f"{'condition':28}{columns}{'ms each':>9}")
    results: dict[str, Result] = {}
    for name in CONDITIONS:
        if any(part in name for part in options.only.split("|")):
            for needed in (SAME_DIGITS, name) if name in RESAMPLED else (name,):
                if needed not in results:
                    results[needed] = measure(needed, digits, labels, classifier, options.seed)
            print(row(name, results[name], goal(name, results)), flush=True)
            if not options.errors:
                results[name].files.clear()
    if options.errors:
        sheet(results).save(options.errors)


def sources(strokes: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """The digits (n, 784) of which pictures are made, and their labels."""
    if strokes is None:
        return load_mnist_part("test")
    drawn, labels = load_strokes(strokes)
    return rasterise(drawn, PENS["normal"]), labels


def leave_out(stage: str) -> None:
    """Replace a stage of the preparation by one that does nothing."""
    name, attribute, stand_in = STAGES[stage]
    module = import_module(f"app.imaging.{name}")  # earlier versions have not all of them
    getattr(module, attribute)  # a stage that is gone is to fail here
    setattr(module, attribute, stand_in)


def measure(
    name: str, digits: np.ndarray, labels: np.ndarray, classifier: Classifier, seed: int
) -> Result:
    """Make a picture of each digit and read it."""
    make, rng = CONDITIONS[name], np.random.default_rng(seed)
    seen = np.zeros((len(digits), 784), np.uint8)
    files, refused, seconds = [], np.zeros(len(digits), bool), 0.0
    other = np.zeros_like(seen)
    for i, digit in enumerate(digits):
        data = make(digit.reshape(28, 28), rng)
        files.append(data)
        start = time.perf_counter()
        try:
            seen[i], other[i] = prepare(data)
        except (ByhandError, ProblemError):
            refused[i] = True
        seconds += time.perf_counter() - start
    verdict = predict_or_reject(classifier, seen)
    read = verdict.trace.a[-1].argmax(axis=1)
    doubted = np.array([reason is not None for reason in verdict.reasons]) & ~refused
    settle(classifier, seen, other, read, doubted)
    several = name.startswith("two digits")
    return Result(files, labels, seen, read, doubted, refused, several, seconds)


def prepare(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The 28x28 of a file, and that with light and dark exchanged where this is in doubt, or 0."""
    both = getattr(decode, "read_foreground", None)  # earlier versions have but one
    ink, exchanged = both(data) if both else (decode.read_grey(data), None)
    blank = np.zeros(784, np.uint8)
    other = blank if exchanged is None else normalize.to_mnist(exchanged).ravel()
    return normalize.to_mnist(ink).ravel(), other


def settle(
    classifier: Classifier,
    seen: np.ndarray,
    other: np.ndarray,
    read: np.ndarray,
    doubted: np.ndarray,
) -> None:
    """Correct what was read where there are two readings, as app.serving.readings does."""
    for i in np.flatnonzero(other.any(axis=1)):
        verdict = predict_or_reject(classifier, other[i : i + 1])
        digit = int(verdict.trace.a[-1].argmax())
        if verdict.reasons[0] is None and doubted[i]:
            seen[i], read[i], doubted[i] = other[i], digit, False
        elif verdict.reasons[0] is None and digit != read[i]:
            doubted[i] = True


def goal(name: str, results: dict[str, Result]) -> Goal:
    if name in RESAMPLED:
        return Goal(results[SAME_DIGITS].right.mean() - MOST_LOST, MOST_SURE)
    return next(goal for start, goal in GOALS.items() if name.startswith(start))


def row(name: str, result: Result, goal: Goal) -> str:
    right, sure = result.right.mean(), result.sure_and_wrong.mean()
    doubted = 0.0 if result.several else (result.right & result.doubted).mean()
    each = result.seconds / len(result.labels) * 1000
    mark = "  below" if right < goal.right - 1e-9 else ""
    mark += "  too sure" if sure > goal.sure + 1e-9 else ""
    return (
        f"{name:28}{right:8.1%}{goal.right:7.1%}{sure:14.1%}{goal.sure:7.1%}"
        f"{doubted:9.1%}{result.refused.mean():9.1%}{each:9.2f}{mark}"
    )


def sheet(results: dict[str, Result]) -> Image.Image:
    """What was misread, four to a row: the picture, the ink found in it and the 28x28.

    Above each stands "label>read, condition", with a question mark where the answer was doubted.
    What was wrong and sure comes first in each condition.
    """
    wrong = []
    for name, result in results.items():
        order = np.argsort(~result.sure_and_wrong + 2 * result.right, kind="stable")
        wrong += [(name, result, i) for i in order[: (~result.right).sum()][:SHOWN]]
    height, width = CELL + CAPTION, 3 * CELL + 8
    page = Image.new("RGB", (COLUMNS * width, (-(-len(wrong) // COLUMNS) or 1) * height))
    pen = ImageDraw.Draw(page)
    for place, (name, result, i) in enumerate(wrong):
        x, y = place % COLUMNS * width, place // COLUMNS * height
        found = "refused" if result.refused[i] else str(result.read[i])
        found += "?" if result.doubted[i] else ""
        pen.text((x + 2, y + 1), f"{result.labels[i]}>{found}, {name}", fill=(255, 220, 120))
        for k, cell in enumerate(steps(result.files[i], result.seen[i])):
            page.paste(cell, (x + k * CELL, y + CAPTION))
    return page


def steps(data: bytes, seen: np.ndarray) -> list[Image.Image]:
    """The picture, the ink found in it and the 28x28, each made to fit a cell."""
    try:
        ink = Image.fromarray(decode.read_grey(data))
    except (ByhandError, ProblemError):
        ink = Image.new("L", (1, 1))
    cells = [opaque(data), ink, Image.fromarray(seen.reshape(28, 28))]
    size = (CELL - 2, CELL - 2)
    return [ImageOps.contain(cell, size, Image.Resampling.BILINEAR) for cell in cells]


def opaque(data: bytes) -> Image.Image:
    """The picture as a viewer shows it, over grey where it is transparent."""
    with Image.open(io.BytesIO(data)) as file:
        picture = ImageOps.exif_transpose(file)
    if picture.mode.startswith("I"):
        picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, (120, 120, 140)), picture)


if __name__ == "__main__":
    main()
