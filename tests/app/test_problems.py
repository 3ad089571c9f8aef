from typing import Any, Literal

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import Invalid
from app.problems import field_error, install_handlers
from model.errors import CheckpointError, RecipeError
from model.messages.en import SENTENCES

app = FastAPI()
install_handlers(app)


@app.get("/invalid")
def invalid() -> None:
    raise Invalid(
        "request.flag", name="size", found="x", errors=[{"field": "size", "message": "x"}]
    )


@app.get("/network")
def network() -> None:
    raise CheckpointError("request.missing_field", name="W1")


@app.get("/surrogate")
def surrogate() -> None:
    found = "half \ud800 of a pair"
    raise CheckpointError("npz.kind", name="meta", expected="model", found=found)


@app.get("/recipe")
def recipe() -> None:
    raise RecipeError("epochs", "request.missing_field", name="n")


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


def test_what_utf_8_cannot_say_is_replaced_where_it_is_quoted(client: TestClient) -> None:
    response = client.get("/surrogate")
    assert response.status_code == 422
    assert "half ? of a pair" in response.json()["detail"]


def test_our_errors_carry_their_status_title_and_fields(client: TestClient) -> None:
    response = client.get("/invalid")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Invalid value",
        "status": 422,
        "detail": "size: expected true or false, found 'x'.",
        "code": "request.flag",
        "errors": [{"field": "size", "message": "x"}],
    }


def test_errors_of_the_network_are_the_callers_data(client: TestClient) -> None:
    response = client.get("/network")
    assert response.status_code == 422
    assert response.json()["title"] == "Invalid value"
    assert response.json()["detail"] == "The field 'W1' is missing."
    assert response.json()["code"] == "request.missing_field"
    assert "errors" not in response.json()


def test_a_recipe_error_names_its_field(client: TestClient) -> None:
    problem = client.get("/recipe").json()
    message = "epochs: The field 'n' is missing."
    assert problem["detail"] == message
    assert problem["errors"] == [{"field": "epochs", "message": message}]


def test_a_refused_value_is_named_with_what_was_found(client: TestClient) -> None:
    problem = client.get("/typed?limit=0").json()
    assert problem["status"] == 422
    assert problem["errors"][0]["field"] == "limit"
    assert problem["code"] == "request.fields"
    message = "must be 1 or more, found '0'"
    assert problem["detail"] == f"limit: {message}."
    assert problem["errors"] == [{"field": "limit", "message": message}]


def test_a_long_value_is_told_in_short(client: TestClient) -> None:
    problem = client.get("/typed", params={"limit": "x" * 61}).json()
    assert problem["errors"][0]["message"].endswith(f"found '{'x' * 56}…")


def test_an_unknown_path_says_where_the_paths_are_listed(client: TestClient) -> None:
    problem = client.get("/nowhere").json()
    assert problem["status"] == 404
    assert problem["code"] == "service.no_such_path"
    assert "/nowhere" in problem["detail"]
    assert "/docs" in problem["detail"]


def test_a_wrong_method_says_which_is_right(client: TestClient) -> None:
    response = client.post("/typed")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PUT"
    assert response.json()["code"] == "service.other_method"
    assert response.json()["detail"] == "/typed does not take POST; it takes GET, PUT."


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


class Values(BaseModel):
    """A field of each kind that a request of ours may have."""

    model_config = ConfigDict(extra="forbid")

    whole: int = Field(1, ge=1, le=9)
    number: float = Field(1.0, ge=0.5, le=100)
    yes: bool = True
    one: Literal["a", "b"] = "a"
    text: str = Field("", max_length=3)
    sizes: list[int] = []
    few: list[int] = Field([1], min_length=1, max_length=2)
    needed: int
    many: dict[str, int] = {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"whole": 0},
        {"whole": 10},
        {"whole": "x"},
        {"whole": []},
        {"whole": 1.5},
        {"number": 0.25},
        {"number": "x"},
        {"number": []},
        {"yes": "perhaps"},
        {"yes": []},
        {"one": "c"},
        {"text": "long"},
        {"text": 3},
        {"sizes": 3},
        {"few": []},
        {"few": [1, 2, 3]},
        {"many": 3},
        {"needed": None},
        {"other": 1},
    ],
    ids=str,
)
def test_pydantics_refusals_have_sentences_of_ours(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Values.model_validate({"needed": 1, **wrong})
    entry = refused.value.errors()[0]
    assert f"field.{entry['type']}" in SENTENCES
    message = field_error(entry)["message"]
    assert message.startswith(("must ", "is "))
    assert "Input" not in message


def test_a_kind_of_refusal_that_has_no_sentence_keeps_pydantics() -> None:
    entry = {"type": "novel", "loc": ("body", "x"), "msg": "Something new", "ctx": {"a": 1}}
    assert field_error(entry) == {"field": "x", "message": "Something new"}
