"""`byhand samples …`: the same commands for the local store's samples and for a server's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from rich.console import Console
from rich.table import Column, Table

from app.commands.environment import open_store, settings
from app.commands.errors import CommandError
from app.commands.files import check_writable, write_whole
from app.commands.remote import Server
from app.store import samples
from model.serialization.samples import dump_samples, load_samples

__all__ = ["Samples"]

PAGE = 100  # samples in one query


class Imported(NamedTuple):
    """What became of a file."""

    added: int
    known: int


class SampleBackend(Protocol):
    """Access to stored samples. A sample is the dict that GET /samples/{id} gives."""

    def all(self) -> Iterator[dict[str, Any]]: ...
    def file(self) -> bytes: ...
    def add(self, file: bytes) -> Imported: ...
    def delete(self, sample: str) -> None: ...
    def delete_all(self) -> None: ...
    def close(self) -> None: ...


class Samples:
    """The commands, on the server at `url` or, without one, on the local store."""

    def __init__(self, url: str | None, api_key: str | None = None) -> None:
        self._backend: SampleBackend = (
            LocalBackend() if url is None else ServerBackend(url, api_key)
        )
        self._console = Console(highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._backend.close()

    def list(self, as_json: bool) -> None:
        """Print the samples as a table, or as JSON with one object per line."""
        if as_json:
            for sample in self._backend.all():
                print(json.dumps(sample))
            return
        table = Table(Column("id", no_wrap=True), "label", "strokes", Column("made", no_wrap=True))
        for sample in self._backend.all():
            strokes = sample["strokes"]
            made = sample["created_at"][:16].replace("T", " ")
            count = "" if strokes is None else str(len(strokes))
            table.add_row(sample["id"], str(sample["label"]), count, made)
        self._console.print(table)

    def export(self, output: Path) -> None:
        """Write all samples to a new file. Raises CommandError where it is there, or none is."""
        check_writable(output)
        if output.exists():
            raise CommandError("command.is_there", path=output)
        file = self._backend.file()
        if not len(load_samples(file)):
            raise CommandError("command.nothing_to_export")
        write_whole(output, file)
        self._console.print(f"Saved as {output}.")

    def add(self, file: Path) -> None:
        """Add a file of samples to those that are there."""
        done = self._backend.add(file.read_bytes())
        self._console.print(f"{done.added} added; {done.known} were there already.")

    def delete(self, sample: str | None) -> None:
        """Delete one sample, or all of them."""
        if sample is None:
            self._backend.delete_all()
            self._console.print("All samples are deleted.")
        else:
            self._backend.delete(sample)
            self._console.print(f"{sample} is deleted.")


class LocalBackend:
    """The samples in the store that the settings name; a running server sees every change."""

    def __init__(self) -> None:
        chosen = settings()
        self._most = chosen.max_samples
        self._database = open_store(chosen)

    def all(self) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            with self._database.read() as session:
                rows, cursor = samples.page(session, PAGE, cursor)
                yield from [samples.api_data(row) for row in rows]
            if cursor is None:
                return

    def file(self) -> bytes:
        with self._database.read() as session:
            return dump_samples(samples.everything(session))

    def add(self, file: bytes) -> Imported:
        given = load_samples(file)
        with self._database.begin() as session:
            added = len(samples.add(session, samples.unknown(session, given), self._most))
        return Imported(added, len(given) - added)

    def delete(self, sample: str) -> None:
        self._database.free(lambda session: samples.delete_one(session, sample))

    def delete_all(self) -> None:
        self._database.free(samples.delete_all)

    def close(self) -> None:
        self._database.close()


class ServerBackend:
    """The samples of a running server, through its REST API."""

    def __init__(self, url: str, api_key: str | None) -> None:
        self._server = Server(url, api_key)

    def all(self) -> Iterator[dict[str, Any]]:
        return self._server.items("/samples")

    def file(self) -> bytes:
        return self._server.call("GET", "/samples", params={"format": "npz"}).content

    def add(self, file: bytes) -> Imported:
        return Imported(**self._server.call("POST", "/samples", files={"samples": file}).json())

    def delete(self, sample: str) -> None:
        self._server.call("DELETE", f"/samples/{sample}")

    def delete_all(self) -> None:
        self._server.call("DELETE", "/samples")

    def close(self) -> None:
        self._server.close()
