"""The four IDX files of a data set such as Fashion-MNIST or EMNIST, found by their names.

They are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
`t10k-labels-idx1-ubyte`, plain or compressed, in any folder. Also accepted are the endings `.gz`
and `.xz`, a dot or an underscore instead of a hyphen, `test` for `t10k` and a name in front, as
EMNIST has. A file may lie beside its own extraction; the test part may be missing.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
import numpy.typing as npt

from model.data.files import Files
from model.data.idx import MOST_BYTES, SIDE, Part, parse_idx, unpack
from model.errors import DatasetError
from model.messages import Message

__all__ = ["CLASSES", "LabelledImages", "has_idx_files", "read_idx_files"]

Bytes = npt.NDArray[np.uint8]
LabelledImages = tuple[Bytes, Bytes]
"""Images (n, 784), 0..255, and their labels (n,)."""

CLASSES = 10
# What file names have in them: MNIST and Fashion-MNIST use t10k, EMNIST uses test.
PREFIXES: dict[Part, str] = {"train": "train", "test": "(t10k|test)"}
USUAL: dict[Part, str] = {"train": "train", "test": "t10k"}


def has_idx_files(files: Files) -> bool:
    """Whether there are images or labels of a data set among the files."""
    return any(
        _found(files, part, content) for part in PREFIXES for content in ("images", "labels")
    )


def read_idx_files(files: Files) -> tuple[LabelledImages, LabelledImages | None]:
    """The training part, and the test part if there is one.

    Raises DatasetError, which names the file and says what to do.
    """
    test = any(_found(files, "test", content) for content in ("images", "labels"))
    return _read_part(files, "train"), _read_part(files, "test") if test else None


def _read_part(files: Files, part: Part) -> LabelledImages:
    image_file, image_bytes = _content(files, part, "images")
    label_file, label_bytes = _content(files, part, "labels")
    images, labels = parse_idx(image_bytes, image_file), parse_idx(label_bytes, label_file)
    if images.ndim == 1 and labels.ndim == 3:
        raise DatasetError("idx.swapped", images=image_file, labels=label_file)
    if images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise DatasetError("idx.images_shape", path=image_file, side=SIDE, shape=list(images.shape))
    if labels.shape != (len(images),):
        raise DatasetError(
            "idx.labels_shape",
            path=label_file,
            expected=len(images),
            images=image_file.rpartition("/")[2],
            shape=list(labels.shape),
        )
    if (int(labels.min()), int(labels.max())) == (1, CLASSES):
        raise DatasetError("idx.labels_from_one", path=label_file, most=CLASSES)
    if labels.max() >= CLASSES:
        raise DatasetError("idx.too_many_classes", path=label_file, found=int(labels.max()))
    return images.reshape(len(images), SIDE * SIDE), labels


def _content(files: Files, part: Part, content: str) -> tuple[str, bytes]:
    """What errors call the one file of this content, and what is in it, unpacked."""
    names = _found(files, part, content)
    if not names:
        kind = "idx3" if content == "images" else "idx1"
        path = files.shown(f"{USUAL[part]}-{content}-{kind}-ubyte.gz")
        raise DatasetError("idx.missing", path=path, remedy=Message("idx.put_files_there"))
    first, *others = names
    if (size := files.size(first)) > MOST_BYTES:
        raise DatasetError("idx.large", path=files.shown(first), found=size, most=MOST_BYTES)
    unpacked = unpack(files.read(first), files.shown(first))
    digest = hashlib.sha256(unpacked).digest()
    for other in others:
        if hashlib.sha256(unpack(files.read(other), files.shown(other))).digest() != digest:
            raise DatasetError("idx.several_sets", part=part, names=sorted(names))
    return files.shown(first), unpacked


def _found(files: Files, part: Part, content: str) -> list[str]:
    """The names of the files of this content, each without its compressed copies."""
    pattern = re.compile(f"{PREFIXES[part]}[-_.]{content}")
    by_place: dict[str, str] = {}
    for name in files.names:
        folder, _, last = name.rpartition("/")
        if pattern.search(last):
            plain = last.removesuffix(".gz").removesuffix(".xz")
            # Sorted, so that the plain file is the first of those with one name.
            by_place.setdefault(f"{folder}/{re.sub('[-_.]', '-', plain)}", name)
    return list(by_place.values())
