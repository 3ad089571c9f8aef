"""`byhand models …`: the same commands for the local store's models and for a server's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, Self

from rich.console import Console
from rich.table import Column, Table

from app.commands.environment import open_store, settings
from app.commands.files import check_writable, write_whole
from app.commands.remote import Server
from app.schemas.models import Model
from app.serving.inference import check_servable
from app.store import models
from model.serialization.checkpoint import BUNDLED, bundled, load_model

__all__ = ["Models"]

PAGE = 100  # models in one query


class ModelBackend(Protocol):
    """Access to stored models. A model is the dict that GET /models/{id} gives."""

    def all(self) -> Iterator[dict[str, Any]]: ...
    def get(self, model: str) -> dict[str, Any]: ...
    def weights(self, model: str) -> bytes: ...
    def add(self, weights: bytes, name: str) -> dict[str, Any]: ...
    def activate(self, model: str) -> None: ...
    def delete(self, model: str) -> None: ...
    def close(self) -> None: ...


class Models:
    """The commands, on the server at `url` or, without one, on the local store."""

    def __init__(self, url: str | None, api_key: str | None = None) -> None:
        self._backend: ModelBackend = LocalBackend() if url is None else ServerBackend(url, api_key)
        self._console = Console(highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._backend.close()

    def list(self, as_json: bool) -> None:
        """Print the models as a table, or as JSON with one object per line."""
        if as_json:
            for model in self._backend.all():
                print(json.dumps(model, ensure_ascii=False))
            return
        table = Table("", Column("id", no_wrap=True), "name", "layers", "activation")
        table.add_column("test accuracy")
        table.add_column("made", no_wrap=True)
        for model in self._backend.all():
            reached = model["test_accuracy"]
            table.add_row(
                "*" if model["active"] else "",
                model["id"],
                model["name"],
                "-".join(map(str, model["layers"])),
                model["activation"],
                "" if reached is None else f"{reached:.2%}",
                model["created_at"][:16].replace("T", " "),
            )
        self._console.print(table)

    def show(self, model: str) -> None:
        """Print one model as JSON."""
        print(json.dumps(self._backend.get(model), indent=2, ensure_ascii=False))

    def activate(self, model: str) -> None:
        """Make a model the active one, which predicts from now on."""
        self._backend.activate(model)
        self._console.print(f"{model} predicts from now on.")

    def download(self, model: str, output: Path) -> None:
        """Write a model's weights to a file."""
        check_writable(output)
        write_whole(output, self._backend.weights(model))
        self._console.print(f"Saved as {output}.")

    def upload(self, file: Path, name: str) -> None:
        """Add a weights file to the models."""
        model = self._backend.add(file.read_bytes(), name)
        self._console.print(
            f"Added as {model['id']}; use it with: byhand models activate {model['id']}"
        )

    def delete(self, model: str) -> None:
        """Delete a model."""
        self._backend.delete(model)
        self._console.print(f"{model} is deleted.")


def _shown(row: Any, active: tuple[str, str] | None) -> dict[str, Any]:
    return Model.of(row, active).model_dump(mode="json")


class LocalBackend:
    """The models in the store that the settings name; a running server sees every change."""

    def __init__(self) -> None:
        self._database = open_store(settings())
        with self._database.begin() as session:
            models.put_bundled(session, {name: bundled(name) for name in BUNDLED})

    def all(self) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            with self._database.read() as session:
                rows, cursor = models.page(session, PAGE, cursor)
                active = models.active(session)
                yield from [_shown(row, active) for row in rows]
            if cursor is None:
                return

    def get(self, model: str) -> dict[str, Any]:
        with self._database.read() as session:
            return _shown(models.get(session, model), models.active(session))

    def weights(self, model: str) -> bytes:
        with self._database.read() as session:
            return models.weights(session, model)

    def add(self, weights: bytes, name: str) -> dict[str, Any]:
        classifier = load_model(weights)
        check_servable(classifier)
        with self._database.begin() as session:
            row = models.add(session, classifier=classifier, weights=weights, name=name)
            return _shown(row, models.active(session))

    def activate(self, model: str) -> None:
        with self._database.begin() as session:
            models.activate(session, model)

    def delete(self, model: str) -> None:
        with self._database.begin() as session:
            models.delete(session, model)

    def close(self) -> None:
        self._database.close()


class ServerBackend:
    """The models of a running server, through its REST API."""

    def __init__(self, url: str, api_key: str | None) -> None:
        self._server = Server(url, api_key)

    def all(self) -> Iterator[dict[str, Any]]:
        return self._server.items("/models")

    def get(self, model: str) -> dict[str, Any]:
        return self._json("GET", f"/models/{model}")

    def weights(self, model: str) -> bytes:
        return self._server.call("GET", f"/models/{model}/weights").content

    def add(self, weights: bytes, name: str) -> dict[str, Any]:
        files = {"weights": (f"{name}.npz", weights, "application/octet-stream")}
        return self._json("POST", "/models", files=files, data={"name": name})

    def activate(self, model: str) -> None:
        self._server.call("PUT", "/models/active", json={"model": model})

    def delete(self, model: str) -> None:
        self._server.call("DELETE", f"/models/{model}")

    def close(self) -> None:
        self._server.close()

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        body: dict[str, Any] = self._server.call(method, path, **options).json()
        return body
