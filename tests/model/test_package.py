import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import model

PACKAGE = Path(model.__file__).parent
PATHS = sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")
NAMES = [".".join(("model", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in PATHS]


def imported(source: str) -> set[str]:
    """Top-level names of everything a module imports, wherever it does so."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0] if not node.level else "model")
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_a_module_imports_numpy_and_the_standard_library_alone(path: Path) -> None:
    allowed = {"numpy", "model"} | sys.stdlib_module_names
    assert imported(path.read_text(encoding="utf-8")) <= allowed


def test_importing_the_whole_package_loads_nothing_else() -> None:
    program = (
        "import sys, numpy.random; before = set(sys.modules);"
        + "".join(f"import {name};" for name in NAMES)
        + "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    allowed = {"numpy", "model"} | sys.stdlib_module_names
    assert {name for name in run.stdout.split() if name not in allowed} == set()


@pytest.mark.parametrize("name", NAMES)
def test_all_names_what_there_is(name: str) -> None:
    module = import_module(name)
    assert all(hasattr(module, exported) for exported in module.__all__)
