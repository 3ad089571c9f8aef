"""Own data made ready for training, with all that was noticed on the way said in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from model.classifier import Classifier
from model.data.idx import SIDE, VALIDATION_SHARE, Dataset
from model.data.idx_files import CLASSES, LabelledImages
from model.data.orientation import Reading, find_orientation, transposed
from model.errors import DatasetError
from model.messages import Message

__all__ = ["ORIENTATIONS", "Orientation", "OwnData", "class_names", "make_ready"]

Bytes = npt.NDArray[np.uint8]
Orientation = Literal["auto", "upright", "transposed"]
ORIENTATIONS: tuple[Orientation, ...] = ("auto", "upright", "transposed")

LEAST_EXAMPLES = 20  # training images: fewer cannot be divided
TEST_SHARE = 7  # one image in seven is for testing where no test part is given, as in MNIST
FEW_GREYS = 16  # the largest value of pixels that are no bytes: 0/1, or 0..16
MOST_NAME = 40  # characters of a class's name
MIXED = 0.5  # of a class's share, what the last images must have of it to be used for validation


@dataclass(frozen=True, slots=True)
class OwnData:
    """A data set as it is trained on: upright, white on black, 0..255, in a mixed order.

    `orientation` is that of the images as they came: upright, transposed, or unknown where it
    could not be told and they were taken as they are.
    """

    dataset: Dataset
    orientation: str
    notices: tuple[Message, ...]


def make_ready(
    train: LabelledImages,
    test: LabelledImages | None,
    reader: Classifier,
    *,
    classes: Sequence[str] = (),
    orientation: Orientation = "auto",
    notices: Sequence[Message] = (),
) -> OwnData:
    """Scale, invert, turn and divide what was read, wherever that is needed, and say so.

    `classes` names the labels; without names they are digits, and `reader`, a network that reads
    those, tells whether they are upright. `notices` are those of whoever read the files. Raises
    DatasetError for images that nothing can be learnt from.
    """
    said = list(notices)
    labels = train[1]
    _check(labels, classes)
    said += _about_classes(labels, test, classes)
    said += _about_blank(train[0])
    images, test_images = _as_ink(train[0], None if test is None else test[0], said)
    said += _about_disagreement(images, labels, classes)
    found = find_orientation(images, labels, reader) if not classes else None
    if orientation == "transposed" or (orientation == "auto" and found and found.transposed):
        images = transposed(images)
        test_images = None if test_images is None else transposed(test_images)
    came, notice = _about_orientation(orientation, found)
    said += notice
    if test is None or test_images is None:
        images, labels, test_images, test_labels = _cut_test_part(images, labels, said)
    else:
        test_labels = test[1]
    if not _is_mixed(labels):
        order = _spread(labels)
        images, labels = images[order], labels[order]
        said.append(Message("dataset.mixed"))
    made = Dataset(images, labels, test_images, test_labels, tuple(classes))
    return OwnData(made, came, tuple(said))


def class_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names of classes, checked. Raises DatasetError for what cannot be one."""
    if not 2 <= len(names) <= CLASSES:
        raise DatasetError("dataset.number_of_classes", found=len(names), most=CLASSES)
    for name in names:
        if not (name.strip() == name and 0 < len(name) <= MOST_NAME and name.isprintable()):
            shown = name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}…"
            raise DatasetError("dataset.class_name", name=shown, found=len(name), most=MOST_NAME)
    if len(set(names)) < len(names):
        raise DatasetError("dataset.class_twice", names=list(names))
    return tuple(names)


def _check(labels: Bytes, classes: Sequence[str]) -> None:
    there = np.unique(labels)
    if len(there) == 1:
        raise DatasetError("dataset.single_class", name=_name(int(there[0]), classes))
    if len(labels) < LEAST_EXAMPLES:
        raise DatasetError("dataset.too_few", found=len(labels), least=LEAST_EXAMPLES)
    if classes and there[-1] >= len(classes):
        raise DatasetError("dataset.unnamed", found=len(classes), label=int(there[-1]))


def _about_classes(
    labels: Bytes, test: LabelledImages | None, classes: Sequence[str]
) -> list[Message]:
    """What is said of classes without an image, in training or in the test part alone."""
    count = len(classes) or CLASSES
    learnt = np.bincount(labels, minlength=count) > 0
    tested = learnt if test is None else np.bincount(test[1], minlength=count) > 0
    if len(tested) > count:
        raise DatasetError("dataset.unnamed", found=count, label=len(tested) - 1)
    said = {"dataset.class_missing": ~learnt, "dataset.class_untested": learnt & ~tested}
    return [
        Message(code, {"names": [_name(label, classes) for label in np.flatnonzero(gone).tolist()]})
        for code, gone in said.items()
        if gone.any()
    ]


def _about_blank(images: Bytes) -> list[Message]:
    """What is said of images in which every pixel is the same."""
    blank = int((images == images[:, :1]).all(axis=1).sum())
    return [Message("dataset.blank", {"count": blank, "total": len(images)})] if blank else []


def _as_ink(train: Bytes, test: Bytes | None, said: list[Message]) -> tuple[Bytes, Bytes | None]:
    """The images in 0..255 and white on black, judged by those for training."""
    most = int(train.max())
    if train.min() == most:
        raise DatasetError("dataset.one_grey", value=most)
    if most <= FEW_GREYS:
        said.append(Message("dataset.scaled", {"most": most}))
        train, test = _scaled(train, most), None if test is None else _scaled(test, most)
    frames = train.reshape(-1, SIDE, SIDE)
    border = np.concatenate([frames[:, 0], frames[:, -1], frames[:, :, 0], frames[:, :, -1]], 1)
    if np.median(border) > 127:
        said.append(Message("dataset.inverted"))
        train, test = 255 - train, None if test is None else 255 - test
    return train, test


def _scaled(part: Bytes, most: int) -> Bytes:
    scale = np.rint(np.minimum(np.arange(256), most) * (255 / most)).astype(np.uint8)
    return scale[part]


def _about_disagreement(images: Bytes, labels: Bytes, classes: Sequence[str]) -> list[Message]:
    """What is said of images that are there several times with different labels."""
    keys = _keys(images)
    order = np.lexsort((labels, keys))
    same = keys[order][1:] == keys[order][:-1]
    differ = np.flatnonzero(same & (labels[order][1:] != labels[order][:-1]))
    if not len(differ):
        return []
    one, other = (_name(int(labels[order][differ[0] + at]), classes) for at in (0, 1))
    count = len(np.unique(keys[order][differ]))
    return [Message("dataset.disagree", {"count": count, "one": one, "other": other})]


def _keys(images: Bytes) -> npt.NDArray[np.uint64]:
    """A number for each image, equal for equal ones and hardly ever for others."""
    factors = np.random.default_rng(0).integers(1, 2**63, images.shape[1], dtype=np.uint64)
    parts = [images[first : first + 1000] @ factors for first in range(0, len(images), 1000)]
    return np.concatenate(parts)


def _about_orientation(wanted: Orientation, found: Reading | None) -> tuple[str, list[Message]]:
    """The orientation of the images as they came, and what is said of it."""
    if wanted == "transposed":
        return wanted, [Message("dataset.turned_as_asked")]
    if found is None:
        return ("upright" if wanted == "upright" else "unknown"), []
    read = {
        "looked_at": found.looked_at,
        "came": 100 * found.as_they_came,
        "turned": 100 * found.turned,
    }
    if wanted == "upright":
        return wanted, [Message("dataset.kept_as_asked", read)] if found.transposed else []
    if found.transposed:
        return "transposed", [Message("dataset.turned", read)]
    if found.upright:
        return "upright", []
    return "unknown", [Message("dataset.orientation_unknown", read)]


def _cut_test_part(
    images: Bytes, labels: Bytes, said: list[Message]
) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Divide into a training and a test part, in which each class has its share."""
    order = _spread(labels)
    for_test = max(1, len(labels) // TEST_SHARE)
    rest, test = order[:-for_test], order[-for_test:]
    said.append(Message("dataset.test_part", {"test": for_test, "total": len(labels)}))
    return images[rest], labels[rest], images[test], labels[test]


def _is_mixed(labels: Bytes) -> bool:
    """Whether the last images, which are for validation, have all classes in about their share."""
    last = max(1, len(labels) // VALIDATION_SHARE)
    all_of, late = (np.bincount(part, minlength=CLASSES) for part in (labels, labels[-last:]))
    return bool((late >= np.floor(MIXED * all_of * last / len(labels))).all())


def _spread(labels: Bytes) -> npt.NDArray[np.intp]:
    """An order in which every stretch has all classes in about their share, by chance otherwise."""
    rng = np.random.default_rng(0)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        place[rng.permutation(mine)] = (np.arange(len(mine)) + rng.random(len(mine))) / len(mine)
    return np.argsort(place)


def _name(label: int, classes: Sequence[str]) -> str:
    return classes[label] if label < len(classes) else str(label)
