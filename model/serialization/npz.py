"""Float32 arrays and a dictionary in an .npz file, read without pickle and fully checked.

A file holds the arrays and `meta`, JSON in UTF-8 as uint8, which has the format's version, the kind
of the file and a SHA-256 of the arrays. Equal contents give equal bytes. A file that fails a check
raises CheckpointError, which names the array, what was expected and what was found.
"""

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from model.activations import Array
from model.errors import CheckpointError

__all__ = ["dump", "expect", "load", "read_arrays"]

FORMAT_VERSION = 1
MOST_BYTES = 300 * 2**20  # of all arrays, unpacked: a small .npz can expand to terabytes


def dump(kind: str, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> bytes:
    """Serialise arrays and metadata to the bytes of an .npz of this kind."""
    signed = {**meta, "kind": kind, "format": FORMAT_VERSION, "sha256": _digest(arrays)}
    text = json.dumps(signed, sort_keys=True).encode()
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, meta=np.frombuffer(text, np.uint8), **arrays)
    return file.getvalue()


def _digest(arrays: Mapping[str, Array]) -> str:
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].shape} ".encode())
        sha.update(np.ascontiguousarray(arrays[name], "<f4").tobytes())
    return sha.hexdigest()


def load(source: bytes | Path, kind: str) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read arrays and meta; only a model may lack meta. Raises CheckpointError."""
    arrays = read_arrays(source)
    meta = _read_meta(arrays.pop("meta", None))
    if meta:
        expect("meta", "npz.format_version", FORMAT_VERSION, meta.get("format"))
        expect("meta", "npz.kind", kind, meta.get("kind"))
    elif kind != "model":
        raise CheckpointError("npz.without_meta", kind=kind)
    for name, array in arrays.items():
        expect(name, "npz.dtype", "float32", str(array.dtype))
        if not np.isfinite(array).all():
            bad = int(array.size - np.isfinite(array).sum())
            raise CheckpointError("npz.not_finite", name=name, count=bad)
    if meta:
        expect("meta", "npz.sha256", _digest(arrays), meta.get("sha256"))
    return arrays, meta


def read_arrays(source: bytes | Path, most: int | None = None) -> dict[str, Any]:
    """The arrays of an .npz by name, of any type but objects, `most` bytes unpacked at most.

    Raises CheckpointError for a file that is damaged, has pickles in it or unpacks to more.
    """
    most = MOST_BYTES if most is None else most
    data = source if isinstance(source, bytes) else _read_file(source)
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > most:
                raise CheckpointError("npz.too_large", found=unpacked, most=most)
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                arrays[name] = _read_array(name, archive.read(member))
    except CheckpointError:
        raise
    except Exception as error:  # zipfile and its decompressors raise many types on damaged files
        raise CheckpointError("npz.not_whole", error=str(error)) from error
    return arrays


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError("npz.unreadable", path=str(path), error=error.strerror) from error


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
            raise CheckpointError("npz.pickled", name=name)
        # The size is checked before an array of the header's shape is allocated.
        expected, found = math.prod(shape) * dtype.itemsize, len(data) - file.tell()
        expect(name, "npz.size", expected, found)
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except CheckpointError:
        raise
    except Exception as error:  # the header is parsed as Python, which raises many types
        raise CheckpointError("npz.no_array", name=name) from error


def _read_meta(array: Any) -> dict[str, Any]:
    if array is None:
        return {}
    expect("meta", "npz.dtype", "uint8", str(array.dtype))
    try:
        meta = json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise CheckpointError("npz.meta_not_json") from error
    if not isinstance(meta, dict) or not meta:
        raise CheckpointError("npz.meta_no_object", found=type(meta).__name__)
    return meta


def expect(name: str, code: str, expected: Any, found: Any) -> None:
    """Raise a CheckpointError with this code, the name and both values, unless they are equal."""
    if expected != found:
        raise CheckpointError(code, name=name, expected=str(expected), found=str(found))
