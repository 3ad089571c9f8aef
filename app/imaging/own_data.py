"""Own data from whatever files there are: IDX files, or pictures in folders."""

from __future__ import annotations

from collections.abc import Sequence

from app.imaging.labelled_pictures import read_pictures
from model.data.files import Files
from model.data.idx_files import has_idx_files, read_idx_files
from model.data.own import Orientation, OwnData, class_names, make_ready
from model.errors import DatasetError
from model.serialization.checkpoint import pretrained

__all__ = ["read_own_data"]


def read_own_data(
    files: Files, classes: Sequence[str] = (), orientation: Orientation = "auto"
) -> OwnData:
    """Read, check and prepare a data set. `classes` names the labels of IDX files.

    Raises DatasetError, which says in a sentence what is wrong and which file it is about.
    """
    named: tuple[str, ...] = ()
    if has_idx_files(files):
        named = class_names(classes) if classes else ()
        train, test = read_idx_files(files)
        found = None
    else:
        found = read_pictures(files)
        if classes:
            folders = list(found.classes) or list("0123456789")
            raise DatasetError("dataset.folders_name", names=folders)
        train, test = found.train, found.test
    return make_ready(
        train,
        test,
        pretrained(),
        classes=found.classes if found else named,
        orientation=orientation,
        notices=found.notices if found else (),
    )
