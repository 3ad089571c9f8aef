"""Damaged pictures of every format, and some that lie about their size or unpack to much."""

from __future__ import annotations

import base64
import functools
import io
import json
import struct
import zlib
from random import Random

import numpy as np
from PIL import Image

from benchmarks.fuzzing.cases import Case, form, request
from benchmarks.fuzzing.damage import EDGES, damaged, size

__all__ = ["case"]

PATHS = [
    "/predict",
    "/predict?details=true",
    "/predict?digits=many",
    "/predict?model=pixels",
    "/gradients?label=1",
    "/gradients?label=1&format=npz",
]
KINDS = ["png", "jpeg", "webp", "gif", "bmp", "tiff", "x-icon", "jp2", "svg+xml", "*", ""]


@functools.cache
def originals() -> dict[str, bytes]:
    """A seven in each format and mode, by name."""
    ink = np.zeros((56, 48), np.uint8)
    ink[10:16, 10:38] = 255
    for row in range(16, 46):
        ink[row, 36 - row // 3 : 42 - row // 3] = 255
    grey = Image.fromarray(ink)
    rgb = Image.merge("RGB", [grey, Image.eval(grey, lambda v: 255 - v), grey])
    turned = Image.Exif()
    turned[274] = 6
    deep = Image.fromarray(ink.astype(np.uint16) * 257)
    made: dict[str, bytes] = {}

    def add(name: str, image: Image.Image, kind: str, **options: object) -> None:
        file = io.BytesIO()
        image.save(file, kind, **options)
        made[name] = file.getvalue()

    for mode in ("L", "RGB", "P", "1", "RGBA", "LA"):
        add(f"png {mode}", rgb.convert(mode), "PNG")
    add("png 16", deep, "PNG")
    add("png exif", rgb, "PNG", exif=turned)
    add("jpeg", rgb, "JPEG", exif=turned, quality=70)
    add("jpeg L progressive", grey, "JPEG", progressive=True)
    add("jpeg CMYK", rgb.convert("CMYK"), "JPEG")
    add("webp", rgb, "WEBP", quality=60)
    add("webp lossless", rgb.convert("RGBA"), "WEBP", lossless=True)
    add("webp moving", rgb, "WEBP", save_all=True, append_images=[grey.convert("RGB")] * 2)
    add("gif", grey, "GIF")
    add("gif moving", grey, "GIF", save_all=True, append_images=[rgb.convert("L")] * 3)
    add("bmp", rgb, "BMP")
    add("bmp 1", grey.convert("1"), "BMP")
    for packed in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        add(f"tiff {packed}", rgb, "TIFF", compression=packed)
    add("tiff group4", grey.convert("1"), "TIFF", compression="group4")
    add("tiff 16", deep, "TIFF")
    add("tiff pages", rgb, "TIFF", save_all=True, append_images=[grey, rgb])
    for kind in ("ICO", "TGA", "PPM", "JPEG2000", "PCX", "PDF", "EPS", "ICNS", "DDS", "SGI"):
        add(kind.lower(), rgb, kind)
    made["svg"] = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9"/></svg>'
    return made


def ordinary() -> bytes:
    """A picture that is fine."""
    return originals()["png RGB"]


def case(rng: Random) -> Case:
    """One picture, sent in one of the ways that the API takes them."""
    label, data = picture(rng)
    path = rng.choice(PATHS)
    match rng.randrange(5):
        case 0:
            body, kind = form(("image", data), ("label", b"1"))
        case 1:
            body, kind = data, f"image/{rng.choice(KINDS)}"
        case 2:
            text = base64.b64encode(data).decode()
            if rng.random() < 0.3:
                text = f"data:image/{rng.choice(KINDS)};base64,{text}"
            body, kind = json.dumps({"image": text, "label": 1}).encode(), "application/json"
            path = path.replace("label=1&", "").replace("?label=1", "")
        case 3:
            body, kind = data, "application/octet-stream"
        case _:
            body, kind = form(("label", b"1"), ("image", data))
    return Case(f"{label}, {path}", (request("POST", path, body, kind),))


def picture(rng: Random) -> tuple[str, bytes]:
    """What it is, and its bytes."""
    name, data = rng.choice(list(originals().items()))
    chance = rng.random()
    if chance < 0.007:
        return large_png(rng)
    if chance < 0.01:
        return large_picture(rng)
    if chance < 0.25:
        name, data = rng.choice([item for item in originals().items() if item[0][:3] == "png"])
        return f"{name}, other chunks", other_chunks(rng, data)
    if chance < 0.32:
        return f"{name}, another size", other_size(rng, data)
    other = rng.choice(list(originals().values()))
    return f"{name}, damaged", damaged(rng, data, other)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG's chunk with the checksum that belongs to it."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def other_chunks(rng: Random, png: bytes) -> bytes:
    """Chunks damaged, dropped, doubled, mixed, or new, with checksums that hold."""
    chunks, place = [], 8
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += 12 + length
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(chunks))
        kind, data = chunks[at]
        match rng.randrange(6):
            case 0 | 1:
                chunks[at] = (kind, damaged(rng, data))
            case 2:
                chunks.insert(at, rng.choice(chunks))
            case 3 if len(chunks) > 1:
                del chunks[at]
            case 4:
                rng.shuffle(chunks)
            case _:
                fresh = zlib.compress(bytes(size(rng, 20_000_000)))
                kind = rng.choice((b"iCCP", b"zTXt", b"iTXt", b"eXIf", b"tRNS", b"PLTE", b"acTL"))
                before = {b"iCCP": b"a\0\0", b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0"}
                chunks.insert(at, (kind, before.get(kind, b"") + fresh))
    return png[:8] + b"".join(chunk(kind, data) for kind, data in chunks)


def other_size(rng: Random, data: bytes) -> bytes:
    """The width or the height replaced wherever the file has it as a number."""
    mutable = bytearray(data)
    for value in (48, 56):
        for shape in (">I", "<I", ">H", "<H"):
            place = mutable.find(struct.pack(shape, value))
            if place >= 0 and rng.random() < 0.6:
                fresh = rng.choice((*EDGES, 5000, 8192, 20000))
                struct.pack_into(shape, mutable, place, fresh % 256 ** struct.calcsize(shape))
    if mutable[:4] == b"\x89PNG":
        mutable[29:33] = struct.pack(">I", zlib.crc32(mutable[12:29]))
    return bytes(mutable)


def large_png(rng: Random) -> tuple[str, bytes]:
    """Few bytes that unpack to many pixels, or to fewer than they say."""
    side = rng.choice((2000, 4000, 7000, 8192, 8193, 30000, 2**31 - 1))
    width, height = rng.choice(((side, side), (side, 1), (1, side), (side, 64 * 2**20 // side)))
    depth, colour = rng.choice(((1, 0), (8, 0), (16, 0), (8, 2), (16, 2), (8, 6), (16, 6), (8, 3)))
    channels = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    row = 1 + -(-width * channels * depth // 8)
    rows = min(height, max(60_000_000 // row, 1)) if rng.random() < 0.5 else rng.randint(0, 20)
    packed = zlib.compress(bytes(min(row * rows, 60_000_000)), 1)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, rng.randrange(2))
    palette = chunk(b"PLTE", bytes(range(6))) if colour == 3 else b""
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette
    label = f"png {width}x{height}, {depth} bits, colour {colour}"
    return label, data + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def large_picture(rng: Random) -> tuple[str, bytes]:
    """A whole picture of many pixels, in a format that packs it well."""
    side = rng.choice((1500, 3000, 5000))
    grey = Image.new("L", (side, side), rng.choice((0, 255)))
    grey.paste(255 - grey.getpixel((0, 0)), (side // 2, side // 5, side // 2 + side // 9, side))
    kind = rng.choice(("JPEG", "WEBP", "GIF", "TIFF", "PNG"))
    mode = rng.choice(("L", "RGB")) if kind != "WEBP" else "RGB"
    file = io.BytesIO()
    options = {"compression": "tiff_adobe_deflate"} if kind == "TIFF" else {}
    grey.convert(mode).save(file, kind, **options)
    return f"{kind.lower()} {side}x{side} {mode}", file.getvalue()
