"""Where the files of a data set come from: a directory, the parts of a form, or a stranger's zip.

What macOS, Windows and hidden folders add to a directory is nobody's data: it is left out.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from model.errors import DatasetError

__all__ = ["MOST_MEMBERS", "MOST_UNPACKED", "Directory", "Files", "Parts", "Zip"]

MOST_MEMBERS = 30_000  # files in a zip: an object is made of each
MOST_UNPACKED = 256 * 2**20  # bytes of all of them together
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # of others Python unpacks more than it says
ENTRY = b"PK\1\2"  # begins each member's entry in the directory of a zip file
ENCRYPTED = 1  # a bit of a member's flags
MOST_NAME = 80  # characters of a member's name that an error quotes
OF_A_SYSTEM = {"__MACOSX", "Thumbs.db", "desktop.ini"}


class Files(Protocol):
    """Files by their paths, which have slashes and are relative."""

    @property
    def names(self) -> Sequence[str]:
        """The paths, sorted."""

    def size(self, name: str) -> int:
        """The bytes that `read` gives."""

    def read(self, name: str) -> bytes:
        """The content of one. Raises DatasetError, which names it."""

    def shown(self, name: str) -> str:
        """What an error calls it."""


class Directory:
    """The files in a directory and its folders."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = [each for each in path.rglob("*") if each.is_file()]
        except OSError as error:
            raise _unreadable(str(path), error) from error
        self.names = _of_people(each.relative_to(path).as_posix() for each in found)

    def size(self, name: str) -> int:
        """Its bytes."""
        return (self._path / name).stat().st_size

    def read(self, name: str) -> bytes:
        """The content of one. Raises DatasetError, which names it."""
        try:
            return (self._path / name).read_bytes()
        except OSError as error:
            raise _unreadable(self.shown(name), error) from error

    def shown(self, name: str) -> str:
        """Its whole path."""
        return str(self._path / name)


class Parts:
    """Files that were sent, by name."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self.names = _of_people(parts)

    def size(self, name: str) -> int:
        """Its bytes."""
        return len(self._parts[name])

    def read(self, name: str) -> bytes:
        """The content of one."""
        return self._parts[name]

    def shown(self, name: str) -> str:
        """Its name."""
        return name


class Zip:
    """The files in a zip, which may be anybody's: it is checked before any of it is unpacked.

    Nothing of it is ever written to a disk. Raises DatasetError for one that is damaged, has too
    much in it, or a member that climbs out of it, is a link, or is encrypted; the member is named.
    """

    def __init__(self, data: bytes) -> None:
        if (entries := data.count(ENTRY)) > MOST_MEMBERS:
            raise DatasetError("archive.too_many", found=entries, most=MOST_MEMBERS)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = [member for member in self._zip.infolist() if not member.is_dir()]
        except Exception as error:  # zipfile raises many types on damaged files
            raise DatasetError("archive.not_whole", error=str(error)) from error
        for member in members:
            _check(member)
        if (unpacked := sum(member.file_size for member in members)) > MOST_UNPACKED:
            raise DatasetError("archive.unpacks_to_more", found=unpacked, most=MOST_UNPACKED)
        self._members = {member.filename: member for member in members}
        self.names = _of_people(self._members)

    def size(self, name: str) -> int:
        """Its bytes, unpacked, as the directory says."""
        return self._members[name].file_size

    def read(self, name: str) -> bytes:
        """A member's content, never more than the directory says. Raises DatasetError."""
        member = self._members[name]
        try:
            with self._zip.open(member) as file:
                content = file.read(member.file_size)
                file.read(1)  # at the end, the checksum is compared
        except Exception as error:  # decompressors raise many types on damaged files
            raise DatasetError(
                "archive.member_damaged", member=self.shown(name), error=str(error)
            ) from error
        return content

    def shown(self, name: str) -> str:
        """Its path in the zip."""
        return name[:MOST_NAME]


def _check(member: zipfile.ZipInfo) -> None:
    path, kind = PurePosixPath(member.orig_filename), stat.S_IFMT(member.external_attr >> 16)
    name = member.orig_filename
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise DatasetError("archive.climbs", member=name[:MOST_NAME])
    if kind not in (0, stat.S_IFREG):
        raise DatasetError("archive.link", member=name[:MOST_NAME])
    if member.flag_bits & ENCRYPTED:
        raise DatasetError("archive.encrypted", member=name[:MOST_NAME])
    if member.compress_type not in METHODS:
        raise DatasetError("archive.method", member=name[:MOST_NAME])


def _of_people(names: Iterable[str]) -> list[str]:
    """The names, sorted, without what systems add: `._x`, `.DS_Store`, `__MACOSX/…`."""
    return sorted(
        name
        for name in names
        if not any(part.startswith(".") or part in OF_A_SYSTEM for part in name.split("/"))
    )


def _unreadable(path: str, error: OSError) -> DatasetError:
    return DatasetError("archive.unreadable", path=path, error=error.strerror or str(error))
