import inspect
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from app import cli
from model.training.recipe import HYPERPARAMETERS, Recipe

# Typer itself imports pydantic.
SERVICE = {"fastapi", "starlette", "uvicorn", "pydantic_settings", "sqlalchemy", "PIL", "httpx"}


def test_every_hyperparameter_has_an_option() -> None:
    options = set(inspect.signature(cli.train).parameters)
    offered = {name for name, hyperparameter in HYPERPARAMETERS.items() if hyperparameter.offered}
    assert offered <= options
    others = {"preset", "kept_scale"}  # of which nobody chooses the second
    assert {field.name for field in fields(Recipe)} == {*others, *HYPERPARAMETERS}


@pytest.mark.parametrize(
    "command",
    [
        ["train", "--epochs", "1", "--train-examples", "100", "--output", "small.npz"],
        ["gradcheck", "--entries", "1"],
    ],
    ids=lambda command: command[0],
)
def test_what_needs_no_service_does_not_import_it(command: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; from app.cli import main\n"
        f"sys.argv[1:] = {command}\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end\n"
        f"print('imported:', sorted({SERVICE} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "imported: []" in done.stdout


def test_blas_is_kept_to_one_thread_before_numpy_is_imported(tmp_path: Path) -> None:
    script = (
        "import os, sys; from app.cli import main\n"
        "assert 'numpy' not in sys.modules\n"
        "sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "except SystemExit: print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    clean = {"PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "1"
