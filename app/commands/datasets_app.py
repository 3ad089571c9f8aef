"""The options of `byhand datasets …`; its code is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.options import Key, Url

__all__ = ["datasets"]

datasets = typer.Typer(
    help="Data sets of one's own, on a server or in the local store.", no_args_is_help=True
)

DatasetId = Annotated[
    str, typer.Argument(metavar="ID", help="The data set, as `byhand datasets list`.")
]


@datasets.command("list")
def datasets_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
) -> None:
    """List the data sets, the newest first."""
    with _datasets(url) as commands:
        commands.list(as_json)


@datasets.command("add")
def datasets_add(
    path: Annotated[
        Path,
        typer.Argument(
            help="A directory or a zip: IDX files, or pictures in folders named for"
            " what they show, with or without train/ and test/."
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call it; default the path's name.")] = "",
    classes: Annotated[
        str, typer.Option(help="Names of the labels from 0 on: T-shirt,Trouser,Pullover…")
    ] = "",
    orientation: Annotated[
        str, typer.Option(help="auto, upright, or transposed, as EMNIST's digits are.")
    ] = "auto",
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Add a data set, and say what was found in it and done."""
    with _datasets(url, api_key) as commands:
        commands.add(path, name or path.stem, classes, orientation)


@datasets.command("show")
def datasets_show(dataset: DatasetId, url: Url = None) -> None:
    """Show all that is known of a data set, as JSON."""
    with _datasets(url) as commands:
        commands.show(dataset)


@datasets.command("delete")
def datasets_delete(dataset: DatasetId, url: Url = None, api_key: Key = None) -> None:
    """Delete a data set; one that a job needs is refused."""
    with _datasets(url, api_key) as commands:
        commands.delete(dataset)


def _datasets(url: str | None, api_key: str | None = None) -> Any:
    from app.commands.datasets import Datasets

    return Datasets(url, api_key)
