"""Own data from whatever files there are: IDX files, or pictures in folders."""

from __future__ import annotations

from collections.abc import Sequence

from app.imaging.labelled_pictures import read_pictures
from model.data.files import Files
from model.data.idx_files import has_idx_files, read_idx_files
from model.data.own import Orientation, OwnData, class_names, make_ready
from model.serialization.checkpoint import pretrained

__all__ = ["read_own_data"]


def read_own_data(
    files: Files, classes: Sequence[str] = (), orientation: Orientation = "auto"
) -> OwnData:
    """Read, check and prepare a data set. `classes` names the labels, instead of the folders.

    Raises DatasetError, which says in a sentence what is wrong and which file it is about.
    """
    named = class_names(classes) if classes else ()
    if has_idx_files(files):
        train, test = read_idx_files(files)
        found = None
    else:
        found = read_pictures(files)
        train, test = found.train, found.test
    return make_ready(
        train,
        test,
        pretrained(),
        classes=named or (found.classes if found else ()),
        orientation=orientation,
        notices=found.notices if found else (),
    )
