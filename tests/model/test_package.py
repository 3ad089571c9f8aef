import ast
import subprocess
import sys
from pathlib import Path

import pytest

import model

MODULES = sorted(Path(model.__file__).parent.glob("*.py"))


def imported(source: str) -> set[str]:
    """Top-level names of everything a module imports, wherever it does so."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0] if not node.level else "model")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_numpy_and_the_standard_library_alone(path: Path) -> None:
    allowed = {"numpy", "model"} | sys.stdlib_module_names
    assert imported(path.read_text(encoding="utf-8")) <= allowed


def test_importing_the_whole_package_loads_nothing_else() -> None:
    names = [path.stem for path in MODULES if path.stem != "__init__"]
    program = (
        "import sys, numpy.random; before = set(sys.modules);"
        + "".join(f"import model.{name};" for name in names)
        + "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    allowed = {"numpy", "model"} | sys.stdlib_module_names
    assert {name for name in run.stdout.split() if name not in allowed} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_all_names_what_there_is(path: Path) -> None:
    if path.stem == "__init__":
        return
    module = __import__(f"model.{path.stem}", fromlist=["__all__"])
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
