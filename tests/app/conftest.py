"""The service in the test's own process: a store of its own, no port, no network."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from app import stderr
from app.main import create_app
from app.settings import Settings
from model.data.idx import load_mnist_part

Pixels = NDArray[np.uint8]

stderr.GATHER_SECONDS = 0.001  # a test waits for its lines


@pytest.fixture(autouse=True)
def _log_lines_stay_with_their_test() -> Iterator[None]:
    yield
    stderr.flush()


@contextmanager
def service(directory: Path, **settings: Any) -> Iterator[TestClient]:
    """A started service with these settings, and a client that talks to it."""
    app = create_app(Settings(data_dir=directory, **settings))
    with TestClient(app) as client:
        yield client


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """For tests with settings of their own: `client = serve(api_key=…)`."""
    running = []

    def start(**settings: Any) -> TestClient:
        context = service(tmp_path / f"data{len(running)}", **settings)
        running.append(context)
        return context.__enter__()

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all tests of a file."""
    with service(tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture(scope="session")
def digits() -> tuple[Pixels, Pixels]:
    """The first 200 test images (200, 784) and their labels."""
    images, labels = load_mnist_part("test")
    return images[:200], labels[:200]


@pytest.fixture
def seven(digits: tuple[Pixels, Pixels]) -> Pixels:
    """A clear seven, (784,)."""
    images, labels = digits
    assert labels[0] == 7
    return images[0]


def png(pixels: Pixels, size: int | None = None, form: str = "PNG") -> bytes:
    """A picture file of the pixels (784,) or (h, w), enlarged to `size` where one is given."""
    picture = Image.fromarray(pixels.reshape(28, 28) if pixels.ndim == 1 else pixels)
    if size is not None:
        picture = picture.resize((size, size), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


def in_event_loop() -> bool:
    """Whether the caller runs in an event loop, and not in a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def assert_problem(response: Any, status: int, *words: str) -> dict[str, Any]:
    """The answer is a problem document with this status, and its sentence has these words."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["title"]
    for word in words:
        assert word in problem["detail"]
    return problem


def logged_by(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The log lines that were written to stderr."""
    stderr.flush()
    return logged(capsys.readouterr().err)


def logged(text: str) -> list[dict[str, Any]]:
    """The log lines in what was written to stderr."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
