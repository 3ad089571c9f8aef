"""Measures how fast a hand is learnt, and what is forgotten: `python benchmarks/fine_tuning.py`.

For each of five styles that are misread (`hand_styles.py`) and each seed, both bundled networks
learn 20 samples by the preset `hand`. Then the table says what they read, before and after, of 400
other drawings of that style, of MNIST's test images and, with --strokes FILE (as
`benchmarks/pen_strokes.py` takes it), of people's pen strokes: means over the seeds, in brackets
the worst seed. Seconds are of processor time, of training alone; choose one thread
(OPENBLAS_NUM_THREADS=1). With --picture FILE the styles are drawn into a picture.
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hand_styles import STYLES, draw_style
from numpy.typing import NDArray
from pen_strokes import PENS, load_strokes, rasterise
from PIL import Image

from model.classifier import Classifier
from model.data.idx import Dataset, load_mnist, split
from model.data.samples import Samples
from model.network import Array, forward
from model.serialization.checkpoint import BUNDLED, bundled
from model.training.base import recipe_from
from model.training.loop import train

LEARNT, OTHERS = 20, 400  # drawings of a style
SHOWN = 24  # drawings in a row of the picture


@dataclass
class Known:
    """Images that every tuned network is asked again, as one network looks at them."""

    inputs: Array
    labels: NDArray[np.uint8]
    before: float  # per cent


@dataclass
class Result:
    """What one run reads, in per cent; of what was known before, the change in points."""

    style_before: float
    style: float
    known: list[float]
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strokes", type=Path, help="the .npz file of pen strokes")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0")
    parser.add_argument("--models", nargs="+", choices=BUNDLED, default=BUNDLED)
    parser.add_argument("--picture", type=Path, help="draw the styles into this PNG, and end")
    options = parser.parse_args()
    if options.picture:
        picture().save(options.picture)
        return
    dataset = load_mnist()
    sets = {"MNIST": (dataset.test_images, dataset.test_labels)}
    if options.strokes:
        digits, labels = load_strokes(options.strokes)
        sets["pen strokes"] = (rasterise(digits, PENS["normal"]), labels)
    print("| network | style | read before | read after | " + " | ".join(sets) + " | seconds |")
    print("|---|---|---|---|" + "---|" * len(sets) + "---|")
    for name in options.models:
        base = bundled(name)
        known = [ask(base, images, labels) for images, labels in sets.values()]
        for style in STYLES:
            results = [run(base, style, seed, known, dataset) for seed in range(options.seeds)]
            print(f"| {name} | {style} | {row(results)} |", flush=True)


def ask(base: Classifier, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Known:
    """What the network reads of these images before it learns a hand."""
    inputs = base.prepare(images)
    return Known(inputs, labels, read(base, inputs, labels))


def read(model: Classifier, inputs: Array, labels: NDArray[np.uint8]) -> float:
    """How many of these inputs a network reads, in per cent."""
    return 100 * float((forward(model.parameters, inputs).a[-1].argmax(axis=1) == labels).mean())


def run(base: Classifier, style: str, seed: int, known: list[Known], dataset: Dataset) -> Result:
    """Let a network learn samples of a style, and ask it other drawings and what it knew."""
    rng = np.random.default_rng([seed, list(STYLES).index(style)])
    samples, others = draw_style(style, LEARNT, rng), draw_style(style, OTHERS, rng)
    inputs = base.prepare(others.images)
    started = time.process_time()
    tuned = learn(base, samples, seed, dataset)
    seconds = time.process_time() - started
    return Result(
        read(base, inputs, others.labels),
        read(tuned, inputs, others.labels),
        [read(tuned, each.inputs, each.labels) - each.before for each in known],
        seconds,
    )


def learn(base: Classifier, samples: Samples, seed: int, dataset: Dataset) -> Classifier:
    """Fine-tune by the preset `hand`, as `byhand train --samples` does."""
    made = recipe_from(base, "hand", seed=seed)
    digits = split(dataset, train_examples=made.train_examples)
    digits = replace(digits, samples=samples)
    *_, last = train(made, digits, base=base.parameters)
    assert last.state is not None
    return replace(base, parameters=last.state.best)


def row(results: list[Result]) -> str:
    """The cells of one style."""
    after = [result.style for result in results]
    cells = [
        f"{np.mean([result.style_before for result in results]):.0f} %",
        f"{np.mean(after):.1f} % ({min(after):.1f})",
    ]
    cells += [
        f"{np.mean(changes):+.2f} ({min(changes):+.2f})"
        for changes in zip(*(result.known for result in results), strict=True)
    ]
    return " | ".join([*cells, f"{max(result.seconds for result in results):.1f}"])


def picture() -> Image.Image:
    """Some drawings of each style, a style a row."""
    rows = [
        np.hstack(draw_style(style, SHOWN, np.random.default_rng(0)).images.reshape(-1, 28, 28))
        for style in STYLES
    ]
    sheet = Image.fromarray(255 - np.vstack(rows))
    return sheet.resize((sheet.width * 2, sheet.height * 2))


if __name__ == "__main__":
    main()
