"""What `byhand train --samples` adds to a run: the network it goes on from, and before and after."""

from __future__ import annotations

from pathlib import Path

from app.commands.errors import CommandError
from model.classifier import Classifier
from model.data.idx import Dataset
from model.data.samples import Samples
from model.metrics import accuracy
from model.serialization.checkpoint import BUNDLED, bundled, load_model
from model.serialization.samples import load_samples

__all__ = ["before_and_after", "load_base", "read_samples"]


def load_base(name: str) -> Classifier:
    """A bundled network by its name, or one from a weights file."""
    return bundled(name) if name in BUNDLED else load_model(Path(name))


def read_samples(path: Path) -> Samples:
    """The samples of a file. Raises CommandError for a file of none."""
    samples = load_samples(path)
    if not len(samples):
        raise CommandError("command.no_samples", path=path)
    return samples


def before_and_after(
    base: Classifier | None, tuned: Classifier, samples: Samples, dataset: Dataset
) -> list[str]:
    """A line for the samples and one for the test images: how many each network reads.

    Without a base there is no before.
    """
    lines = []
    for name, images, labels, counted in (
        ("samples", samples.images, samples.labels, True),
        ("test images", dataset.test_images, dataset.test_labels, False),
    ):
        said = []
        for when, model in (("before", base), ("after", tuned)):
            if model is None:
                continue
            share = accuracy(model.probabilities(images), labels)
            count = f"{round(share * len(labels)):,} of {len(labels):,}"
            said.append(f"{count if counted else f'{share:.2%}'} {when}")
        lines.append(f"{name:11}   {', '.join(said)}")
    return lines
