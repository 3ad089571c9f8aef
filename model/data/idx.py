"""The reader of IDX files, the bundled MNIST, and the validation split.

An IDX file is a big-endian header (two zero bytes, a type code, 8 for unsigned bytes, the number of
dimensions, and each dimension as an int32) followed by the values in C order (LeCun, Cortes,
Burges, *The MNIST database*, 1998).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import math
import struct
import zlib
from collections.abc import Callable
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
    "MOST_BYTES",
    "Dataset",
    "Part",
    "Split",
    "load_mnist",
    "load_mnist_part",
    "parse_idx",
    "split",
    "unpack",
]

Bytes = npt.NDArray[np.uint8]
Part = Literal["train", "test"]

SIDE = 28  # pixels
HELD_BACK = 5000  # of MNIST's 60,000 training images, for validation
VALIDATION_SHARE = 6  # of a smaller data set, one in six
MNIST_EXAMPLES = 60_000 - HELD_BACK
MNIST = Path(__file__).parent / "mnist"

# SHA-256 of the bundled files' uncompressed content.
CHECKSUMS = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
PREFIXES: dict[Part, str] = {"train": "train", "test": "t10k"}
RESTORE, DOWNLOAD = Message("idx.restore_bundled"), Message("idx.download_again")
MOST_BYTES = 48 * 2**20  # of one file, unpacked: 64,000 images
PACKED: dict[bytes, Callable[[io.BytesIO], gzip.GzipFile | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


@dataclass(frozen=True)
class Dataset:
    """A data set: images as rows of 784 grey values (white on black, 0..255), labels 0..9.

    `classes` names the labels from 0 on; it is empty where they are digits.
    """

    train_images: Bytes  # (60000, 784)
    train_labels: Bytes  # (60000,)
    test_images: Bytes  # (10000, 784)
    test_labels: Bytes  # (10000,)
    classes: tuple[str, ...] = ()


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
    images = _bundled(f"{PREFIXES[part]}-images", "idx3")
    return images.reshape(len(images), SIDE * SIDE), _bundled(f"{PREFIXES[part]}-labels", "idx1")


def split(
    dataset: Dataset, validation_examples: int | None = None, train_examples: int | None = None
) -> Split:
    """Hold back the last training images for validation, and train on the first of the others.

    Without a number of them it is 5,000, or one in six of a smaller data set. The validation images
    do not depend on `train_examples`, so that runs can be compared. Raises DatasetError when there
    are too few images.
    """
    if validation_examples is None:
        validation_examples = min(HELD_BACK, len(dataset.train_labels) // VALIDATION_SHARE)
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


def parse_idx(content: bytes, path: str, remedy: Message = DOWNLOAD) -> Bytes:
    """The values of an IDX file of unsigned bytes; errors call it `path`. Raises DatasetError."""
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise DatasetError(
            "idx.no_idx_file",
            path=path,
            found=content[:3].hex(" ") or Message("idx.nothing"),
            remedy=remedy,
        )
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DatasetError("idx.header_cut_off", path=path, remedy=remedy)
    shape = struct.unpack(f">{dimensions}i", content[4:start])
    if min(shape, default=0) < 0 or len(content) - start != math.prod(shape):
        raise DatasetError(
            "idx.header_disagrees",
            path=path,
            found=len(content) - start,
            shape=list(shape),
            remedy=remedy,
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def unpack(content: bytes, path: str, remedy: Message = DOWNLOAD) -> bytes:
    """The content of a file; plain, gzip and xz are told apart by their first bytes.

    Raises DatasetError for one that is damaged, and for one that unpacks to more than MOST_BYTES.
    """
    kind = next((kind for start, kind in PACKED.items() if content.startswith(start)), None)
    if kind is None:
        return content
    try:
        with kind(io.BytesIO(content)) as file:
            unpacked: bytes = file.read(MOST_BYTES + 1)
    except OSError as error:  # gzip's BadGzipFile is one
        raise DatasetError("idx.unreadable", path=path, error=str(error), remedy=remedy) from error
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise DatasetError("idx.damaged", path=path, error=str(error), remedy=remedy) from error
    if len(unpacked) > MOST_BYTES:
        raise DatasetError("idx.unpacks_to_more", path=path, most=MOST_BYTES)
    return unpacked


def _bundled(name: str, kind: str) -> Bytes:
    """Read one of the bundled files and verify its checksum."""
    path = MNIST / f"{name}-{kind}-ubyte.gz"
    try:
        content = unpack(path.read_bytes(), str(path), RESTORE)
    except FileNotFoundError as error:
        raise DatasetError("idx.missing", path=str(path), remedy=RESTORE) from error
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[name]:
        raise DatasetError("idx.other_sha256", path=str(path), remedy=RESTORE)
    return parse_idx(content, str(path), RESTORE)
