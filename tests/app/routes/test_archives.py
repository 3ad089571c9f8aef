"""Archives that unpack to more than they weigh, wherever one is sent: refused before they do."""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.app.cost import MB, MOST_GROWTH, MOST_PAUSE, Call, Cost, cost_of

UNPACKED = 200 * MB
METHODS = {
    "deflate": zipfile.ZIP_DEFLATED,
    "bz2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
WARM = [Call("/predict", orjson.dumps({"pixels": [0] * 300 + [255] * 84 + [0] * 400}))]


def form(path: str, **parts: bytes) -> Call:
    body = b"".join(
        b'--XX\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\n%s\r\n'
        % (name.encode(), content)
        for name, content in parts.items()
    )
    return Call(path, body + b"--XX--\r\n", "multipart/form-data; boundary=XX")


def lying(method: int, declared: int) -> bytes:
    """A zip file with one member of zeros, whose size is said to be another."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, archive.open("dW1.npy", "w") as member:
        for _ in range(UNPACKED // MB):
            member.write(bytes(MB))
    data = bytearray(file.getvalue())
    for magic, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = data.index(magic) + offset
        data[place : place + 4] = struct.pack("<I", declared)
    return bytes(data)


def packed(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def both(directory: Path, data: bytes) -> list[Cost]:
    """What it costs to send it as a model, and as gradients."""
    calls = form("/models", weights=data), form("/check", gradients=data, exercise=b"1-42")
    return [cost_of(directory / call.path[1:], call, warm=WARM) for call in calls]


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
@pytest.mark.parametrize("declared", [200, 3 * MB])
def test_a_directory_that_lies_about_a_size(tmp_path: Path, method: int, declared: int) -> None:
    for cost in both(tmp_path, lying(method, declared)):
        assert cost.status == 422, cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost


HONEST = {
    "zeros": packed(dW1=np.zeros((784, 70_000), np.float32)),
    "meta": packed(meta=np.frombuffer(b'{"a":[' + b"[]," * 3_000_000 + b"0]}", np.uint8)),
    "text": packed(exercise=np.array("5-" + "9" * 3_000_000)),
    "texts": packed(exercise=np.array(["5-1"] * 300_000)),
}


@pytest.mark.parametrize("data", HONEST.values(), ids=list(HONEST))
def test_one_that_tells_the_truth(tmp_path: Path, data: bytes) -> None:
    for cost in both(tmp_path, data):
        assert cost.status in (200, 422), cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost


def test_one_with_more_members_than_arrays_are_needed(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(40_000):
            archive.writestr(f"W{number}.npy", b"")
    for cost in both(tmp_path, file.getvalue()):
        assert b"40,000 arrays" in cost.answers[0], cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost


def test_the_largest_network_that_may_be_brought_along(tmp_path: Path) -> None:
    network = {
        "W1": np.zeros((784, 2600), np.float32),
        "b1": np.zeros(2600, np.float32),
        "W2": np.zeros((2600, 10), np.float32),
        "b2": np.zeros(10, np.float32),
    }
    cost = cost_of(tmp_path, form("/models", weights=packed(**network)), warm=WARM)
    assert cost.status == 201, cost.answers[0]
    assert cost.grown < MOST_GROWTH, cost
    assert cost.pause < MOST_PAUSE, cost
