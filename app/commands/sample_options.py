"""The options of `byhand samples …`; its code is in `app/commands/samples.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.errors import CommandError
from app.commands.options import Key, Url

__all__ = ["samples"]

samples = typer.Typer(
    help="Drawings of one's own with their labels, of a server or of the local store.",
    no_args_is_help=True,
)


@samples.command("list")
def samples_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
) -> None:
    """List the samples, the newest first."""
    with _samples(url) as commands:
        commands.list(as_json)


@samples.command("export")
def samples_export(
    file: Annotated[Path, typer.Argument(metavar="FILE.npz", help="Where they go.")],
    url: Url = None,
) -> None:
    """Write all samples to a file, for `import` or for NumPy."""
    with _samples(url) as commands:
        commands.export(file)


@samples.command("import")
def samples_import(
    file: Annotated[Path, typer.Argument(metavar="FILE.npz", help="pixels and labels.")],
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Add a file of samples to those that are there."""
    with _samples(url, api_key) as commands:
        commands.add(file)


@samples.command("delete")
def samples_delete(
    sample: Annotated[
        str | None, typer.Argument(metavar="ID", help="The sample, as `byhand samples list`.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete all of them.")] = False,
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Delete one sample, or with --all every one."""
    if everything == bool(sample):
        raise CommandError("command.which_sample", exit_code=2)
    with _samples(url, api_key) as commands:
        commands.delete(sample)


def _samples(url: str | None, api_key: str | None = None) -> Any:
    from app.commands.samples import Samples

    return Samples(url, api_key)
