"""Models and training states as .npz files, read without pickle and with suspicion.

A file holds float32 arrays and `meta`, UTF-8 JSON as uint8. A model's arrays are W1 b1 W2 b2 …; a
file of these alone, without `meta`, is a model too (sigmoid, no deskewing), so that weights made
elsewhere can be brought along. `meta` carries a SHA-256 over the arrays. Equal contents give equal
bytes. Whatever does not fit is refused by a CheckpointError that names the array, what was expected
and what was found.
"""

import hashlib
import io
import json
import math
import reprlib
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from model.activations import ACTIVATIONS
from model.classifier import Classifier
from model.diagnostics import HIGHEST_SUM, sum_bounds
from model.errors import ByhandError, CheckpointError
from model.network import Array, Parameters
from model.training import EpochMetrics, TrainingState

__all__ = ["dump_model", "dump_state", "load_model", "load_state", "pretrained"]

FORMAT_VERSION = 1
MOST_BYTES = 300 * 2**20  # of all arrays together, unpacked: a small .npz can claim terabytes


def dump_model(model: Classifier) -> bytes:
    """The .npz of a classifier."""
    meta = {
        "kind": "model",
        "activation": model.parameters.activation,
        "deskew": model.deskew,
        "temperature": model.temperature,
        "name": model.name,
        "recipe": dict(model.recipe),
        "test_accuracy": model.test_accuracy,
    }
    return _dump(model.parameters.arrays(), meta)


def load_model(source: bytes | Path) -> Classifier:
    """The classifier in an .npz. Raises CheckpointError."""
    arrays, meta = _load(source, "model")
    parameters = _parameters(arrays, _field(meta, "activation", "sigmoid", str))
    _expect_no_overflow(parameters)
    temperature = _field(meta, "temperature", 1.0, int, float)
    if not 1e-3 <= temperature <= 1e3:
        raise CheckpointError(
            f"temperature: expected 0.001 to 1,000, found {reprlib.repr(temperature)}."
        )
    accuracy = _field(meta, "test_accuracy", None, float, int, type(None))
    if accuracy is not None and not 0 <= accuracy <= 1:
        raise CheckpointError(f"test_accuracy: expected 0 to 1, found {reprlib.repr(accuracy)}.")
    return Classifier(
        parameters,
        deskew=_field(meta, "deskew", False, bool),
        temperature=float(temperature),
        name=_field(meta, "name", "", str),
        recipe=_field(meta, "recipe", {}, dict),
        test_accuracy=accuracy,
    )


def dump_state(state: TrainingState) -> bytes:
    """The .npz of a training run at the end of an epoch."""
    arrays = {
        "parameters": state.parameters.vector,
        "velocity": state.velocity,
        "best": state.best.vector,
    }
    meta = {
        "kind": "training state",
        "layers": state.parameters.layers,
        "activation": state.parameters.activation,
        "epoch": state.epoch,
        "best_accuracy": state.best_accuracy,
        "history": [asdict(metrics) for metrics in state.history],
    }
    return _dump(arrays, meta)


def load_state(source: bytes | Path) -> TrainingState:
    """The training state in an .npz, bit for bit. Raises CheckpointError."""
    arrays, meta = _load(source, "training state")
    try:
        layers, activation = meta["layers"], meta["activation"]
        _expect("epoch", "kind", "int", type(meta["epoch"]).__name__)
        _expect("best_accuracy", "kind", "float", type(meta["best_accuracy"]).__name__)
        shape = Parameters(layers, activation).vector.shape
        for name in ("parameters", "velocity", "best"):
            _expect(name, "shape", shape, arrays[name].shape)
        return TrainingState(
            epoch=meta["epoch"],
            parameters=Parameters(layers, activation, arrays["parameters"]),
            velocity=arrays["velocity"],
            best=Parameters(layers, activation, arrays["best"]),
            best_accuracy=meta["best_accuracy"],
            history=[EpochMetrics(**metrics) for metrics in meta["history"]],
        )
    except KeyError as error:
        raise CheckpointError(f"The training state is incomplete: {error} is missing.") from error
    except (TypeError, ByhandError) as error:
        raise CheckpointError(f"The training state does not fit together: {error}.") from error


def pretrained() -> Classifier:
    """The bundled weights, made by the `best` recipe (`make pretrained`)."""
    with resources.as_file(resources.files("model") / "pretrained.npz") as path:
        return load_model(path)


def _dump(arrays: Mapping[str, Array], meta: dict[str, Any]) -> bytes:
    meta |= {"format": FORMAT_VERSION, "sha256": _digest(arrays)}
    text = json.dumps(meta, sort_keys=True).encode()
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, meta=np.frombuffer(text, np.uint8), **arrays)
    return file.getvalue()


def _digest(arrays: Mapping[str, Array]) -> str:
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].shape} ".encode())
        sha.update(np.ascontiguousarray(arrays[name], "<f4").tobytes())
    return sha.hexdigest()


def _load(source: bytes | Path, kind: str) -> tuple[dict[str, Array], dict[str, Any]]:
    arrays = _read_arrays(source)
    meta = _read_meta(arrays.pop("meta", None))
    if meta:
        _expect("meta", "format version", FORMAT_VERSION, meta.get("format"))
        _expect("meta", "kind", kind, meta.get("kind"))
    elif kind != "model":
        raise CheckpointError(f"meta: expected a {kind}, found a file without meta.")
    for name, array in arrays.items():
        _expect(name, "dtype", "float32", str(array.dtype))
        if not np.isfinite(array).all():
            bad = int(array.size - np.isfinite(array).sum())
            raise CheckpointError(f"{name}: expected finite numbers, found {bad} NaN or infinite.")
    if meta:
        _expect("meta", "sha256 of the arrays", _digest(arrays), meta.get("sha256"))
    return arrays, meta


def _read_arrays(source: bytes | Path) -> dict[str, Any]:
    data = source if isinstance(source, bytes) else _read_file(source)
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MOST_BYTES:
                raise CheckpointError(
                    f"The file unpacks to {unpacked:,} bytes; at most {MOST_BYTES:,} are read."
                )
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                arrays[name] = _read_array(name, archive.read(member))
    except CheckpointError:
        raise
    except Exception as error:  # zipfile and its decompressors raise whatever damage makes them
        raise CheckpointError(f"The file is not a whole .npz: {error}.") from error
    return arrays


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror}.") from error


def _read_array(name: str, data: bytes) -> Any:
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = header(file)
        if dtype.hasobject:
            raise CheckpointError(f"{name}: expected numbers, found pickled Python objects.")
        # The header is checked against what is there before anything of its size is allocated.
        expected, found = math.prod(shape) * dtype.itemsize, len(data) - file.tell()
        _expect(name, "size in bytes", expected, found)
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except CheckpointError:
        raise
    except Exception as error:  # the header is parsed as Python, which fails in many ways
        raise CheckpointError(f"{name}: expected a .npy array, found other data.") from error


def _read_meta(array: Any) -> dict[str, Any]:
    if array is None:
        return {}
    _expect("meta", "dtype", "uint8", str(array.dtype))
    try:
        meta = json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise CheckpointError("meta: expected UTF-8 JSON as uint8, found other data.") from error
    if not isinstance(meta, dict) or not meta:
        raise CheckpointError(f"meta: expected a JSON object, found {type(meta).__name__}.")
    return meta


def _parameters(arrays: Mapping[str, Array], activation: str) -> Parameters:
    if activation not in ACTIVATIONS:
        raise CheckpointError(
            f"activation: expected one of {', '.join(ACTIVATIONS)}, "
            f"found {reprlib.repr(activation)}."
        )
    layers = 1
    while f"W{layers + 1}" in arrays or f"b{layers + 1}" in arrays:
        layers += 1
    names = [f"{letter}{n}" for n in range(1, layers + 1) for letter in "Wb"]
    for name in names:
        if name not in arrays:
            raise CheckpointError(
                f"{name}: expected arrays {' '.join(names)}, found {' '.join(sorted(arrays))}."
            )
    for name in arrays:
        if name not in names:
            raise CheckpointError(f"{name}: no such array is expected beside {' '.join(names)}.")
    n_in: int | None = None
    for W, b in zip(names[::2], names[1::2], strict=True):
        found = arrays[W].shape
        if len(found) != 2 or n_in not in (None, found[0]):
            raise CheckpointError(f"{W}: expected shape ({n_in or 784}, units), found {found}.")
        _expect(b, "shape", (found[1],), arrays[b].shape)
        n_in = found[1]
    try:
        return Parameters.from_arrays(arrays, activation)
    except ByhandError as error:
        raise CheckpointError(str(error)) from error


def _expect_no_overflow(parameters: Parameters) -> None:
    for number, bound in enumerate(sum_bounds(parameters), start=1):
        if bound > HIGHEST_SUM:
            raise CheckpointError(
                f"W{number}: expected weights whose sums stay below {HIGHEST_SUM:g}, "
                f"found sums of up to {bound:g}."
            )


def _field(meta: Mapping[str, Any], name: str, default: Any, *kinds: type) -> Any:
    """A field of meta, of one of these kinds; for JSON true is no number."""
    value = meta.get(name, default)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise CheckpointError(f"{name}: expected {kinds[0].__name__}, found {reprlib.repr(value)}.")
    return value


def _expect(name: str, what: str, expected: Any, found: Any) -> None:
    if expected != found:
        raise CheckpointError(f"{name}: expected {what} {expected}, found {found}.")
