"""Measures how often non-digits and digits are rejected ("I don't know"), and calibration.

    python benchmarks/rejection.py [--pictures DIRECTORY] [--strokes FILE] [--show FILE.png]

Non-digits come from benchmarks/nondigits.py, which shares nothing with the detector's training
data. --pictures adds square parts of the photos in a directory; --strokes adds people's pen
strokes (benchmarks/pen_strokes.py says in what format); --show draws what went wrong.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import nondigits
import numpy as np
from photos import empty_sheet
from PIL import Image

from app.imaging import decode
from model.classifier import Classifier
from model.confidence.calibration import expected_calibration_error, reliability
from model.confidence.rejection import predict_or_reject
from model.data.idx import load_mnist_part
from model.errors import BlankImageError
from model.preprocessing.normalize import to_mnist
from model.serialization.checkpoint import load_model, pretrained
from model.synthesis.strokes import draw_skeleton

Make = Callable[[int, np.random.Generator], object]  # the i-th: a drawing, or a file's bytes
BARS = 1  # the seed of the bare ones
FILES = (".png", ".jpg", ".jpeg", ".webp")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=1000, help="how many of each kind")
    parser.add_argument("--model", type=Path, help="weights (.npz); the bundled ones unless given")
    parser.add_argument("--pictures", type=Path, help="a directory with photos")
    parser.add_argument("--strokes", type=Path, help="an .npz file of digits as pen strokes")
    parser.add_argument("--show", type=Path, help="write a picture of what went wrong here")
    options = parser.parse_args()
    model = load_model(options.model) if options.model else pretrained()
    wronged, doubtful = accepted(model, options.strokes)
    missed = rejected(model, kinds(options.pictures), options.each, doubtful)
    calibration(model)
    if options.show:
        sheet(missed, wronged).save(options.show)


def rejected(
    model: Classifier, kinds: dict[str, Make], each: int, doubtful: float
) -> list[np.ndarray]:
    """Print the share of each kind that is flagged; give what was not.

    Beside it the share whose highest probability is below `doubtful`: what one could do without a
    second network, at the same share of the test digits.
    """
    print(
        f"{'no digit':32} {'made':>6} {'no ink':>7} {'flagged':>8} {'by P alone':>11}  usual reason"
    )
    missed, shares = [], []
    for name, make in kinds.items():
        made = [make(i, np.random.default_rng([7, i])) for i in range(each)]
        small = np.array([one for one in map(prepared, made) if one is not None]).reshape(-1, 784)
        refused = each - len(small)
        verdict = predict_or_reject(model, small)
        reasons = verdict.reasons
        alone = (refused + (verdict.trace.a[-1].max(axis=1) < doubtful).sum()) / each
        flagged = np.array([reason is not None for reason in reasons], bool)
        shares.append((refused + flagged.sum()) / each)
        usual = max(told, key=told.count) if (told := [one for one in reasons if one]) else "-"
        print(f"{name:32} {each:6,} {refused:7} {shares[-1]:8.1%} {alone:11.1%}  {usual}")
        missed += list(small[~flagged])
    print(f"{'all':32} {each * len(shares):6,} {'':7} {np.mean(shares):8.1%}\n")
    return missed


def kinds(pictures: Path | None) -> dict[str, Make]:
    """Makers of a drawing, a 28x28 or a file, from its number and a Generator."""
    digits = load_mnist_part("test")[0].reshape(-1, 28, 28)
    hand, letters = list(nondigits.HAND.values()), nondigits.LETTERS
    made: dict[str, Make] = {
        "letters, printed": lambda i, rng: nondigits.printed(letters[i % len(letters)], rng),
        "letters and signs, another hand": lambda i, rng: draw_skeleton(
            hand[i % len(hand)], 1, rng
        ).reshape(28, 28),
        "scribbles": lambda i, rng: nondigits.scribble(i % 5, rng),
        "two or three digits": lambda i, rng: nondigits.side_by_side(
            list(digits[rng.integers(0, len(digits), 2 + i % 4 // 3)]), rng
        ),
        "filled shapes": lambda i, rng: nondigits.shape(i % 5, rng),
        "painted scenes": lambda i, rng: nondigits.picture(i % 4, rng),
        "empty sheets, hard shadow": lambda i, rng: empty_sheet(rng),
    }
    if pictures:
        files = sorted(path for path in pictures.iterdir() if path.suffix.lower() in FILES)
        made["photos"] = lambda i, rng: nondigits.crop(files[i % len(files)], rng)
    return made


def prepared(made: object) -> np.ndarray | None:
    """What /predict makes of it, (784,); None where it is refused for having no ink."""
    try:
        grey = decode.read_grey(made) if isinstance(made, bytes) else np.asarray(made)
        return to_mnist(grey).ravel()
    except BlankImageError:
        return None


def accepted(model: Classifier, strokes: Path | None) -> list[np.ndarray]:
    """Print the share of digits that is flagged; give the test digits that were."""
    pixels, labels = load_mnist_part("test")
    rng = np.random.default_rng(BARS)
    bars = np.array([to_mnist(nondigits.bar(rng)).ravel() for _ in range(1000)])
    read = {
        "MNIST's test digits": (pixels, labels),
        "bars, which are ones": (bars, np.ones(len(bars), labels.dtype)),
    }
    if strokes:
        from pen_strokes import PENS, load_strokes, rasterise

        digits, written = load_strokes(strokes)
        for pen, width in PENS.items():
            read[f"pen strokes, {pen}"] = rasterise(digits, width), written
    print(f"{'digits':32} {'made':>6} {'flagged':>8} {'of those right':>15} {'of misread':>11}")
    flagged = {name: report(name, model, *digits) for name, digits in read.items()}
    print(
        f"\n{'flagged, by digit, in per cent':32}" + "".join(f"{digit:>6}" for digit in range(10))
    )
    for name, (_, truth) in read.items():
        each = [flagged[name][truth == digit] for digit in range(10)]
        shares = [f"{100 * one.mean():6.1f}" if one.size else f"{'-':>6}" for one in each]
        print(f"{name:32}" + "".join(shares))
    print()
    doubted = flagged["MNIST's test digits"]
    highest = model.probabilities(pixels).max(axis=1)
    return list(pixels[doubted]), float(np.quantile(highest, doubted.mean()))


def report(name: str, model: Classifier, pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    verdict = predict_or_reject(model, pixels)
    flagged = np.array([reason is not None for reason in verdict.reasons], bool)
    right = verdict.trace.a[-1].argmax(axis=1) == labels
    wrong = f"{flagged[~right].mean():11.1%}" if not right.all() else f"{'-':>11}"
    shares = f"{flagged.mean():8.2%} {flagged[right].mean():15.2%} {wrong}"
    print(f"{name:32} {len(pixels):6,} {shares}")
    return flagged


def calibration(model: Classifier) -> None:
    pixels, labels = load_mnist_part("test")
    P = model.probabilities(pixels)
    print(f"temperature {model.temperature:g}, chosen on the validation images")
    error = expected_calibration_error(P, labels)
    print(f"expected calibration error on the test images: {error:.4f}")
    print(f"\n{'confidence':>12} {'digits':>7} {'mean':>7} {'right':>7}")
    table = reliability(P, labels)
    for b, (count, confidence, right) in enumerate(table):
        if count:
            edges = f"{b / len(table):.2f}..{(b + 1) / len(table):.2f}"
            print(f"{edges:>12} {int(count):7,} {confidence:7.1%} {right:7.1%}")


def sheet(missed: list[np.ndarray], wronged: list[np.ndarray]) -> Image.Image:
    """What was taken for a digit, and below a line the digits that were not."""
    columns = 40
    rows = [-(-len(part) // columns) for part in (missed, wronged)]
    page = np.full((29 * sum(rows) + 12, 29 * columns), 40, np.uint8)
    page[29 * rows[0] + 4 : 29 * rows[0] + 6] = 255
    for part, top in ((missed, 0), (wronged, 29 * rows[0] + 12)):
        for i, image in enumerate(part):
            y, x = top + i // columns * 29, i % columns * 29
            page[y : y + 28, x : x + 28] = image.reshape(28, 28)
    return Image.fromarray(page)


if __name__ == "__main__":
    main()
