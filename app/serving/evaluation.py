"""Evaluation of models on the test images of their data: accuracy, confusions and mistakes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound
from app.pools import EVALUATIONS, Receive, heed
from app.serving.inference import LoadedModel, images_at_once
from app.store import datasets
from app.store.engine import Database
from model.classifier import Classifier
from model.data.idx import load_mnist_part
from model.metrics import confusion_matrix
from model.network import Parameters, cross_entropy, forward_to_logits, one_hot
from model.once import once

__all__ = [
    "Evaluation",
    "Evaluator",
    "LabelledImages",
    "evaluate",
    "load_test_digits",
    "test_accuracies",
]

CHUNK = 500  # images in one forward pass; between two, other requests' threads can run
MOST_KEPT = 32  # evaluations, of 100 KB each

Bytes = NDArray[np.uint8]
LabelledImages = tuple[Bytes, Bytes]  # (n, 784) and (n,)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A model's results on n labelled digits.

    `confusion` C (10, 10): C[t, p] counts the digits t that were read as p. `loss` is the mean
    cross-entropy of the model's probabilities, in nats.
    """

    accuracy: float
    loss: float
    confusion: NDArray[np.int64]  # (10, 10)
    labels: Bytes  # (n,): the true digits
    read: Bytes  # (n,): the predicted digits
    confidence: NDArray[Any]  # (n,): the predicted digit's probability
    label_probability: NDArray[Any]  # (n,): the true digit's probability

    def mistakes(self, label: int | None = None, digit: int | None = None) -> NDArray[np.intp]:
        """Indices of the misread digits, the one whose label got the least probability first.

        `label` keeps only digits with that label, `digit` only those read as that digit. If the
        two are equal, the correctly read digits are given, in the same order.
        """
        right = self.labels == self.read
        chosen = right if label is not None and label == digit else ~right
        if label is not None:
            chosen = chosen & (self.labels == label)
        if digit is not None:
            chosen = chosen & (self.read == digit)
        indices = np.flatnonzero(chosen)
        worst_first: NDArray[np.intp] = indices[
            np.argsort(self.label_probability[indices], kind="stable")
        ]
        return worst_first


@once
def load_test_digits() -> tuple[Bytes, Bytes]:
    """MNIST's test images (10000, 784) and labels (10000,): 8 MB, loaded at the first call."""
    return load_mnist_part("test")


def evaluate(classifier: Classifier, images: Bytes, labels: Bytes) -> Evaluation:
    """Classify images (n, 784) and compare the results with labels (n,)."""
    rows, losses = [], []
    step = images_at_once(classifier, CHUNK)
    for start in range(0, len(images), step):
        heed()
        part = slice(start, start + step)
        trace = classifier.trace(images[part])
        rows.append(trace.a[-1])
        y = one_hot(labels[part], trace.a[-1].shape[1])
        losses.append(cross_entropy(trace.z[-1] / classifier.temperature, y) * len(y))
    probabilities = np.concatenate(rows)  # (n, 10)
    read = probabilities.argmax(axis=1).astype(np.uint8)
    return Evaluation(
        accuracy=float((read == labels).mean()),
        loss=float(sum(losses) / len(images)),
        confusion=confusion_matrix(labels, read),
        labels=labels,
        read=read,
        confidence=probabilities.max(axis=1),
        label_probability=probabilities[np.arange(len(labels)), labels],
    )


def test_accuracies(
    classifier: Classifier, networks: Sequence[Parameters], count: int
) -> list[float]:
    """What share of the first `count` test images each network reads, 0..1.

    All see them as the classifier prepares them.
    """
    images, labels = (part[:count] for part in load_test_digits())
    right = [0] * len(networks)
    step = images_at_once(classifier, CHUNK)
    for start in range(0, len(images), step):
        heed()
        part = slice(start, start + step)
        x = classifier.prepare(images[part])
        with np.errstate(over="ignore", invalid="ignore"):  # a step may have burst the numbers
            for at, parameters in enumerate(networks):
                read = forward_to_logits(parameters, x).z[-1].argmax(axis=1)
                right[at] += int((read == labels[part]).sum())
    return [each / len(images) for each in right]


class Evaluator:
    """Evaluates models in a thread, one at a time, and caches the last few results by sha256."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Evaluation] = OrderedDict()
        self._images: dict[str, LabelledImages] = {}

    async def test_images(self, database: Database, dataset: str) -> LabelledImages:
        """The test images of a data set; of MNIST, where it has no name. Raises NotFound."""
        return await asyncio.to_thread(self._loaded, database, dataset)

    def _loaded(self, database: Database, dataset: str) -> LabelledImages:
        if not dataset:
            return load_test_digits()
        if dataset not in self._images:
            with database.read() as session:
                try:
                    found = datasets.test_part(session, dataset)
                except NotFound:
                    raise NotFound("dataset.gone", id=dataset) from None
            self._images = {dataset: found}  # the last one alone: 8 MB or so
        return self._images[dataset]

    async def of(
        self,
        loaded: LoadedModel,
        receive: Receive | None = None,
        test: LabelledImages | None = None,
    ) -> Evaluation:
        """The model's evaluation: cached, or computed in a tenth of a second (128 units).

        `test` are the test images of its data set; without them it is MNIST. Raises as `Pool.run`
        does.
        """
        with suppress(KeyError):
            self._kept.move_to_end(loaded.sha256)
            return self._kept[loaded.sha256]
        return await EVALUATIONS.run(receive, self._evaluated, loaded, test or load_test_digits())

    def _evaluated(self, loaded: LoadedModel, test: LabelledImages) -> Evaluation:
        # In the pool's only thread: whoever waited for the same model finds it here.
        found = self._kept.get(loaded.sha256)
        if found is None:
            found = self._kept[loaded.sha256] = evaluate(loaded.classifier, *test)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found
