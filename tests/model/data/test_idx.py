import gzip
import lzma
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from model.data import idx
from model.errors import DatasetError


def idx_bytes(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}i", *values.shape)
    return header + values.astype(np.uint8).tobytes()


def write_set(directory: Path, examples: int = 3, labels: int | None = None) -> Path:
    images = np.arange(examples * 784).reshape(examples, 28, 28) % 256
    numbers = np.arange(examples if labels is None else labels) % 10
    for part in ("train", "t10k"):
        (directory / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (directory / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(numbers))
    return directory


def test_bundled_mnist_is_complete() -> None:
    mnist = idx.load_mnist()
    assert mnist.train_images.shape == (60000, 784)
    assert mnist.test_images.shape == (10000, 784)
    assert np.bincount(mnist.train_labels).sum() == 60000
    assert mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_test_part_is_read_without_the_training_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in idx.MNIST.glob("t10k*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(idx, "MNIST", tmp_path)
    images, labels = idx.load_mnist_part("test")
    assert images.shape == (10000, 784)
    assert labels.shape == (10000,)
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz is missing.*Restore"):
        idx.load_mnist()


def test_changed_bundled_content_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in idx.MNIST.glob("t10k*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(idx, "MNIST", tmp_path)
    file = tmp_path / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(file.read_bytes()))
    content[100] ^= 1
    file.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(DatasetError, match=r"t10k-labels.*SHA-256.*Restore model/data/mnist/"):
        idx.load_mnist_part("test")


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
def test_any_compression_is_recognised_by_content(tmp_path: Path, compress) -> None:
    for file in write_set(tmp_path).iterdir():
        file.write_bytes(compress(file.read_bytes()))
    loaded = idx.load_idx_directory(tmp_path)
    assert loaded.train_images.shape == (3, 784)
    assert loaded.test_labels.tolist() == [0, 1, 2]
    assert loaded.train_images[0, :3].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name + ".gz",  # a browser that unpacked the download but kept the name
        lambda name: name.replace("-idx", ".idx"),
        lambda name: "emnist-digits-" + name.replace("t10k", "test"),
    ],
)
def test_usual_file_names_are_found(tmp_path: Path, rename) -> None:
    for file in write_set(tmp_path).iterdir():
        file.rename(tmp_path / rename(file.name))
    assert idx.load_idx_directory(tmp_path).test_images.shape == (3, 784)


def replace(name: str, content: bytes):
    return lambda directory: (directory / name).write_bytes(content)


IMAGES = "train-images-idx3-ubyte"
LABELS = "t10k-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: (d / LABELS).unlink(), r"t10k-labels-idx1-ubyte.gz is missing.*Put the four"),
        (replace(IMAGES, b""), r"train-images.*00 00 08, found nothing.*Download"),
        (replace(IMAGES, b"<html>404</html>"), r"train-images.*found 3c 68 74"),
        (replace(IMAGES, b"\0\0\x08\x03\0\0"), r"train-images.*cut off inside its header"),
        (replace(IMAGES, idx_bytes(np.zeros((3, 28, 28)))[:-1]), r"holds 2351 values.*3 x 28 x 28"),
        (replace(IMAGES, gzip.compress(b"x" * 99)[:-9]), r"train-images.*damaged or cut off"),
        (replace(IMAGES, gzip.compress(b"x" * 99)[:-1] + b"!"), r"train-images.*cannot be read"),
        (replace(IMAGES, lzma.compress(b"x" * 99)[:-9]), r"train-images.*damaged or cut off"),
        (replace(IMAGES, idx_bytes(np.zeros((3, 32, 32)))), r"28 x 28 values, found 3 x 32 x 32"),
        (replace(IMAGES, idx_bytes(np.zeros((0, 28, 28)))), r"found 0 x 28 x 28"),
        (replace(LABELS, idx_bytes(np.zeros(2))), r"t10k-labels.*should hold 3 labels.*found 2"),
        (replace(LABELS, idx_bytes(np.array([1, 2, 26]))), r"labels up to 26; .*ten classes"),
        (replace("train-images.gz", b""), r"holds several train sets"),
    ],
)
def test_unusable_file_is_named_with_what_to_do(tmp_path: Path, damage, message: str) -> None:
    damage(write_set(tmp_path))
    with pytest.raises(DatasetError, match=message):
        idx.load_idx_directory(tmp_path)


def test_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere is not a directory"):
        idx.load_idx_directory(tmp_path / "nowhere")


def test_validation_images_are_the_last_whatever_is_trained_on(tmp_path: Path) -> None:
    data = idx.load_idx_directory(write_set(tmp_path, examples=10))
    few = idx.split(data, validation_examples=3, train_examples=2)
    rest = idx.split(data, validation_examples=3)
    assert few.validation_labels.tolist() == rest.validation_labels.tolist() == [7, 8, 9]
    assert few.train_labels.tolist() == [0, 1]
    assert rest.train_labels.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert len(rest.train_images) == 7


@pytest.mark.parametrize(("held_back", "used"), [(10, None), (0, None), (3, 8), (3, 0)])
def test_impossible_split_is_refused(tmp_path: Path, held_back: int, used: int | None) -> None:
    data = idx.load_idx_directory(write_set(tmp_path, examples=10))
    with pytest.raises(DatasetError, match=r"hold back|train_examples"):
        idx.split(data, held_back, used)
