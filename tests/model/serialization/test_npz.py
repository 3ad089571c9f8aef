"""What is no whole, honest .npz is refused before harm is done, whatever it claims to hold."""

import io
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.classifier import Classifier
from model.errors import CheckpointError
from model.network import Parameters
from model.optimizer import OPTIMIZERS
from model.serialization import npz
from model.serialization.checkpoint import dump_model, dump_state, load_model
from model.training.hyperparameters import MOST_WEIGHTS
from model.training.recipe import HYPERPARAMETERS
from tests.model.serialization.test_checkpoint import (
    a_model,
    a_state,
    model_with,
    pack,
    refuse,
    unpack,
)


def test_equal_contents_give_equal_bytes() -> None:
    assert dump_model(a_model()) == dump_model(a_model())
    assert dump_state(a_state()) == dump_state(a_state())


THREE: dict[str, Any] = {"W1": np.array([[1, 2, 3]], np.float32)}


def test_the_order_of_meta_changes_no_byte() -> None:
    first, second = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert npz.dump("model", THREE, first) == npz.dump("model", THREE, second)


def test_one_kind_of_file_is_not_read_as_another() -> None:
    arrays, meta = npz.load(npz.dump("state", THREE, {"epoch": 3}), "state")
    assert (list(arrays), meta["epoch"], meta["kind"]) == (["W1"], 3, "state")
    with pytest.raises(CheckpointError, match="meta"):
        npz.load(npz.dump("state", THREE, {}), "model")


def test_only_a_model_may_be_arrays_alone() -> None:
    file = io.BytesIO()
    np.savez(file, **THREE)
    arrays, meta = npz.load(file.getvalue(), "model")
    assert (list(arrays), meta) == (["W1"], {})
    with pytest.raises(CheckpointError):
        npz.load(file.getvalue(), "state")


def test_the_same_numbers_in_another_shape_do_not_match_their_digest() -> None:
    held = unpack(npz.dump("model", THREE, {}))
    held["W1"] = held["W1"].reshape(3, 1)
    refuse(pack(held), "meta: expected sha256")


def test_meta_is_bytes() -> None:
    file = io.BytesIO()
    np.savez(file, meta=np.frombuffer(b'{"format": 1}', np.int8), **THREE)
    refuse(file.getvalue(), "meta: expected dtype uint8, found int8")


def test_arrays_with_a_longer_header_are_read_too() -> None:
    file = io.BytesIO()
    np.lib.format.write_array(file, THREE["W1"], version=(2, 0))
    arrays, _ = npz.load(zipped("W1.npy", file.getvalue()), "model")
    np.testing.assert_array_equal(arrays["W1"], THREE["W1"])


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_version_is_refused(version: Any) -> None:
    refuse(model_with({"format": version}), f"meta: expected format version 1, found {version}")


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", ">f4", "complex64", "U5", "bool"])
def test_another_kind_of_number_is_refused_by_name(dtype: str) -> None:
    wrong = np.zeros((12, 8)).astype(dtype)
    refuse(model_with(W2=wrong), f"W2: expected dtype float32, found {wrong.dtype}")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused_and_counted(bad: float) -> None:
    b2 = np.array([0, bad, 0, bad, 0, 0, 0, 0], np.float32)
    refuse(model_with(b2=b2), "b2: expected finite numbers, found 2 NaN or infinite")


class Trap:
    """What a hostile pickle does: runs code of its own when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("the pickle was read",))


def test_a_pickle_is_refused_unread() -> None:
    refuse(
        model_with(W1=np.array([Trap()], object)),
        "W1: expected numbers, found pickled Python objects",
    )


def test_a_bare_pickle_is_no_npz() -> None:
    refuse(pickle.dumps({"W1": [1.0]}), "not a whole .npz")


def test_changed_weights_do_not_match_their_digest() -> None:
    W1 = unpack(dump_model(a_model()))["W1"]
    W1[3, 3] += 1
    refuse(
        model_with(W1=W1), "meta: expected sha256 of the arrays [0-9a-f]{64}, found [0-9a-f]{64}"
    )
    refuse(model_with({"sha256": None}), "meta: expected sha256")


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"\x89PNG\r\n", b"x" * 1000, b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_npz_is_refused(data: bytes) -> None:
    with pytest.raises(CheckpointError):
        load_model(data)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(kept: float) -> None:
    data = dump_model(a_model())
    refuse(data[: int(len(data) * kept)], "not a whole .npz")


def test_a_missing_file_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere\.npz: cannot be read: No such file"):
        load_model(tmp_path / "nowhere.npz")


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def npy_header(shape: tuple[int, ...]) -> bytes:
    file = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MOST_BYTES", 1000)
    refuse(zipped("W1.npy", bytes(1001)), "unpacks to 1,001 bytes; at most 1,000 are read")


def test_no_more_is_read_than_the_largest_run_needs() -> None:
    layers = HYPERPARAMETERS["hidden_layers"]
    biases = layers.most * int(layers.high)
    state = max(len(rule.STATE) for rule in OPTIMIZERS.values())
    needed = (2 + state) * 4 * (MOST_WEIGHTS + biases)  # network, best, what a rule remembers
    assert needed < npz.MOST_BYTES < 2 * needed


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped("W1.npy", npy_header((10**6,)) + bytes(4 * 10**6)))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(magic) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises(CheckpointError):
        load_model(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_more_is_unpacked_than_a_lying_zip_says(method: int) -> None:
    data = bytearray(zipped("W1.npy", bytes(10**8), method))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(magic) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    tracemalloc.start()
    with pytest.raises(CheckpointError):
        npz.read_arrays(bytes(data))
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()


def test_what_numpy_does_not_write_is_refused() -> None:
    refuse(zipped("W1.npy", b"", zipfile.ZIP_BZIP2), "W1.npy: packed by another method")


def test_a_zip_of_many_files_is_refused_before_they_are_listed() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(npz.MOST_MEMBERS + 1):
            archive.writestr(f"W{number}.npy", b"")
    refuse(file.getvalue(), "The file has 101 arrays; at most 100 are read")


def test_a_long_meta_is_refused_unread() -> None:
    meta = np.frombuffer(b" " * (npz.MOST_META + 1), np.uint8)
    refuse(pack({"meta": meta}), "meta: expected at most 262,144 bytes, found 262,145")


@pytest.mark.parametrize("shape", [(10**15,), (2**40, 2**40), (-1, -400), (784, 13)])
def test_a_header_that_promises_more_than_there_is_is_refused(shape: tuple[int, ...]) -> None:
    refuse(zipped("W1.npy", npy_header(shape) + bytes(400)), "W1: expected size in bytes")


@pytest.mark.parametrize(
    "meta",
    [
        b"{",
        b"[]",
        b"{}",
        b"7",
        b"\xff\xfe",
        b'{"kind": "model"}',
        b"[" * 100_000,
        b'{"format": 1, "kind": 7}',
    ],
)
def test_meta_that_is_no_json_object_of_ours_is_refused(meta: bytes) -> None:
    refuse(pack({"meta": np.frombuffer(meta, np.uint8)}), "meta: expected")


@pytest.mark.parametrize("meta", [np.array("text"), np.array([1.5, np.nan]), np.zeros((2, 2))])
def test_meta_of_another_kind_is_refused(meta: np.ndarray[Any, Any]) -> None:
    refuse(pack({"meta": meta}), "meta: expected")


DUMPED = dump_model(Classifier(Parameters((784, 2, 10)), name="small"))


@settings(max_examples=300)
@given(
    places=st.lists(
        st.tuples(st.integers(0, len(DUMPED) - 1), st.integers(0, 255)), min_size=1, max_size=8
    )
)
def test_a_damaged_file_is_read_whole_or_refused(places: list[tuple[int, int]]) -> None:
    damaged = bytearray(DUMPED)
    for place, byte in places:
        damaged[place] = byte
    try:
        model = load_model(bytes(damaged))
    except CheckpointError:
        return
    assert np.isfinite(model.parameters.vector).all()
