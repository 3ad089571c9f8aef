"""The command line: `byhand serve | train | predict | check | worksheet | lessons | models | …`.

The options of each command are declared here; its code is in `app/commands`, imported when it is
called, so that `byhand train` starts without importing the web service.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.blas import default_to_one_thread
from app.commands.datasets_app import datasets
from app.commands.errors import explain
from app.commands.options import (
    Key,
    Url,
    chosen_values,
    data_there,
    refuse_local,
    with_hyperparameters,
)
from app.commands.sample_options import samples
from model.messages import LANGUAGES, use

__all__ = ["app", "main"]

app = typer.Typer(
    help="Draw a digit by hand; see backpropagation, derived by hand, explain it and learn it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models = typer.Typer(help="The models of a server, or of the local store.", no_args_is_help=True)
app.add_typer(models, name="models")
app.add_typer(datasets, name="datasets")
app.add_typer(samples, name="samples")

ModelId = Annotated[str, typer.Argument(metavar="ID", help="The model, as `byhand models list`.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0: any free one.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Server processes, on one store.")] = 1,
) -> None:
    """Serve the page and the API. Every setting is also an environment variable, BYHAND_…"""
    from app.commands.serve import serve

    serve(host, port, workers)


@app.command()
@with_hyperparameters
def train(
    preset: Annotated[
        str | None,
        typer.Option(help="The recipe: blog, fast (default), best; hand with --samples."),
    ] = None,
    name: Annotated[str, typer.Option(help="What to call the model.")] = "",
    output: Annotated[
        Path | None, typer.Option(help="Where the model goes; default byhand-PRESET.npz.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            "--data",
            help="Own data: a directory or a zip of IDX files or of pictures in folders, or the "
            "id of one of `byhand datasets list`; with --url, an id there.",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Write the state here after each epoch.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on from such a state.")] = None,
    snapshots: Annotated[
        Path | None, typer.Option(help="Write the network at 14 ages here, in half precision.")
    ] = None,
    samples: Annotated[
        Path | None, typer.Option(help="Learn these drawings of your own (.npz) as well.")
    ] = None,
    base_model: Annotated[
        str | None,
        typer.Option(help="Go on from pretrained, pixels or a weights file; with --url, an id."),
    ] = None,
    url: Url = None,
    api_key: Key = None,
    **hyperparameters: Any,
) -> None:
    """Train a network here, or with --url on a server. Ctrl-C keeps the best so far."""
    overrides = chosen_values(hyperparameters)
    if url is None:
        from app.commands.train import train

        local = (dataset, checkpoint, resume, snapshots, samples)
        train(preset, overrides, name, output, *local, base_model)
    else:
        from app.commands.train_remote import train_there

        files = {"checkpoint": checkpoint, "resume": resume, "snapshots": snapshots}
        refuse_local({**files, "samples": samples, **overrides})
        asked = {"preset": preset, "base_model": base_model, **data_there(dataset), **overrides}
        request = {name: value for name, value in asked.items() if value is not None}
        train_there(url, api_key, request, name, output)


@app.command()
def lessons(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Train this one.")] = None,
) -> None:
    """Show runs that go wrong; train one of them, and then the same run cured."""
    from app.commands.lessons import list_lessons, teach

    if name is None:
        list_lessons()
    else:
        teach(name)


@app.command()
def predict(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures of one digit.")],
    model: Annotated[
        str | None,
        typer.Option(help="A weights file, .npz, or pixels; with --url, a model's id."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Draw the digit, set upright.")] = False,
    url: Url = None,
) -> None:
    """Read the digit in each picture and say how sure the network is."""
    from app.commands.predict import predict

    predict(files, model, as_json, show, url)


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(help="Python with backprop(X, y, params), or (X, y, model, rate).")
    ],
    level: Annotated[int, typer.Option(min=1, max=10, help="Which exercise, 1 to 10.")] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Its numbers.")] = 0,
    convention: Annotated[
        str, typer.Option(help="mean, or sum: gradients of the summed loss, without 1/m.")
    ] = "mean",
    as_json: Annotated[bool, typer.Option("--json", help="As POST /check answers.")] = False,
) -> None:
    """Check a backward pass that you wrote, and name its mistakes.

    backprop(X, y, params): X (m, n); y the labels 0..k-1 as m numbers, or
    one-hot (m, k) if you name it Y; params["W1"] or params.W1 (n, h), b1
    (h,), W2 (h, k), b2 (k,). It returns a dict with dW1 db1 dW2 db2, or these
    four in this order, alone or beside the loss.

    backprop(X, y, W1, b1, W2, b2): the same. Both in any order of these
    names, and further parameters may have defaults.

    backprop(X, y, model, learning_rate): y one-hot; it updates model.w1 (n,
    h), model.b1 (1, h), model.w2 (h, k), model.b2 (1, k) in place, or W1, or
    model["W1"]; model.forward(X) keeps z1, a1 and a2. The model is of your
    own class that has forward and w1 or W1, else byhand's.
    """
    from app.commands.check import check

    check(file, level, seed, convention, as_json)


@app.command()
def worksheet(
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Its numbers.")] = 0,
    level: Annotated[int, typer.Option(min=1, max=3, help="1: one delta; 3: all gradients.")] = 3,
    sheets: Annotated[
        int, typer.Option(min=1, max=60, help="For a class: seeds from --seed on.")
    ] = 1,
    solution: Annotated[
        bool, typer.Option("--solution", help="Behind all sheets, their solutions.")
    ] = False,
    formulas: Annotated[
        bool, typer.Option("--formulas", help="Say beside each box how it is worked out.")
    ] = False,
    address: Annotated[
        str, typer.Option(help="Where byhand runs: the sheet's QR code leads there.")
    ] = "http://localhost:8000",
    output: Annotated[Path | None, typer.Option(help="The HTML file; printed if left out.")] = None,
) -> None:
    """Make a worksheet: a backward pass on A4, to be printed and worked with a pencil."""
    from app.commands.worksheet import worksheet

    worksheet(level, seed, sheets, solution, formulas, address, output)


@app.command()
def gradcheck(
    entries: Annotated[
        int, typer.Option(min=1, help="Entries checked of each weight array, at random.")
    ] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Start of all randomness.")] = 0,
) -> None:
    """Check the gradients against finite differences; exit code 1 if any is off."""
    from app.commands.gradcheck import gradcheck

    gradcheck(entries, seed)


@models.command("list")
def models_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
) -> None:
    """List the models, the newest first; the active one is starred."""
    with _models(url) as commands:
        commands.list(as_json)


@models.command("show")
def models_show(model: ModelId, url: Url = None) -> None:
    """Show all that is known of one model, as JSON."""
    with _models(url) as commands:
        commands.show(model)


@models.command("activate")
def models_activate(model: ModelId, url: Url = None, api_key: Key = None) -> None:
    """Predict with this model from now on."""
    with _models(url, api_key) as commands:
        commands.activate(model)


@models.command("download")
def models_download(
    model: ModelId,
    output: Annotated[Path | None, typer.Option(help="Default ID.npz.")] = None,
    url: Url = None,
) -> None:
    """Write a model's weights to a file."""
    with _models(url) as commands:
        commands.download(model, output or Path(f"{model}.npz"))


@models.command("upload")
def models_upload(
    file: Annotated[Path, typer.Argument(help="A weights file, .npz.")],
    name: Annotated[str, typer.Option(help="What to call it; default the file's name.")] = "",
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Add a weights file to the models."""
    with _models(url, api_key) as commands:
        commands.upload(file, name or file.stem)


@models.command("delete")
def models_delete(model: ModelId, url: Url = None, api_key: Key = None) -> None:
    """Delete a model; the active one is refused."""
    with _models(url, api_key) as commands:
        commands.delete(model)


def _models(url: str | None, api_key: str | None = None) -> Any:
    from app.commands.models import Models

    return Models(url, api_key)


def _speak(language: str) -> None:
    """Put hints and errors into a language, if it is there; a command with settings refuses it."""
    if language in LANGUAGES:
        use(language)


def main() -> None:
    """The `byhand` command: an error is one line on stderr and an exit code, never a traceback."""
    default_to_one_thread()
    try:
        _speak(os.environ.get("BYHAND_LANGUAGE", "en"))
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        message, code = explain(error)
        sys.stderr.write(f"byhand: {message}\n")
        sys.exit(code)
