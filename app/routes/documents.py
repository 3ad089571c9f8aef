"""OpenAPI entries for routes that read their request themselves, so that /docs shows them too."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from app.problems import MEDIA_TYPE

__all__ = ["EVENTS", "body", "octets", "problems"]

WHAT_WENT_WRONG = {
    400: "The body is not what its Content-Type says.",
    401: "The API key is missing or wrong.",
    403: "This server does not do that, as its operator has set it.",
    404: "There is no such job or model.",
    406: "The Accept header asks for what is not offered.",
    409: "It is not in a state that allows this.",
    413: "More bytes or pixels than the limit.",
    408: "The request did not arrive in time.",
    414: "The address is longer than the limit.",
    415: "Not an image, or not a type that this path takes.",
    421: "The Host header names another server.",
    422: "A value is out of its range; `detail` says which, and what would be right.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    431: "The headers are more than the limit.",
    503: "The store cannot be reached just now; `Retry-After` says when to try again.",
    507: "The quota of what may be stored is used up.",
}

# The entry of a stream of Server-Sent Events: https://spec.openapis.org/oas/v3.2.0, section 4.14.4
EVENTS: dict[str, Any] = {
    "text/event-stream": {
        "itemSchema": {
            "type": "object",
            "properties": {
                "data": {"type": "string"},
                "event": {"type": "string"},
                "id": {"type": "string"},
                "retry": {"type": "integer", "minimum": 0},
            },
        }
    }
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of a route that may answer with a problem of these statuses."""
    return {
        status: {
            "description": WHAT_WENT_WRONG[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {
                        "type": "about:blank",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": WHAT_WENT_WRONG[status],
                        "code": "request.fields",
                    },
                }
            },
        }
        for status in sorted(statuses)
    }


def body(**kinds: type[BaseModel] | tuple[type[BaseModel], ...] | None) -> dict[str, Any]:
    """The OpenAPI `requestBody`: for `json`, `form`, `octets` or
    `image` its pydantic model or models."""
    media = {
        "json": "application/json",
        "form": "multipart/form-data",
        "octets": "application/octet-stream",
        "image": "image/*",
    }
    content = {}
    for kind, model in kinds.items():
        models = model if isinstance(model, tuple) else (model,) if model else ()
        schemas = [inline(model) for model in models] or [{"type": "string", "format": "binary"}]
        content[media[kind]] = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    return {"required": True, "content": content}


def octets(description: str) -> dict[str, Any]:
    """The OpenAPI `content` entry of a response that is raw bytes."""
    return {"schema": {"type": "string", "format": "binary", "description": description}}


def inline(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a pydantic model, which FastAPI does not add to the components itself."""
    schema = model.model_json_schema()
    assert "$defs" not in schema, f"{model.__name__} refers to another model"
    return schema
