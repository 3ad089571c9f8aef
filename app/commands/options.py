"""Options of several commands, and those of `byhand train` that its hyperparameters are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.errors import CommandError
from model.messages import Message

if TYPE_CHECKING:
    from model.training.hyperparameters import Hyperparameter

__all__ = [
    "Key",
    "Url",
    "as_options",
    "chosen_values",
    "data_there",
    "refuse_local",
    "with_hyperparameters",
]

Url = Annotated[
    str | None, typer.Option("--url", help="A running byhand, such as http://localhost:8000.")
]
Key = Annotated[
    str | None,
    typer.Option("--api-key", envvar="BYHAND_API_KEY", help="The key that server asks for."),
]

TYPES = {"whole": int, "number": float, "flag": bool, "choice": str, "sizes": str}
FILES = ("checkpoint", "resume", "snapshots", "samples")  # options that name local files


class with_hyperparameters:  # noqa: N801 (a decorator)
    """Decorates a command that takes **hyperparameters: each becomes an option.

    The table is imported only when Typer reads the signature to build the command line: it imports
    NumPy, which reads the limit of BLAS threads that `main` must have set before.
    """

    def __init__(self, command: Callable[..., None]) -> None:
        update_wrapper(self, command)
        self.__annotations__: dict[str, Any] = {}  # all are in the signature
        self.command = command

    def __call__(self, *arguments: Any, **options: Any) -> None:
        """Run the command."""
        self.command(*arguments, **options)

    @property
    def __signature__(self) -> inspect.Signature:
        from model.training.recipe import HYPERPARAMETERS

        own = inspect.signature(self.command, eval_str=True)
        first, *rest = (p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD)
        options = [_option(h) for h in HYPERPARAMETERS.values() if h.offered]
        return own.replace(parameters=[first, *options, *rest])


def _option(hyperparameter: Hyperparameter) -> inspect.Parameter:
    name = hyperparameter.name.replace("_", "-")
    declared = f"--{name}/--no-{name}" if hyperparameter.kind == "flag" else f"--{name}"
    option = typer.Option(declared, help=_help(hyperparameter))
    return inspect.Parameter(
        hyperparameter.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[TYPES[hyperparameter.kind] | None, option],
    )


def _help(hyperparameter: Hyperparameter) -> str:
    """The explanation of a hyperparameter, with its range or choices."""
    from model.messages import say

    if hyperparameter.kind == "flag":
        return hyperparameter.words
    if hyperparameter.kind == "choice":
        may_be = say("hyperparameter.choices", choices=list(hyperparameter.choices))
    else:
        code = "hyperparameter.range_in" if hyperparameter.unit else "hyperparameter.range"
        limits = {"low": hyperparameter.low, "high": hyperparameter.high}
        may_be = say(code, **limits, unit=hyperparameter.unit)
    return f"{hyperparameter.words} {may_be}"


def chosen_values(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given; layer sizes are parsed, or CommandError is raised."""
    from model.training.recipe import HYPERPARAMETERS

    return {
        name: _sizes(name, value) if HYPERPARAMETERS[name].kind == "sizes" else value
        for name, value in options.items()
        if value is not None
    }


def data_there(dataset: str | None) -> dict[str, str]:
    """The field that names a server's data set. Raises CommandError for one that is here."""
    if dataset is not None and Path(dataset).exists():
        raise CommandError("command.data_here", exit_code=2, path=dataset)
    return {} if dataset is None else {"dataset": dataset}


def as_options(change: Mapping[str, Any]) -> str:
    """A change of hyperparameters as somebody would type it; a null is an option left out."""
    return " ".join(_typed(name.replace("_", "-"), value) for name, value in change.items())


def _typed(name: str, value: Any) -> str:
    match value:
        case None:
            return str(Message("command.without_option", {"option": f"--{name}"}))
        case bool():
            return f"--{name}" if value else f"--no-{name}"
        case list() | tuple():
            return f"--{name} {','.join(map(str, value))}"
        case float():
            return f"--{name} {value:g}"
    return f"--{name} {value}"


def refuse_local(given: Mapping[str, Any]) -> None:
    """Raise CommandError for an option that only works for local runs, not with --url."""
    from model.training.recipe import HYPERPARAMETERS

    for name, value in given.items():
        local = name in FILES or HYPERPARAMETERS[name].local
        if local and value is not None:
            if name == "samples":
                raise CommandError("command.samples_there", exit_code=2, path=value)
            option = f"--{name.replace('_', '-')}"
            raise CommandError("command.only_here", exit_code=2, option=option)


def _sizes(name: str, text: str) -> list[int]:
    try:
        return [int(size) for size in text.split(",") if size]
    except ValueError:
        option = f"--{name.replace('_', '-')}"
        raise CommandError("command.sizes", exit_code=2, option=option, found=text) from None
