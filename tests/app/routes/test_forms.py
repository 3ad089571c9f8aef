import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadRequest
from app.routes.forms import MOST_HEAD, MOST_PARTS, read_form

KIND = "multipart/form-data; boundary=XX"


def body(*parts: tuple[str, bytes], end: bytes = b"--XX--\r\n") -> bytes:
    heads = [f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n' for name, _ in parts]
    return b"".join(h.encode() + v + b"\r\n" for h, (_, v) in zip(heads, parts, strict=True)) + end


def test_parts_come_by_name() -> None:
    form = read_form(KIND, body(("image", b"\x89PNG"), ("label", b"7")))
    assert form.parts == {"image": b"\x89PNG", "label": b"7"}
    assert form.text("label") == "7"
    assert form.text("missing") is None


@given(st.binary().filter(lambda value: b"\r\n--XX" not in b"\r\n" + value))
def test_bytes_arrive_unchanged(value: bytes) -> None:
    assert read_form(KIND, body(("image", value))).parts["image"] == value


def test_a_file_name_is_not_the_parts_name() -> None:
    data = (
        b'--XX\r\nContent-Disposition: form-data; filename="name=x"; name=image\r\n\r\n1\r\n--XX--'
    )
    assert read_form(KIND, data).parts == {"image": b"1"}


def test_what_a_file_name_says_is_not_a_parameter() -> None:
    data = (
        b'--XX\r\nContent-Disposition: form-data; filename="a\\"; name=x"; Name="image"\r\n\r\n1'
        b"\r\n--XX--"
    )
    assert read_form(KIND, data).parts == {"image": b"1"}


def test_a_name_may_be_empty_and_the_last_of_two_counts() -> None:
    assert read_form(KIND, body(("", b"1"))).parts == {"": b"1"}
    assert read_form(KIND, body(("a", b"1"), ("a", b"2"))).parts == {"a": b"2"}


def test_names_that_come_twice_and_file_names_are_told() -> None:
    form = read_form(KIND, body(("a", b"1"), ("b", b"2"), ("a", b"3")))
    assert form.repeated == ["a"]
    data = b'--XX\r\nContent-Disposition: form-data; name=a; filename="x y.zip"\r\n\r\n1\r\n--XX--'
    assert read_form(KIND, data).files == {"a": "x y.zip"}


def test_as_many_parts_as_allowed_are_read() -> None:
    parts = [(f"f{i}", b"%d" % i) for i in range(MOST_PARTS)]
    assert read_form(KIND, body(*parts)).parts == dict(parts)


def test_a_quoted_boundary_and_a_preamble_are_understood() -> None:
    form = read_form('multipart/form-data; boundary="XX"', b"hello\r\n" + body(("a", b"1")))
    assert form.parts == {"a": b"1"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        body(("a", b"1"), end=b""),
        body(("a", b"1"))[:30],
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n--XX--',
        b'--XX\r\nContent-Type: text/plain; name="a"\r\n\r\n1\r\n--XX--',
        b"--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--",
        b'--XX\r\nContent-Disposition: form-data; name="a\r\n\r\n1\r\n--XX--',
        body(("a" * MOST_HEAD, b"1")),
    ],
    ids=[
        "empty",
        "no end",
        "cut off",
        "no blank line",
        "no disposition",
        "no name",
        "name without an end",
        "name too long",
    ],
)
def test_a_damaged_form_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest, match="damaged"):
        read_form(KIND, data)


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(BadRequest, match=str(MOST_PARTS)):
        read_form(KIND, body(*[(f"f{i}", b"") for i in range(MOST_PARTS + 1)]))


def test_a_text_field_must_be_text() -> None:
    with pytest.raises(BadRequest, match="label"):
        read_form(KIND, body(("label", b"\xff"))).text("label")


def test_a_large_form_is_not_copied_more_than_once() -> None:
    data = body(("image", bytes(20_000_000)))
    tracemalloc.start()
    read_form(KIND, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * len(data)


@pytest.mark.parametrize("data", [b"---XX--XX--", b"x--XX--", b"\n--XX--", b"--X\r\n--X--"])
def test_a_boundary_begins_a_line(data: bytes) -> None:
    with pytest.raises(BadRequest):
        read_form(KIND, data)
