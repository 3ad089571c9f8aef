"""Running `byhand` in the test's own process, from an empty directory with a store of its own."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from model.data.idx import load_mnist_part


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Byhand = Callable[..., Ran]


@pytest.fixture
def byhand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Byhand:
    """byhand("train", "--epochs", 1) -> its exit code, and what it wrote to stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYHAND_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["byhand", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        return Ran(int(end.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def digit_png(tmp_path: Path) -> Path:
    """The first seven of MNIST's test images."""
    images, labels = load_mnist_part("test")
    first = images[int(np.flatnonzero(labels == 7)[0])]
    path = tmp_path / "digit.png"
    Image.fromarray(first.reshape(28, 28)).save(path)
    return path
