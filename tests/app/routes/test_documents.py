import pytest
from pydantic import BaseModel

from app.errors import ProblemError
from app.routes import documents


class Inner(BaseModel):
    value: int


class Outer(BaseModel):
    inner: Inner


def test_every_error_of_the_service_can_be_documented() -> None:
    for kind in ProblemError.__subclasses__():
        if kind.status not in (408, 499):  # whoever is too slow, or has gone, reads no documents
            assert documents.problems(kind.status)[kind.status]["description"].endswith(".")


def test_a_refusal_shows_itself_as_the_example() -> None:
    content = documents.problems(404)[404]["content"]["application/problem+json"]
    assert content["example"]["status"] == 404
    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_several_models_of_one_media_type_are_alternatives() -> None:
    body = documents.body(json=(Inner, Inner), octets=None)
    assert len(body["content"]["application/json"]["schema"]["anyOf"]) == 2
    assert body["content"]["application/octet-stream"]["schema"]["format"] == "binary"


def test_a_schema_that_would_lose_its_references_is_refused() -> None:
    with pytest.raises(AssertionError, match="Outer refers"):
        documents.inline(Outer)
