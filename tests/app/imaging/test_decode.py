import contextlib
import io
import math
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from app.errors import Invalid, TooLarge, UnsupportedMedia
from app.imaging import decode, header
from app.imaging.grey import WORK_SIDE
from model.data.idx import load_mnist_part
from model.errors import BlankImageError
from model.preprocessing import normalize


def encode(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_mnist_part("test")[0].reshape(-1, 28, 28)


@pytest.fixture(scope="module")
def seven(digits: np.ndarray) -> np.ndarray:
    """The first test image, drawn 280 pixels wide with smooth edges."""
    return np.asarray(Image.fromarray(digits[0]).resize((280, 280), Image.Resampling.BICUBIC))


def expect_same(data: bytes, drawing: np.ndarray, tolerance: float = 6) -> None:
    """The upload comes to the same 28x28 as the drawing, but for a mean grey difference."""
    found = normalize.to_mnist(decode.read_grey(data)).astype(float)
    assert np.abs(found - normalize.to_mnist(drawing)).mean() < tolerance


def test_mnist_images_pass_unchanged_black_on_white_too(digits: np.ndarray) -> None:
    for digit in digits[:1000]:
        for picture in (digit, 255 - digit):
            data = encode(Image.fromarray(picture), compress_level=1)
            assert np.array_equal(normalize.to_mnist(decode.read_grey(data)), digit)


def test_mnist_images_with_ink_at_the_edge_pass_unchanged(digits: np.ndarray) -> None:
    inside = digits[:, 1:-1, 1:-1].sum(axis=(1, 2), dtype=int)
    at_edge = digits[digits.sum(axis=(1, 2), dtype=int) > inside]
    assert len(at_edge) > 50
    for digit in at_edge:
        data = encode(Image.fromarray(digit))
        assert np.array_equal(normalize.to_mnist(decode.read_grey(data)), digit)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("GIF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"quality": 60}),
        ("JPEG", {"quality": 90}),
        ("JPEG", {"quality": 30}),
    ],
)
def test_every_format_gives_the_same_digit(seven: np.ndarray, kind: str, options: dict) -> None:
    expect_same(encode(Image.fromarray(255 - seven), kind, **options), seven)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_every_mode_gives_the_same_digit(seven: np.ndarray, mode: str) -> None:
    dark = 255 - seven
    if mode == "I;16":
        picture = Image.fromarray(dark.astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(dark).convert(mode)
    kind = "TIFF" if mode in ("CMYK", "F", "I") else "PNG"
    expect_same(encode(picture, kind), seven, tolerance=10)


@pytest.mark.parametrize("grey", [0, 255, 90])
def test_transparent_paper_takes_ink_of_any_colour(seven: np.ndarray, grey: int) -> None:
    picture = Image.new("LA", (280, 280), (grey, 0))
    picture.putalpha(Image.fromarray(seven))
    expect_same(encode(picture), seven, tolerance=1)


def test_opaque_picture_with_transparent_corners_is_not_taken_for_ink(seven: np.ndarray) -> None:
    alpha = np.full((280, 280), 255, np.uint8)
    for y, x in ((slice(0, 40), slice(0, 40)), (slice(240, 280), slice(240, 280))):
        alpha[y, x] = 0
    picture = Image.fromarray(255 - seven).convert("LA")
    picture.putalpha(Image.fromarray(alpha))
    expect_same(encode(picture), seven, tolerance=1)


def test_palette_with_a_transparent_colour_is_flattened(seven: np.ndarray) -> None:
    """Ink and paper are both black: they differ in the transparency alone."""
    picture = Image.fromarray((seven > 127).astype(np.uint8), "P")
    picture.putpalette([0, 0, 0, 0, 0, 0])
    expect_same(encode(picture, transparency=0), seven, tolerance=10)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_transparent_colour_is_flattened_too(seven: np.ndarray, mode: str) -> None:
    """Ink one step from the paper's black: it is found only where that is taken out."""
    ink = (seven > 127).astype(np.uint8)
    picture = Image.fromarray(ink).convert(mode)
    data = encode(picture, transparency=0 if mode == "L" else (0, 0, 0))
    grey, _ = decode.decode(data)
    assert np.array_equal(grey, np.where(ink, 1, 255))
    expect_same(data, seven, tolerance=10)


def test_lightness_alone_is_read_of_a_lab_picture(seven: np.ndarray) -> None:
    """Read as colours, a* and b* would blot out the digit."""
    noise = np.random.default_rng(0).integers(0, 256, (2, 280, 280)).astype(np.uint8)
    bands = [Image.fromarray(band) for band in (255 - seven, *noise)]
    grey, _ = decode.decode(encode(Image.merge("LAB", bands), "TIFF"))
    assert np.array_equal(grey, 255 - seven)


def deep(values: list[float], kind: type = np.uint16) -> list[int]:
    """What a row of 16-bit or float values is decoded to."""
    picture = Image.fromarray(np.array([values] * 4, kind))
    grey, _ = decode.decode(encode(picture, "TIFF"))
    return [int(value) for value in grey[0]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 257, 128 * 257, 65535], [0, 1, 128, 255]),  # all 16 bits
        ([0, 257, 4369, 20 * 257], [0, 1, 17, 20]),  # all 16 bits, of a dark picture
        ([0, 2048, 4095, 1024], [0, 128, 255, 64]),  # 12 bits: the range in use is stretched
        ([0, 2048, 4096, 1024], [0, 8, 16, 4]),  # from here on it counts as 16 bits
        ([0, 1, 100, 255], [0, 1, 100, 255]),  # 8 bits, kept in 16
        ([0, 1, 100, 256], [0, 1, 100, 255]),  # one more than 8 bits: stretched
        ([0, 1, 1, 0], [0, 255, 255, 0]),  # black and white
    ],
)
def test_sixteen_bits_are_scaled_by_what_they_hold(
    values: list[float], expected: list[int]
) -> None:
    assert deep(values) == expected


def test_floats_are_scaled_by_their_range_and_what_is_no_number_is_black() -> None:
    assert deep([0.0, 0.25, 0.5, 1.0], np.float32) == [0, 64, 128, 255]
    assert deep([-1.0, 0.0, 0.5, 1.0], np.float32) == [0, 128, 191, 255]
    assert deep([np.nan, np.inf, 0.5, 1.0], np.float32) == [0, 0, 128, 255]


def test_a_large_sixteen_bit_picture_is_reduced_by_means() -> None:
    values = np.zeros((4, 1700), np.uint16)
    values[:, ::3] = 65535  # a third of each block of three
    grey, _ = decode.decode(encode(Image.fromarray(values), "TIFF"))
    assert grey.shape == (1, 566)
    assert np.unique(grey).tolist() == [85]


@pytest.mark.parametrize(("tag", "quarter_turns"), [(3, 2), (6, 1), (8, 3)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_turn_is_undone(seven: np.ndarray, kind: str, tag: int, quarter_turns: int) -> None:
    exif = Image.Exif()
    exif[decode.ORIENTATION] = tag
    stored = Image.fromarray(np.rot90(255 - seven, quarter_turns))
    expect_same(encode(stored, kind, exif=exif), seven)


def test_first_frame_of_an_animation_counts(seven: np.ndarray) -> None:
    box = Image.new("L", (280, 280), 0)
    data = encode(Image.fromarray(255 - seven), "GIF", save_all=True, append_images=[box])
    expect_same(data, seven)


def test_twelve_bit_values_in_sixteen_bits_are_stretched(seven: np.ndarray) -> None:
    picture = Image.fromarray(seven.astype(np.uint16) * 16)
    expect_same(encode(picture), seven, tolerance=1)


def test_ink_as_bright_as_its_paper_is_found_by_colour(seven: np.ndarray) -> None:
    """Red on green of the same luma."""
    rgb = np.empty((280, 280, 3), np.uint8)
    rgb[:] = (0, 110, 60)
    rgb[seven > 127] = (220, 10, 60)
    expect_same(encode(Image.fromarray(rgb)), seven, tolerance=10)


def test_large_photo_is_decoded_small(seven: np.ndarray) -> None:
    large = Image.fromarray(255 - seven).resize((4000, 4000))
    grey, lossy = decode.decode(encode(large, "JPEG", quality=80))
    assert lossy
    assert max(grey.shape) <= 2 * WORK_SIDE
    expect_same(encode(large, "JPEG", quality=80), seven, tolerance=10)


def claimed_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def test_enormous_picture_is_refused_from_its_header() -> None:
    data = claimed_png(20_000, 20_000)
    assert math.prod(header.size(data)) == 400_000_000
    with pytest.raises(TooLarge, match=r"20,000 x 20,000 pixels; at most 67,108,864"):
        decode.read_grey(data)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", Invalid, "empty"),
        (b"hello, world", UnsupportedMedia, r"not a picture\. Send a PNG"),
        (b"%PDF-1.7 ...", UnsupportedMedia, "not a picture"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 90, UnsupportedMedia, "Save it as JPEG"),
        (b"RIFF\0\0\0\0WAVEfmt ", UnsupportedMedia, "not a picture"),
        (b"\x89PNG\r\n\x1a\n", Invalid, "PNG file is damaged or cut off"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, Invalid, "JPEG file is damaged or cut off"),
        (b"BM" + b"\xff" * 60, Invalid, "BMP file is damaged or cut off"),
        (b"GIF89a", Invalid, "GIF file is damaged or cut off"),
        (b"II*\0\xff\xff\xff\xff", Invalid, "TIFF file is damaged or cut off"),
        (claimed_png(500, 500), Invalid, "PNG file is damaged or cut off"),
    ],
)
def test_unreadable_upload_is_refused_with_what_to_do(
    data: bytes, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        decode.read_grey(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_file_cut_off_anywhere_is_read_or_refused(seven: np.ndarray, kind: str) -> None:
    data = encode(Image.fromarray(255 - seven), kind)
    for end in range(0, len(data), max(1, len(data) // 60)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about TIFFs that end early
            with contextlib.suppress(Invalid, UnsupportedMedia):  # anything else is our fault
                decode.read_grey(data[:end])


@pytest.mark.parametrize("grey", [0, 255, 128])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_empty_sheet_is_blank(grey: int, kind: str) -> None:
    data = encode(Image.new("L", (200, 300), grey), kind)
    with pytest.raises(BlankImageError):
        normalize.to_mnist(decode.read_grey(data))


def test_wholly_transparent_picture_is_blank() -> None:
    data = encode(Image.new("RGBA", (64, 64), (0, 0, 0, 0)))
    with pytest.raises(BlankImageError):
        normalize.to_mnist(decode.read_grey(data))


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (2, 2), (3, 5000)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_tiny_and_thin_pictures_are_no_fault_of_ours(size: tuple[int, int], kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    found = decode.read_grey(encode(Image.fromarray(noise), kind))
    assert found.dtype == np.uint8
    assert found.ndim == 2


def test_stages_lead_from_the_picture_to_the_input(seven: np.ndarray) -> None:
    made = decode.stages(encode(Image.fromarray(255 - seven)))
    assert list(made) == ["grey", "ink", "small", "input"]
    assert np.array_equal(made["grey"], 255 - seven)
    top, bottom, left, right = normalize.bounding_box(seven)
    assert np.array_equal(made["ink"], seven[top:bottom, left:right])
    assert made["small"].shape == (20, 20)
    assert np.array_equal(made["input"], normalize.to_mnist(seven))


def test_png_of_a_stage_can_be_read_back(seven: np.ndarray) -> None:
    with Image.open(io.BytesIO(decode.png(seven))) as picture:
        assert np.array_equal(np.asarray(picture), seven)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_pixels_are_counted_from_the_header(kind: str) -> None:
    assert header.size(encode(Image.new("L", (123, 45)), kind)) == (123, 45)


def test_a_jpeg_of_several_scans_is_expected_to_keep_all_coefficients() -> None:
    picture = Image.new("RGB", (600, 800), "white")
    plain, grey = encode(picture, "JPEG"), encode(picture.convert("L"), "JPEG")
    assert header.memory(plain) == header.memory(grey) == 600 * 800 // 4
    assert header.memory(encode(picture, "JPEG", progressive=True)) > 600 * 800
    scan = plain.index(b"\xff\xda")
    one_of_three = plain[:scan] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(99)
    assert header.memory(one_of_three) > 600 * 800
