from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import main
from app.settings import Settings
from tests.app.conftest import assert_problem, in_event_loop

Serve = Callable[..., TestClient]

# What the service has promised since its first version.
TABLE = {
    ("POST", "/predict"),
    ("POST", "/predict/batch"),
    ("POST", "/gradients"),
    ("POST", "/train"),
    ("GET", "/train"),
    ("GET", "/train/{id}"),
    ("GET", "/train/{id}/events"),
    ("DELETE", "/train/{id}"),
    ("GET", "/models"),
    ("GET", "/models/{id}"),
    ("GET", "/models/{id}/weights"),
    ("POST", "/models"),
    ("PUT", "/models/active"),
    ("DELETE", "/models/{id}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}


@pytest.fixture(scope="module")
def schema(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def test_the_schema_is_made_once_and_outside_of_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_loop: list[bool] = []
    make = main.get_openapi

    def get_openapi(**given: Any) -> Any:
        in_loop.append(in_event_loop())
        return make(**given)

    monkeypatch.setattr(main, "get_openapi", get_openapi)
    client = TestClient(main.create_app(Settings()))
    first, second = client.get("/openapi.json"), client.get("/openapi.json")
    assert first.headers["content-type"] == "application/json"
    assert first.content == second.content
    assert in_loop == [False]


def operations(schema: Any) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_every_row_of_the_table_is_documented(schema: Any) -> None:
    assert set(operations(schema)) >= TABLE


def test_every_operation_says_what_it_does(schema: Any) -> None:
    for operation in operations(schema).values():
        assert operation["summary"]
        assert operation["description"]


def test_bodies_are_documented_with_their_media_types(schema: Any) -> None:
    def media(path: str) -> set[str]:
        return set(operations(schema)["POST", path]["requestBody"]["content"])

    assert media("/predict") == {"multipart/form-data", "application/json", "image/*"}
    assert media("/predict/batch") == {"application/octet-stream", "application/json"}
    assert media("/gradients") == {"multipart/form-data", "application/json", "image/*"}
    assert media("/models") == {"multipart/form-data"}


def test_every_reference_leads_somewhere(schema: Any) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    found = references(schema)
    assert "#/components/schemas/Problem" in found
    for reference in found:
        name = reference.removeprefix("#/components/schemas/")
        assert name in schema["components"]["schemas"], reference


def test_changing_calls_show_the_key_and_others_do_not(schema: Any) -> None:
    for (method, path), operation in operations(schema).items():
        changes = (
            path.startswith(("/train", "/models", "/samples", "/datasets")) and method != "GET"
        )
        assert ("security" in operation) == changes, (method, path)


def test_a_store_that_fails_is_a_503_that_keeps_its_secrets(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    client = serve()

    def away(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("password"))

    monkeypatch.setattr("app.routes.models.models.page", away)
    problem = assert_problem(client.get("/models"), 503, "store")
    assert "secret" not in str(problem)
    assert "password" not in str(problem)
