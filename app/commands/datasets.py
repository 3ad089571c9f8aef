"""`byhand datasets …`, and the data set that `byhand train --dataset` names."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, Self

from rich.console import Console
from rich.table import Column, Table

from app.commands.environment import open_store, settings
from app.commands.errors import CommandError
from app.commands.remote import Server
from app.errors import NotFound
from app.imaging.own_data import read_own_data
from app.schemas.datasets import DatasetInfo
from app.store import datasets
from model.data.files import Directory, Files, Zip
from model.data.idx import Dataset
from model.data.own import ORIENTATIONS, Orientation, OwnData

__all__ = ["Datasets", "dataset_of"]

PAGE = 100  # data sets in one query
PATIENCE = 300.0  # seconds for a server to read one


def dataset_of(console: Console, where: str) -> Dataset:
    """The data set in a directory or a zip, whose notices are printed, or of the local store.

    Raises CommandError for what is neither.
    """
    path = Path(where)
    if path.exists():
        own = _read(path, (), "auto")
        _print_notices(console, [str(notice) for notice in own.notices])
        return own.dataset
    if path.name == where:
        try:
            with open_store(settings()).read() as session:
                return datasets.load(session, where)
        except NotFound:
            pass
    raise CommandError("dataset.not_there", exit_code=2, path=where)


class DatasetBackend(Protocol):
    """Access to stored data sets. One is the dict that GET /datasets lists."""

    def all(self) -> Iterator[dict[str, Any]]: ...
    def get(self, id: str) -> dict[str, Any]: ...
    def add(self, path: Path, name: str, classes: str, orientation: str) -> dict[str, Any]: ...
    def delete(self, id: str) -> None: ...
    def close(self) -> None: ...


class Datasets:
    """The commands, on the server at `url` or, without one, on the local store."""

    def __init__(self, url: str | None, api_key: str | None = None) -> None:
        self._backend: DatasetBackend = (
            LocalBackend() if url is None else ServerBackend(url, api_key)
        )
        self._console = Console(highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._backend.close()

    def list(self, as_json: bool) -> None:
        """Print the data sets as a table, or as JSON with one object per line."""
        if as_json:
            for each in self._backend.all():
                print(json.dumps(each, ensure_ascii=False))
            return
        table = Table(Column("id", no_wrap=True), "name", "classes")
        for part in ("training", "validation", "test"):
            table.add_column(part, justify="right")
        for each in self._backend.all():
            parts = (each[f"{part}_examples"] for part in ("train", "validation", "test"))
            classes = ", ".join(each["classes"]) or "digits"
            table.add_row(each["id"], each["name"], classes, *(f"{count:,}" for count in parts))
        self._console.print(table)

    def show(self, id: str) -> None:
        """Print one data set as JSON."""
        print(json.dumps(self._backend.get(id), indent=2, ensure_ascii=False))

    def add(self, path: Path, name: str, classes: str, orientation: str) -> None:
        """Add the data set in a directory or a zip, and print what was noticed."""
        made = self._backend.add(path, name, classes, orientation)
        _print_notices(self._console, made["notices"])
        counted = f"{made['train_examples']:,} + {made['validation_examples']:,} training pictures"
        self._console.print(f"{counted}, {made['test_examples']:,} for testing.")
        self._console.print(
            f"Added as {made['id']}; learn it with: byhand train --dataset {made['id']}"
        )

    def delete(self, id: str) -> None:
        """Delete a data set."""
        self._backend.delete(id)
        self._console.print(f"{id} is deleted.")


class LocalBackend:
    """The data sets in the store that the settings name."""

    def __init__(self) -> None:
        self._database = open_store(settings())

    def all(self) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            with self._database.read() as session:
                rows, cursor = datasets.page(session, PAGE, cursor)
                yield from [_shown(row) for row in rows]
            if cursor is None:
                return

    def get(self, id: str) -> dict[str, Any]:
        with self._database.read() as session:
            return _shown(datasets.get(session, id))

    def add(self, path: Path, name: str, classes: str, orientation: str) -> dict[str, Any]:
        names = tuple(name.strip() for name in classes.split(",") if name.strip())
        own = _read(path, names, orientation)
        packed = datasets.pack(own.dataset)
        with self._database.begin() as session:
            return _shown(datasets.add(session, name=name, own=own, packed=packed))

    def delete(self, id: str) -> None:
        self._database.free(lambda session: datasets.delete(session, id))

    def close(self) -> None:
        self._database.close()


class ServerBackend:
    """The data sets of a running server, through its REST API."""

    def __init__(self, url: str, api_key: str | None) -> None:
        self._server = Server(url, api_key)

    def all(self) -> Iterator[dict[str, Any]]:
        return self._server.items("/datasets")

    def get(self, id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self._server.call("GET", f"/datasets/{id}").json()
        del shown["pictures"]
        return shown

    def add(self, path: Path, name: str, classes: str, orientation: str) -> dict[str, Any]:
        data = _zipped(path) if path.is_dir() else path.read_bytes()
        made: dict[str, Any] = self._server.call(
            "POST",
            "/datasets",
            files={"zip": (f"{path.stem}.zip", data, "application/zip")},
            data={"name": name, "classes": classes, "orientation": orientation},
            timeout=PATIENCE,
        ).json()
        return made

    def delete(self, id: str) -> None:
        self._server.call("DELETE", f"/datasets/{id}")

    def close(self) -> None:
        self._server.close()


def _read(path: Path, classes: tuple[str, ...], orientation: str) -> OwnData:
    files: Files = Directory(path) if path.is_dir() else Zip(path.read_bytes())
    return read_own_data(files, classes, _orientation(orientation))


def _orientation(text: str) -> Orientation:
    for each in ORIENTATIONS:
        if each == text:
            return each
    allowed = list(ORIENTATIONS)
    raise CommandError("dataset.orientation", exit_code=2, allowed=allowed, found=text)


def _zipped(path: Path) -> bytes:
    """A directory as the zip that a server takes."""
    files, content = Directory(path), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files.names:
            archive.writestr(name, files.read(name))
    return content.getvalue()


def _print_notices(console: Console, notices: list[str]) -> None:
    for notice in notices:
        console.print(notice, highlight=False)


def _shown(row: Any) -> dict[str, Any]:
    return DatasetInfo(**DatasetInfo.fields_of(row)).model_dump(mode="json")
