"""The reader of IDX files, the bundled MNIST, and the validation split.

An IDX file is a big-endian header (two zero bytes, a type code, 8 for unsigned bytes, the number of
dimensions, and each dimension as an int32) followed by the values in C order (LeCun, Cortes,
Burges, *The MNIST database*, 1998).
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from model.data.samples import Samples
from model.errors import DatasetError
from model.messages import Message

__all__ = [
    "HELD_BACK",
    "MNIST_EXAMPLES",
    "Dataset",
    "Split",
    "load_idx_directory",
    "load_mnist",
    "load_mnist_part",
    "read_idx",
    "split",
]

Bytes = npt.NDArray[np.uint8]
Part = Literal["train", "test"]

SIDE = 28  # pixels
HELD_BACK = 5000  # of MNIST's 60,000 training images, for validation
MNIST_EXAMPLES = 60_000 - HELD_BACK
CLASSES = 10
MNIST = Path(__file__).parent / "mnist"

# SHA-256 of the bundled files' uncompressed content.
CHECKSUMS = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
# Beginnings of file names: MNIST and Fashion-MNIST use t10k, EMNIST uses test.
PREFIXES: dict[Part, tuple[str, ...]] = {"train": ("train",), "test": ("t10k", "test")}
RESTORE = Message("idx.restore_bundled")


@dataclass(frozen=True)
class Dataset:
    """A data set: images as rows of 784 grey values (white on black, 0..255), labels 0..9."""

    train_images: Bytes  # (60000, 784)
    train_labels: Bytes  # (60000,)
    test_images: Bytes  # (10000, 784)
    test_labels: Bytes  # (10000,)


@dataclass(frozen=True)
class Split:
    """The training images, divided into those for training and those for validation.

    `samples` of one's own are learnt beside the training images.
    """

    train_images: Bytes
    train_labels: Bytes
    validation_images: Bytes
    validation_labels: Bytes
    samples: Samples | None = None


def load_mnist() -> Dataset:
    """Read the bundled MNIST and verify its checksums. Raises DatasetError."""
    return Dataset(*load_mnist_part("train"), *load_mnist_part("test"))


def load_mnist_part(part: Part) -> tuple[Bytes, Bytes]:
    """Read the images (n, 784) and labels (n,) of one part of the bundled MNIST."""
    return _load_part(MNIST, part, verify=True)


def load_idx_directory(directory: str | Path) -> Dataset:
    """Read another data set of 28x28 images in ten classes, Fashion-MNIST for instance.

    The directory holds the four usual files, plain or compressed: `train-images-idx3-ubyte`,
    `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Also accepted
    are the endings `.gz` and `.xz`, a dot instead of the last hyphen, `test` for `t10k` and a name
    in front, as EMNIST has. Raises DatasetError, which names the file and says what to do.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise DatasetError("idx.not_a_directory", path=str(directory))
    return Dataset(*_load_part(directory, "train"), *_load_part(directory, "test"))


def split(
    dataset: Dataset, validation_examples: int = HELD_BACK, train_examples: int | None = None
) -> Split:
    """Hold back the last training images for validation, and train on the first of the others.

    The validation images do not depend on `train_examples`, so that runs can be compared. Raises
    DatasetError when there are too few images.
    """
    available = len(dataset.train_labels) - validation_examples
    if validation_examples < 1 or available < 1:
        raise DatasetError(
            "idx.too_few_to_hold_back",
            validation=validation_examples,
            found=len(dataset.train_labels),
        )
    used = available if train_examples is None else train_examples
    if not 1 <= used <= available:
        raise DatasetError("idx.train_examples", asked=used, available=available)
    return Split(
        train_images=dataset.train_images[:used],
        train_labels=dataset.train_labels[:used],
        validation_images=dataset.train_images[available:],
        validation_labels=dataset.train_labels[available:],
    )


def read_idx(path: Path, sha256: str | None = None) -> Bytes:
    """Read one IDX file of unsigned bytes; plain, gzip and xz are told apart by their content.

    `sha256` is the expected digest of the uncompressed content. Raises DatasetError.
    """
    remedy = RESTORE if sha256 else Message("idx.download_again")
    content = _decompress(path, remedy)
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise DatasetError("idx.other_sha256", path=str(path), remedy=remedy)
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise DatasetError(
            "idx.no_idx_file",
            path=str(path),
            found=content[:3].hex(" ") or Message("idx.nothing"),
            remedy=remedy,
        )
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DatasetError("idx.header_cut_off", path=str(path), remedy=remedy)
    shape = struct.unpack(f">{dimensions}i", content[4:start])
    if min(shape, default=0) < 0 or len(content) - start != math.prod(shape):
        raise DatasetError(
            "idx.header_disagrees",
            path=str(path),
            found=len(content) - start,
            shape=list(shape),
            remedy=remedy,
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _decompress(path: Path, remedy: Message) -> bytes:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            return gzip.decompress(content)
        if content[:6] == b"\xfd7zXZ\0":
            return lzma.decompress(content)
    except OSError as error:  # gzip's BadGzipFile is one too
        raise DatasetError(
            "idx.unreadable", path=str(path), error=str(error), remedy=remedy
        ) from error
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise DatasetError(
            "idx.damaged", path=str(path), error=str(error), remedy=remedy
        ) from error
    return content


def _load_part(directory: Path, part: Part, verify: bool = False) -> tuple[Bytes, Bytes]:
    image_path = _find(directory, part, "images")
    label_path = _find(directory, part, "labels")
    prefix = PREFIXES[part][0]
    images = read_idx(image_path, CHECKSUMS[f"{prefix}-images"] if verify else None)
    labels = read_idx(label_path, CHECKSUMS[f"{prefix}-labels"] if verify else None)
    if images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise DatasetError(
            "idx.images_shape", path=str(image_path), side=SIDE, shape=list(images.shape)
        )
    if labels.shape != (len(images),):
        raise DatasetError(
            "idx.labels_shape",
            path=str(label_path),
            expected=len(images),
            images=image_path.name,
            shape=list(labels.shape),
        )
    if labels.max() >= CLASSES:
        raise DatasetError("idx.too_many_classes", path=str(label_path), found=int(labels.max()))
    return images.reshape(len(images), SIDE * SIDE), labels


def _find(directory: Path, part: Part, content: str) -> Path:
    """The path of the one file of `content`; the plain one if there is a compressed copy, too."""
    paths = sorted(
        path
        for prefix in PREFIXES[part]
        for path in directory.glob(f"*{prefix}-{content}*")
        if path.is_file()
    )
    expected = f"{PREFIXES[part][0]}-{content}-idx{3 if content == 'images' else 1}-ubyte.gz"
    if not paths:
        remedy = RESTORE if directory == MNIST else Message("idx.put_files_there")
        raise DatasetError("idx.missing", path=str(directory / expected), remedy=remedy)
    names = {path.name.removesuffix(".gz").removesuffix(".xz") for path in paths}
    if len(names) > 1:
        raise DatasetError("idx.several_sets", path=str(directory), part=part, names=sorted(names))
    return paths[0]
