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
MOST_MEMBERS = 100  # files in a .npz: the largest network has 18 arrays
MOST_NAME = 40  # characters of an array's name that are kept
MOST_META = 256 * 1024  # bytes of a model's meta; a training state's has a line for each epoch
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what NumPy writes; others unpack unbounded
ENTRY = b"PK\1\2"  # begins each member's entry in the directory of a zip file


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
        sha.update(np.ascontiguousarray(arrays[name], "<f4").data)
    return sha.hexdigest()


def load(
    source: bytes | Path, kind: str, most: int | None = None
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read arrays and meta; only a model may lack meta. Raises CheckpointError.

    `most` is as in `read_arrays`.
    """
    arrays = read_arrays(source, most)
    meta = _read_meta(arrays.pop("meta", None), MOST_META if kind == "model" else MOST_BYTES)
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
        # Counted before the directory is read: an object is made of each entry.
        if (entries := data.count(ENTRY)) > MOST_MEMBERS:
            raise CheckpointError("npz.too_many", found=entries, most=MOST_MEMBERS)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > most:
                raise CheckpointError("npz.too_large", found=unpacked, most=most)
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")[:MOST_NAME]
                arrays[name] = _read_array(name, _unpack(archive, member))
    except CheckpointError:
        raise
    except Exception as error:  # zipfile and its decompressors raise many types on damaged files
        raise CheckpointError("npz.not_whole", error=str(error)) from error
    return arrays


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's content. It is never more than the directory says, of which `most` is the sum.

    To read all of a member unpacks all that is there, and only then looks at the size. Its checksum
    tells what is cut off.
    """
    if member.compress_type not in METHODS:
        raise CheckpointError("npz.method", name=member.filename[:MOST_NAME])
    with archive.open(member) as file:
        content = file.read(member.file_size)
        file.read(1)  # at the end, the checksum is compared
    return content


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


def _read_meta(array: Any, most: int) -> dict[str, Any]:
    if array is None:
        return {}
    if array.nbytes > most:
        raise CheckpointError("npz.meta_size", most=most, found=array.nbytes)
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
