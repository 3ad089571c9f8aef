import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from app import errors
from app.errors import Invalid, ProblemError, TooMany, Unauthorized, install_handlers
from model.errors import CheckpointError, RecipeError

app = FastAPI()
install_handlers(app)


@app.get("/invalid")
def invalid() -> None:
    raise Invalid("Too small.", errors=[{"field": "size", "message": "expected 3, found 2"}])


@app.get("/network")
def network() -> None:
    raise CheckpointError("W1: expected 784 rows, found 10.")


@app.get("/recipe")
def recipe() -> None:
    raise RecipeError("epochs", "expected 1 or more, found 0.")


@app.get("/typed")
def typed(limit: int = Query(ge=1)) -> int:
    return limit


@app.put("/typed")
def put() -> None:
    return None


@app.post("/body")
def body(values: dict[str, int]) -> int:
    return len(values)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(app)


def test_the_exception_tree_in_the_docstring_is_the_real_one() -> None:
    drawn = errors.__doc__ or ""
    for kind in ProblemError.__subclasses__():
        line = next(line for line in drawn.splitlines() if f"── {kind.__name__} " in line)
        assert str(kind.status) in line


def test_every_public_error_is_exported() -> None:
    for kind in ProblemError.__subclasses__():
        assert kind.__name__ in errors.__all__


def test_our_errors_carry_their_status_title_and_fields(client: TestClient) -> None:
    response = client.get("/invalid")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Invalid value",
        "status": 422,
        "detail": "Too small.",
        "errors": [{"field": "size", "message": "expected 3, found 2"}],
    }


def test_errors_of_the_network_are_the_callers_data(client: TestClient) -> None:
    response = client.get("/network")
    assert response.status_code == 422
    assert response.json()["detail"] == "W1: expected 784 rows, found 10."


def test_a_recipe_error_names_its_field(client: TestClient) -> None:
    assert client.get("/recipe").json()["errors"][0]["field"] == "epochs"


def test_a_refused_value_is_named_with_what_was_found(client: TestClient) -> None:
    problem = client.get("/typed?limit=0").json()
    assert problem["status"] == 422
    assert problem["errors"][0]["field"] == "limit"
    assert "found '0'" in problem["detail"]


def test_an_unknown_path_says_where_the_paths_are_listed(client: TestClient) -> None:
    problem = client.get("/nowhere").json()
    assert problem["status"] == 404
    assert "/nowhere" in problem["detail"]
    assert "/docs" in problem["detail"]


def test_a_wrong_method_says_which_is_right(client: TestClient) -> None:
    response = client.post("/typed")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PUT"
    assert "it takes GET, PUT" in response.json()["detail"]


def test_broken_json_is_a_bad_request(client: TestClient) -> None:
    response = client.post("/body", content="{", headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert "not JSON" in response.json()["detail"]


def test_json_without_its_content_type_is_told_what_to_send(client: TestClient) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = client.post("/body", content='{"a": 1}', headers=headers)
    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]


def test_text_that_is_no_unicode_can_be_refused(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/body", content=rb'{"a": "\ud800"}', headers=headers)
    assert response.status_code == 422


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (12.1, "13")])
def test_retry_after_is_whole_seconds_rounded_up(seconds: float, header: str) -> None:
    assert TooMany("Wait.", retry_after=seconds).headers["Retry-After"] == header


def test_a_missing_key_is_asked_for_as_a_bearer() -> None:
    assert Unauthorized("Key, please.").response().headers["www-authenticate"] == "Bearer"
