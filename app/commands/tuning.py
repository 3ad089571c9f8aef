"""What `byhand train --samples` adds to a run: its base, and what is read before and after."""

from __future__ import annotations

from pathlib import Path

from app.commands.errors import CommandError
from model.classifier import Classifier
from model.data.idx import Dataset
from model.data.samples import Samples
from model.messages import Message
from model.metrics import accuracy
from model.serialization.checkpoint import BUNDLED, bundled, load_model
from model.serialization.samples import load_samples

__all__ = ["FOR_SAMPLES", "before_and_after", "load_base", "read_samples"]


FOR_SAMPLES = "hand"  # the preset that samples are learnt by where none is named


def load_base(name: str | None, preset: str) -> Classifier | None:
    """The network to go on from: a bundled one by its name, or one from a weights file.

    The preset for samples goes on from the bundled one that reads best, if none is named.
    """
    if name is None and preset == FOR_SAMPLES:
        name = BUNDLED[0]
    if name is None:
        return None
    return bundled(name) if name in BUNDLED else load_model(Path(name))


def read_samples(path: Path | None, data: str | None, base: Classifier | None) -> Samples | None:
    """The samples of a file, if there is one, to learn beside `data` on top of `base`.

    Raises CommandError for a file of none, where the same drawing has two labels, or where the data
    or the base are not of digits.
    """
    if path is None:
        return None
    if data is not None:
        raise CommandError("command.dataset_and_samples", exit_code=2)
    if base is not None and base.classes:
        problem = Message("samples.base_of_classes", {"names": list(base.classes)})
        raise CommandError("command.file", exit_code=2, path="--base-model", reason=problem)
    samples = load_samples(path)
    if not len(samples):
        raise CommandError("command.no_samples", path=path)
    first: dict[bytes, int] = {}
    for index, image in enumerate(samples.images):
        earlier = first.setdefault(image.tobytes(), index)
        before, label = int(samples.labels[earlier]), int(samples.labels[index])
        if before != label:
            where = {"earlier": earlier + 1, "index": index + 1}
            raise CommandError("samples.two_labels", **where, before=before, label=label)
    return samples


def before_and_after(
    base: Classifier | None, tuned: Classifier, samples: Samples | None, dataset: Dataset
) -> list[str]:
    """A line for the samples and one for the test images: how many each network reads.

    There is no line without samples, and no before without a base.
    """
    if samples is None:
        return []
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
