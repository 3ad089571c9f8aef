"""Pictures in folders named for what they show, as images with labels.

`coat/1.png`, or `train/coat/1.png` and `test/coat/2.png`, in whatever folder around. Where every
picture is 28x28 they are taken as they are; otherwise each is cropped to its ink, scaled and
centred, as what is drawn on the page is, so that both look alike to a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.errors import ProblemError, TooLarge
from app.imaging.decode import decode, read_grey
from app.imaging.header import open_picture
from app.pools import heed
from model.data.files import Files
from model.data.idx_files import CLASSES, LabelledImages
from model.data.own import class_names
from model.errors import ByhandError, DatasetError
from model.messages import Message
from model.preprocessing.normalize import SIDE, to_mnist

__all__ = ["Pictures", "read_pictures"]

Grey = npt.NDArray[np.uint8]

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
MOST_BYTES = 8 * 2**20  # of one picture's file
MOST_PIXELS = 2**22  # of one picture: nobody needs more for 28x28
MOST_INKED = 5000  # pictures whose ink is looked for: some 10 ms each
NAMED = 5  # classes that an error names


class Pictures(NamedTuple):
    """The training part, the test part if there is one, the classes' names, what was noticed.

    Folders that are called 0 to 9 are digits, which have no other names.
    """

    train: LabelledImages
    test: LabelledImages | None
    classes: tuple[str, ...]
    notices: list[Message]


class _Member(NamedTuple):
    name: str
    part: str | None  # "train", "test", or None where there are no such folders
    folder: str


def read_pictures(files: Files) -> Pictures:
    """Read every picture. Raises DatasetError, which names the file that it is about."""
    members = _members(files)
    names = sorted({member.folder for member in members})
    if len(names) > CLASSES:
        shown = names[:NAMED]
        raise DatasetError("dataset.too_many_classes", found=len(names), names=shown, most=CLASSES)
    digits = all(name in "0123456789" for name in names)
    labels = {name: int(name) if digits else label for label, name in enumerate(names)}
    if not digits and len(names) > 1:
        class_names(names)
    plain = all(_size(files, member) == (SIDE, SIDE) for member in members)
    if not plain and len(members) > MOST_INKED:
        raise DatasetError("dataset.too_many_pictures", found=len(members), most=MOST_INKED)

    def part(which: str) -> LabelledImages:
        mine = [member for member in members if (member.part or "train") == which]
        images = np.empty((len(mine), SIDE * SIDE), np.uint8)
        for row, member in enumerate(mine):
            images[row] = _pixels(files, member, plain).ravel()
        return images, np.array([labels[member.folder] for member in mine], np.uint8)

    test = part("test") if any(member.part == "test" for member in members) else None
    notice = Message("dataset.plain" if plain else "dataset.inked")
    return Pictures(part("train"), test, () if digits else tuple(names), [notice])


def _members(files: Files) -> Sequence[_Member]:
    """The pictures, and what lies among them. Raises DatasetError for one that has no label."""
    pictures = [name for name in files.names if PurePosixPath(name).suffix.lower() in ENDINGS]
    folders = {PurePosixPath(name).parent for name in pictures}
    members = list(_placed(name for name in files.names if PurePosixPath(name).parent in folders))
    if not any(member.part != "test" for member in members):
        raise DatasetError("dataset.nothing")
    if any(member.part for member in members):
        for member in members:
            if member.part is None:
                raise DatasetError("dataset.two_layouts", member=files.shown(member.name))
    return members


def _placed(names: Iterator[str]) -> Iterator[_Member]:
    for name in names:
        *above, folder = PurePosixPath(name).parts[:-1] or ("",)
        if not folder or folder.lower() in PARTS:
            raise DatasetError("dataset.loose_picture", member=name)
        yield _Member(name, PARTS.get(above[-1].lower()) if above else None, folder)


def _size(files: Files, member: _Member) -> tuple[int, int]:
    heed()
    if (found := files.size(member.name)) > MOST_BYTES:
        values = {"member": files.shown(member.name), "found": found, "most": MOST_BYTES}
        raise DatasetError("dataset.large_file", **values)
    try:
        with open_picture(files.read(member.name)) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise TooLarge(
                    "image.too_many_pixels", width=width, height=height, most=MOST_PIXELS
                )
            return width, height
    except ProblemError as error:
        raise _unusable(files, member, error) from error


def _pixels(files: Files, member: _Member, plain: bool) -> Grey:
    heed()
    try:
        data = files.read(member.name)
        return decode(data)[0] if plain else to_mnist(read_grey(data))
    except DatasetError:
        raise
    except (ProblemError, ByhandError) as error:
        raise _unusable(files, member, error) from error


def _unusable(files: Files, member: _Member, error: ProblemError | ByhandError) -> DatasetError:
    shown = files.shown(member.name)
    return DatasetError("dataset.no_picture", member=shown, problem=error.message)
