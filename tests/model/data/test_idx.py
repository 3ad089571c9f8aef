import gzip
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


def of_labels(*labels: int) -> idx.Dataset:
    numbers = np.array(labels, np.uint8)
    images = np.zeros((len(numbers), 784), np.uint8)
    return idx.Dataset(images, numbers, images, numbers)


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


def test_validation_images_are_the_last_whatever_is_trained_on() -> None:
    data = of_labels(*range(10))
    few = idx.split(data, validation_examples=3, train_examples=2)
    rest = idx.split(data, validation_examples=3)
    assert few.validation_labels.tolist() == rest.validation_labels.tolist() == [7, 8, 9]
    assert few.train_labels.tolist() == [0, 1]
    assert rest.train_labels.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert len(rest.train_images) == 7


@pytest.mark.parametrize(("held_back", "used"), [(10, None), (0, None), (3, 8), (3, 0)])
def test_impossible_split_is_refused(held_back: int, used: int | None) -> None:
    data = of_labels(*range(10))
    with pytest.raises(DatasetError, match=r"hold back|train_examples"):
        idx.split(data, held_back, used)


def test_of_a_small_data_set_one_in_six_is_held_back() -> None:
    assert idx.split(of_labels(*range(10), *range(8))).validation_labels.tolist() == [5, 6, 7]
    assert len(idx.split(idx.load_mnist()).validation_labels) == idx.HELD_BACK
