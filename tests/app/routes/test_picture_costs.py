"""What pictures cost: four bytes a pixel, one budget for all at once, and never the event loop."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.imaging.header import MAX_PIXELS, MOST_MEMORY
from tests.app.conftest import assert_problem, png
from tests.app.cost import MB, MOST_GROWTH, MOST_PAUSE, Call, Cost, cost_of

RING = np.hypot(*(np.mgrid[:100, :100] - 50.0))
SMALL = png((np.abs(RING - 30) < 4).astype(np.uint8) * 255)
WARM = [
    Call("/predict", orjson.dumps({"pixels": [0] * 300 + [255] * 84 + [0] * 400})),
    Call("/predict", SMALL, "image/png"),
    Call("/predict", png(np.zeros((900, 900), np.uint8)), "image/png"),
]


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def black_png(width: int, height: int, depth: int, kind: int, more: bytes = b"") -> bytes:
    """A small file of many pixels: grey is the kind 0, colour 2, with transparency 6."""
    row = bytes(1 + width * {0: 1, 2: 3, 6: 4}[kind] * depth // 8)
    deflate = zlib.compressobj(6)
    packed = b"".join([deflate.compress(row) for _ in range(height)]) + deflate.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def black(form: str, mode: str, width: int, height: int, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, form, **options)
    return file.getvalue()


def cost(directory: Path, *files: bytes) -> Cost:
    return cost_of(directory, *[Call("/predict", data, "image/x") for data in files], warm=WARM)


WIDE, SQUARE = (400_000, 60), (4900, 4900)


@pytest.mark.parametrize("size", [WIDE, SQUARE], ids=["wide", "square"])
@pytest.mark.parametrize(("depth", "kind"), [(16, 0), (16, 2), (8, 2), (8, 6)])
def test_a_png_costs_four_bytes_a_pixel(
    tmp_path: Path, size: tuple[int, int], depth: int, kind: int
) -> None:
    found = cost(tmp_path, black_png(*size, depth, kind))
    assert found.status == 422, found  # it is blank
    assert found.grown < 4 * size[0] * size[1] + 30 * MB, found
    assert found.pause < MOST_PAUSE, found


OTHERS: dict[str, tuple[Callable[..., bytes], int]] = {
    "WebP": (lambda *size: black("WEBP", "RGB", *size, quality=10, method=0), 10),
    "transparent WebP": (lambda *size: black("WEBP", "RGBA", *size, quality=10, method=0), 10),
    "JPEG": (lambda *size: black("JPEG", "RGB", *size), 1),
    "progressive JPEG": (
        lambda *size: black("JPEG", "RGB", *size, progressive=True, subsampling=2),
        3,
    ),
    "full progressive JPEG": (
        lambda *size: black("JPEG", "RGB", *size, progressive=True, subsampling=0),
        6,
    ),
    "TIFF": (
        lambda *size: black("TIFF", "RGB", *size, compression="tiff_lzw", tiffinfo={278: size[1]}),
        7,
    ),
}


@pytest.mark.parametrize(("made", "bytes_a_pixel"), OTHERS.values(), ids=list(OTHERS))
def test_other_formats_cost_what_is_reserved_for_them(
    tmp_path: Path, made: Callable[..., bytes], bytes_a_pixel: int
) -> None:
    found = cost(tmp_path, made(*SQUARE))
    assert found.status == 422, found
    assert found.grown < bytes_a_pixel * SQUARE[0] * SQUARE[1] + 30 * MB, found
    assert found.pause < MOST_PAUSE, found


def test_many_at_once_cost_no_more_than_the_budget(tmp_path: Path) -> None:
    data = black_png(*SQUARE, 8, 2)
    found = cost(tmp_path, *[data] * 8)
    assert set(found.statuses) == {422}, found
    assert found.grown < MOST_MEMORY + 50 * MB, found
    assert found.pause < MOST_PAUSE, found


def test_what_would_cost_more_than_the_budget_is_refused_with_how_large_it_may_be(
    client: TestClient,
) -> None:
    data = black("JPEG", "RGB", 8000, 8000, progressive=True, subsampling=0)
    response = client.post("/predict", content=data, headers={"content-type": "image/jpeg"})
    most = MAX_PIXELS * 4 // 6
    assert_problem(response, 413, "8,000 x 8,000", f"at most {most:,} are read")
    less = black("JPEG", "RGB", 8000, 8000, progressive=True, subsampling=2)
    response = client.post("/predict", content=less, headers={"content-type": "image/jpeg"})
    assert_problem(response, 422, "blank")


at_y, at_x = np.mgrid[:512, :512]
BUSY = {
    "dots": png(((at_x % 6 < 3) & (at_y % 6 < 3)).astype(np.uint8) * 255),
    "grid": png(((at_x % 8 == 0) | (at_y % 8 == 0)).astype(np.uint8) * 255),
    "noise": png(np.random.default_rng(1).integers(0, 2, (300, 300), np.uint8) * 255),
}


@pytest.mark.parametrize("data", BUSY.values(), ids=list(BUSY))
def test_a_busy_picture_does_not_hold_the_event_loop(tmp_path: Path, data: bytes) -> None:
    found = cost(tmp_path, *[data] * 4)
    assert len(data) < 64 * 1024
    assert set(found.statuses) == {200}, found
    assert found.pause < MOST_PAUSE / 3, found  # it was 0.2 to 0.3 seconds


ZEROS = zlib.compress(bytes(MB - 10))
TEXTS = b"".join(chunk(b"zTXt", b"%d\0\0" % number + ZEROS) for number in range(60))
VALUES = 4_000_000


def tiff_of_many_values() -> bytes:
    """A TIFF of 50 x 50 pixels that gives millions of places where its one strip begins."""
    places = 8 + 2 + 9 * 12 + 4
    tags = [(256, 1, 50), (257, 1, 50), (258, 1, 8), (259, 1, 1), (262, 1, 1)]
    tags += [(273, VALUES, places), (277, 1, 1), (278, 1, 50), (279, 1, 2500)]
    packed = b"".join(struct.pack("<HHII", tag, 4, count, value) for tag, count, value in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + packed + bytes(4)
    return head + b"\x11\x22\x03\0" * VALUES + bytes(3000)


LOADED = {"texts": black_png(100, 100, 8, 0, TEXTS), "values of a tag": tiff_of_many_values()}


@pytest.mark.parametrize("data", LOADED.values(), ids=list(LOADED))
def test_what_a_header_is_loaded_with_is_not_unpacked(tmp_path: Path, data: bytes) -> None:
    found = cost(tmp_path, data)
    assert found.status == 422, found
    assert found.grown < MOST_GROWTH, found
    assert found.pause < MOST_PAUSE, found
