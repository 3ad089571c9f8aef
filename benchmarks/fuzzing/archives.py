"""Damaged .npz files: uploads of models, gradients to be checked, samples."""

from __future__ import annotations

import functools
import io
import json
import struct
import zipfile
import zlib
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np

from benchmarks.fuzzing.cases import Answer, Case, form, request
from benchmarks.fuzzing.damage import EDGES, TEXTS, damaged, nasty, size

__all__ = ["case"]

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
EXERCISE = "1-42"
SHAPES = [(), (0,), (1,), (10,), (784,), (0, 784), (784, 8), (8, 10), (128, 10), (10, 784), (1, 1)]
SHAPES += [(10, 1), (1, 10), (784, 10), (3, 3, 3), (300, 300), (1,) * 32]
TYPES = ["<f4", "<f8", ">f4", "<f2", "<i8", "|u1", "|b1", "<c16", "<U3", "|S4", "<M8[s]", "|V8"]


@functools.cache
def originals() -> dict[str, dict[str, Any]]:
    """Arrays that are taken: networks, gradients with and without their exercise, samples."""
    rng = np.random.default_rng(0)

    def network(*units: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for number, (before, after) in enumerate(pairwise(units), 1):
            made[f"W{number}"] = rng.normal(0, 0.1, (before, after)).astype("f4")
            made[f"b{number}"] = np.zeros(after, "f4")
        return made

    meta = json.dumps({"format": 1, "kind": "model", "activation": "tanh", "name": "mine"})
    gradients = {"dW2": rng.normal(size=(2, 2)), "db2": np.array([0.5, -0.5])}
    samples = {"pixels": rng.integers(2, 255, (3, 784), np.uint8), "labels": np.arange(3)}
    ends = {"stroke_ends": np.array([2, 4, 5]), "sample_ends": np.array([1, 1, 3])}
    return {
        "samples": samples,
        "samples, strokes": {**samples, **ends, "points": rng.random((5, 2), np.float32)},
        "model": network(784, 8, 10),
        "model, deeper": network(784, 6, 5, 10),
        "model, meta": network(784, 4, 10) | {"meta": np.frombuffer(meta.encode(), np.uint8)},
        "gradients": gradients,
        "gradients, exercise": {**gradients, "exercise": np.array(EXERCISE)},
    }


def case(rng: Random) -> Case:
    """An archive with its arrays, their heads, its directory or its bytes damaged."""
    name, arrays = rng.choice(list(originals().items()))
    what, data = archive(rng, dict(arrays))
    if name.startswith("model") or rng.random() < 0.05:
        parts = [("weights", data), *([("name", b"mine")] if rng.random() < 0.5 else [])]
        target, then = "/models", use_and_delete
    elif name.startswith("samples"):
        parts, target, then = [("samples", data)], "/samples", read_and_delete
    else:
        id = rng.choice((EXERCISE, "10-1", "5-42", rng.choice(TEXTS)[:50]))
        parts = [("gradients", data), ("exercise", id.encode("utf-8", "replace"))]
        parts = parts[: rng.choice((1, 2, 2))]
        target, then = rng.choice(("/check", "/check?convention=sum")), lambda answer: []
    body, kind = form(*parts)
    return Case(f"{name}: {what}", (request("POST", target, body, kind),), then=then)


def use_and_delete(answer: Answer) -> list[Case]:
    """A model that was taken has to answer everything that is asked of one."""
    if answer.statuses != (201,):
        return []
    id = answer.location.removeprefix("/models/")
    pixels = json.dumps({"pixels": [0] * 400 + [255] * 20 + [0] * 364, "label": 7}).encode()
    asked = [
        request("GET", f"/models/{id}"),
        request("GET", "/models"),
        request("POST", f"/predict?details=true&model={id}", pixels),
        request("POST", f"/gradients?full=true&check=true&learning_rate=0.1&model={id}", pixels),
        request("GET", f"/models/{id}/evaluation?worst=1"),
        request("GET", f"/models/{id}/weights"),
        request("DELETE", f"/models/{id}"),
    ]
    return [Case("of a model that was taken", (one,)) for one in asked]


def read_and_delete(answer: Answer) -> list[Case]:
    """Samples that were taken can be read, one by one and as a file."""
    if answer.statuses != (201,):
        return []
    asked = [
        request("GET", "/samples?limit=200"),
        request("GET", "/samples?format=npz"),
        request("DELETE", "/samples"),
    ]
    return [Case("of samples that were taken", (one,)) for one in asked]


def archive(rng: Random, arrays: dict[str, Any]) -> tuple[str, bytes]:
    """What is wrong with it, and the bytes."""
    match rng.randrange(7):
        case 0:
            return "other arrays", zipped(rng, other_arrays(rng, arrays))
        case 1:
            return "other meta", zipped(rng, {**arrays, "meta": meta(rng)})
        case 2:
            members = {name: npy(array) for name, array in arrays.items()}
            name = rng.choice(list(members))
            members[name] = other_head(rng, members[name])
            return f"another head of {name}", zipped(rng, {}, members)
        case 3:
            return "unpacks to much", bomb(rng, arrays)
        case 4:
            return "another directory", other_directory(rng, zipped(rng, arrays))
        case 5:
            members = {name: npy(array) for name, array in arrays.items()}
            name = rng.choice(list(members))
            members[name] = damaged(rng, members[name], rng.randbytes(40))
            return f"{name} damaged", zipped(rng, {}, members)
    return "damaged", damaged(rng, zipped(rng, arrays), b"PK\1\2PK\3\4PK\5\6PK\6\6PK\6\7\1\0\2\0")


def npy(array: Any) -> bytes:
    """The array as a member of an archive, objects too."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


def zipped(rng: Random, arrays: dict[str, Any], members: dict[str, bytes] | None = None) -> bytes:
    """An .npz of these arrays, packed in one of the ways that zip knows."""
    members = members or {name: npy(array) for name, array in arrays.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choice(PACKED)) as archive:
        for name, data in members.items():
            name = f"x{name}" if name[:1] in "\0" else name  # zipfile itself cannot write that
            archive.writestr(name if rng.random() < 0.05 else f"{name}.npy", data)
    return file.getvalue()


def other_arrays(rng: Random, arrays: dict[str, Any]) -> dict[str, Any]:
    """Some arrays missing, renamed, of other shapes, types or values; or many more of them."""
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(list(arrays) or ["W1"])
        array = np.array(arrays.get(name, 0))
        match rng.randrange(7):
            case 0:
                arrays.pop(name, None)
            case 1:
                fresh = rng.choice((*TEXTS, "W0", "W3", "b3", "W01", "W-1", "W1.npy", "meta", "dX"))
                arrays[fresh.replace("\ud800", "").replace("\udfff", "")] = arrays.pop(name, 0)
            case 2:
                arrays[name] = np.zeros(rng.choice(SHAPES), rng.choice(TYPES))
            case 3 if array.dtype.kind == "f" and array.size:
                bad = rng.choice((np.nan, np.inf, -np.inf, 1e38, -1e38, 1e-45))
                array.reshape(-1)[rng.randrange(array.size)] = bad
                arrays[name] = array
            case 4 if array.dtype.kind == "f":
                arrays[name] = array.astype(rng.choice((">f4", "<f8", "<U9", object)))
            case 5 if array.dtype == "f4":
                arrays[name] = np.full_like(np.asfortranarray(array), 1e38)
            case _:
                wide = rng.choice((1, 2, 30))
                layers = size(rng, 300)
                units = [784, *[wide] * layers, 10]
                for at, (before, after) in enumerate(pairwise(units), 1):
                    arrays[f"W{at}"] = np.full((before, after), 0.1, "f4")
                    arrays[f"b{at}"] = np.zeros(after, "f4")
    return arrays


def meta(rng: Random) -> Any:
    """The file's JSON about itself, with something odd in it."""
    fields: dict[str, Any] = {"format": 1, "kind": "model", "activation": "relu"}
    keys = ("format", "kind", "sha256", "activation", "name", "features", "deskew", "temperature")
    keys += ("layers", "recipe", "test_accuracy", "validation_accuracy", "metrics", "job")
    for _ in range(rng.randint(1, 3)):
        fields[rng.choice(keys)] = nasty(rng)
    if rng.random() < 0.7:
        fields.pop("sha256", None)
    text = json.dumps(fields).encode() if rng.random() < 0.9 else rng.randbytes(30)
    return np.frombuffer(text, np.uint8)


def other_head(rng: Random, data: bytes) -> bytes:
    """An array whose head, a Python literal, says something else."""
    shape = rng.choice(
        ("(784, 8)", "(-1,)", "(2**40,)", "(1099511627776,)", "(0,)", "()", "8", "None")
    )
    shape = rng.choice((shape, "(" * rng.choice((90, 300, 5000)), "(9" + "9" * 5000 + ",)"))
    kind = rng.choice((*TYPES, "|O", "<f4" * 9, "f", "(1000000000,)f4", "[('a','<f4')]", ""))
    kind = f"'{kind}'" if rng.random() < 0.8 else kind or "{}"
    head = f"{{'descr': {kind}, 'fortran_order': {rng.choice((True, False, 3))}, 'shape': {shape}}}"
    if rng.random() < 0.1:
        head = rng.choice(("__import__('os')", "{", "{}", "[" * 9000, "1" * 9000, "\0"))
    text = head.encode() + b"\n"
    length = len(text) if rng.random() < 0.8 else rng.choice(EDGES)
    version = rng.choice((1, 1, 1, 2, 3, 4, 255))
    packed = struct.pack("<H", length % 65536) if version == 1 else struct.pack("<I", length)
    return b"\x93NUMPY" + bytes([version, 0]) + packed + text + data[128:]


def bomb(rng: Random, arrays: dict[str, Any]) -> bytes:
    """Members of nothing but zeros, whose directory may tell another size."""
    length = size(rng, 400_000_000 if rng.random() < 0.2 else 30_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", npy(array))
    kept = bytearray(file.getvalue())
    if rng.random() < 0.5:  # the deflated zeros made by hand: writestr would hold all of them
        name, (deflated, checksum) = b"big.npy", zeros(length)
        told = rng.choice((length, 128, 0, 2**32 - 2))
        sizes = struct.pack("<III", checksum, len(deflated), told)
        common = struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", len(name), 0)
        ended = kept.rfind(b"PK\5\6")
        start = struct.unpack_from("<I", kept, ended + 16)[0]
        local = b"PK\3\4" + common + name + deflated
        entry = b"PK\1\2" + b"\x14\0" + common + struct.pack("<HHHII", 0, 0, 0, 0, start) + name
        count = struct.unpack_from("<H", kept, ended + 10)[0] + 1
        directory = bytes(kept[start:ended]) + entry
        end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start + len(local), 0)
        return bytes(kept[:start]) + local + directory + b"PK\5\6" + end
    packed = rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(file, "a", packed) as archive:
        archive.writestr("big.npy", bytes(min(length, 20_000_000)))
    data = bytearray(file.getvalue())
    if rng.random() < 0.7:  # the directory and the member's own head lie alike
        for mark, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
            place = data.rfind(mark)
            struct.pack_into("<I", data, place + offset, rng.choice((128, 0, 1)))
    return bytes(data)


def zeros(length: int) -> tuple[bytes, int]:
    """So many zeros, deflated without a head, and their checksum."""
    packer, block, checksum, packed = zlib.compressobj(1, zlib.DEFLATED, -15), bytes(10**6), 0, []
    for _ in range(length // 10**6):
        packed.append(packer.compress(block))
        checksum = zlib.crc32(block, checksum)
    rest = bytes(length % 10**6)
    packed += [packer.compress(rest), packer.flush()]
    return b"".join(packed), zlib.crc32(rest, checksum)


def other_directory(rng: Random, data: bytes) -> bytes:
    """Numbers of the central directory, the members' heads or the end replaced."""
    mutable = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        mark, offsets = rng.choice(
            (
                (b"PK\1\2", (4, 6, 8, 10, 16, 20, 24, 28, 30, 32, 42)),
                (b"PK\3\4", (4, 6, 8, 14, 18, 22, 26, 28)),
                (b"PK\5\6", (4, 6, 8, 10, 12, 16, 20)),
            )
        )
        places = [at for at in range(len(mutable) - 3) if mutable.startswith(mark, at)]
        if not places:
            break
        place = rng.choice(places) + rng.choice(offsets)
        wide = rng.choice((2, 4))
        value = rng.choice((*EDGES, 8, 12, 14, 93, 99, len(mutable), rng.randrange(2**16)))
        mutable[place : place + wide] = (value % 256**wide).to_bytes(wide, "little")
    return bytes(mutable)
