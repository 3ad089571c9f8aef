import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.data.files import Directory
from model.data.idx_files import has_idx_files, read_idx_files
from model.errors import DatasetError
from tests.model.data.test_idx import idx_bytes


def write_set(directory: Path, examples: int = 3) -> Path:
    images = np.arange(examples * 784).reshape(examples, 28, 28) % 256
    for part in ("train", "t10k"):
        (directory / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (directory / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(examples) % 10))
    return directory


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
def test_any_compression_is_recognised_by_content(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    for file in write_set(tmp_path).iterdir():
        file.write_bytes(compress(file.read_bytes()))
    train, test = read_idx_files(Directory(tmp_path))
    assert test is not None
    assert train[0].shape == (3, 784)
    assert test[1].tolist() == [0, 1, 2]
    assert train[0][0, :3].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name + ".gz",  # a browser that unpacked the download but kept the name
        lambda name: name.replace("-idx", ".idx"),
        lambda name: "emnist-digits-" + name.replace("t10k", "test"),
        lambda name: f"folder of {name}/{name}",  # as some archives unpack
    ],
)
def test_usual_file_names_are_found(tmp_path: Path, rename: Callable[[str], str]) -> None:
    for file in list(write_set(tmp_path).iterdir()):
        new = tmp_path / rename(file.name)
        new.parent.mkdir(exist_ok=True)
        file.rename(new)
    _, test = read_idx_files(Directory(tmp_path))
    assert test is not None
    assert test[0].shape == (3, 784)


def test_what_macos_adds_and_a_file_beside_its_extraction_are_no_reason_to_refuse(
    tmp_path: Path,
) -> None:
    for file in list(write_set(tmp_path).iterdir()):
        (tmp_path / f"._{file.name}").write_bytes(b"\0\5\x16\7")
        (tmp_path / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        # Unpacked by a program that writes a dot.
        (tmp_path / file.name.replace("-idx", ".idx")).write_bytes(file.read_bytes())
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "train-images-idx3-ubyte").write_bytes(b"x")
    train, test = read_idx_files(Directory(tmp_path))
    assert train[1].tolist() == [0, 1, 2]
    assert test is not None


def test_there_may_be_no_test_part_but_no_half_of_one(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DatasetError, match=r"t10k-images-idx3-ubyte\.gz is missing"):
        read_idx_files(Directory(tmp_path))
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    assert read_idx_files(Directory(tmp_path))[1] is None


def test_other_files_are_no_idx_files(tmp_path: Path) -> None:
    (tmp_path / "train.png").write_bytes(b"")
    assert not has_idx_files(Directory(tmp_path))
    assert has_idx_files(Directory(write_set(tmp_path)))


def replace(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda directory: (directory / name).write_bytes(content)


IMAGES = "train-images-idx3-ubyte"
LABELS = "t10k-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: (d / LABELS).unlink(), r"t10k-labels-idx1-ubyte.gz is missing.*belong together"),
        (replace(IMAGES, b""), r"train-images.*00 00 08, found nothing.*Download"),
        (replace(IMAGES, b"<html>404</html>"), r"train-images.*found 3c 68 74"),
        (replace(IMAGES, b"\0\0\x08\x03\0\0"), r"train-images.*cut off inside its header"),
        (replace(IMAGES, idx_bytes(np.zeros((3, 28, 28)))[:-1]), r"holds 2351 values.*3 x 28 x 28"),
        (replace(IMAGES, gzip.compress(b"x" * 99)[:-9]), r"train-images.*damaged or cut off"),
        (replace(IMAGES, gzip.compress(b"x" * 99)[:-1] + b"!"), r"train-images.*cannot be read"),
        (replace(IMAGES, lzma.compress(b"x" * 99)[:-9]), r"train-images.*damaged or cut off"),
        (replace(IMAGES, gzip.compress(bytes(2**27))), r"train-images.*unpacks to more than"),
        (replace(IMAGES, idx_bytes(np.zeros((3, 32, 32)))), r"28 x 28 values, found 3 x 32 x 32"),
        (replace(IMAGES, idx_bytes(np.zeros((0, 28, 28)))), r"found 0 x 28 x 28"),
        (replace(LABELS, idx_bytes(np.zeros(2))), r"t10k-labels.*should hold 3 labels.*found 2"),
        (replace(LABELS, idx_bytes(np.array([1, 2, 26]))), r"labels up to 26; .*ten classes"),
        (
            replace("train-images.gz", b""),
            r"several train sets: train-images-idx3.*train-images.gz",
        ),
    ],
)
def test_unusable_file_is_named_with_what_to_do(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(write_set(tmp_path))
    with pytest.raises(DatasetError, match=message):
        read_idx_files(Directory(tmp_path))
