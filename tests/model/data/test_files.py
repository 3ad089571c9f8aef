import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model.data import files
from model.data.files import Directory, Parts, Zip
from model.errors import DatasetError
from tests.shapes import zip_of


def with_member(**about: int) -> bytes:
    """A zip whose one member's entry has these attributes."""
    content, member = io.BytesIO(), zipfile.ZipInfo("a/1.png")
    for name, value in about.items():
        setattr(member, name, value)
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(member, b"there")
    return content.getvalue()


def encrypted() -> bytes:
    data = bytearray(zip_of({"a/1.png": b"x"}))
    data[data.index(b"PK\1\2") + 8] |= 1  # the flags of its entry
    return bytes(data)


def test_members_are_read_without_what_systems_add() -> None:
    sent = {"b/2": b"2", "a/1": b"1", "a/._1": b"x", "__MACOSX/a/1": b"x", "a/Thumbs.db": b"x"}
    archive = Zip(zip_of(sent))
    assert archive.names == ["a/1", "b/2"]
    assert archive.read("b/2") == b"2"
    assert Parts(sent).names == archive.names


def test_a_directory_is_read_with_its_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes(b"there")
    (tmp_path / ".hidden").write_bytes(b"x")
    directory = Directory(tmp_path)
    assert directory.names == ["a/1.png"]
    assert directory.read("a/1.png") == b"there"
    assert directory.shown("a/1.png") == str(tmp_path / "a" / "1.png")


@pytest.mark.parametrize(
    "name", ["../up.png", "a/../../up.png", "/etc/passwd", "C:\\up.png", "a\\..\\up.png"]
)
def test_a_path_that_climbs_is_refused_by_name(name: str) -> None:
    with pytest.raises(DatasetError, match="leads out of the zip") as refused:
        Zip(zip_of({name: b"x", "a/1.png": b"x"}))
    assert repr(name) in str(refused.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"", "not a whole zip"),
        (lambda: b"PK\3\4 and no more", "not a whole zip"),
        (lambda: zip_of({"a/1.png": b"x"})[:-30], "not a whole zip"),
        (lambda: with_member(external_attr=0o120777 << 16), "'a/1.png' is a link"),
        (lambda: with_member(external_attr=0o020666 << 16), "'a/1.png' is a link or a device"),
        (lambda: with_member(compress_type=zipfile.ZIP_LZMA), "packed by a method"),
        (encrypted, "'a/1.png' is encrypted"),
    ],
)
def test_what_a_stranger_may_send_is_refused_with_a_sentence(
    make: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        Zip(make())


def test_a_bomb_is_told_by_what_its_directory_says_and_never_unpacks_to_more() -> None:
    bomb = zip_of({f"a/{number}.png": bytes(2**25) for number in range(9)})
    assert len(bomb) < 2**19
    with pytest.raises(DatasetError, match="unpacks to 301,989,888 bytes"):
        Zip(bomb)
    lying = bytearray(zip_of({"a/1.png": bytes(2**25)}))
    at = lying.index(b"PK\1\2") + 24  # the size that its entry tells
    lying[at : at + 4] = (99).to_bytes(4, "little")
    with pytest.raises(DatasetError, match=r"'a/1.png' cannot be unpacked"):
        Zip(bytes(lying)).read("a/1.png")


def test_more_members_than_are_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_MEMBERS", 2)
    with pytest.raises(DatasetError, match="3 files in it, at most 2"):
        Zip(zip_of({"a/1": b"", "a/2": b"", "a/3": b""}))


def test_a_damaged_member_is_named() -> None:
    data = bytearray(zip_of({"a/1.png": b"there" * 9}))
    data[40] ^= 255
    with pytest.raises(DatasetError, match=r"'a/1.png' cannot be unpacked"):
        Zip(bytes(data)).read("a/1.png")
