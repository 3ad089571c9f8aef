"""docs/api.md names every path of the service and every hyperparameter that it offers."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.schemas.hyperparameters import offered

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def operations() -> set[tuple[str, str]]:
    paths = TestClient(create_app()).get("/openapi.json").json()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_path_is_described(operations: set[tuple[str, str]]) -> None:
    missing = [
        path for _, path in operations if not re.search(rf"{re.escape(path)}(?![\w/{{])", PAGE)
    ]
    assert sorted(set(missing)) == []


@pytest.mark.parametrize("name", offered())
def test_every_hyperparameter_is_described(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`", PAGE, re.MULTILINE)
