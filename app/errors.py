"""What the service answers when it cannot do as asked: RFC 9457 problem documents.

    ProblemError                  a status, a title, and a message that says what to do
    ├── BadRequest        400     the bytes are not what the Content-Type says
    ├── Unauthorized      401     the API key is missing or wrong
    ├── NotFound          404     no such job, model or page
    ├── NotAcceptable     406     the Accept header asks for what is not offered
    ├── TooSlow           408     the body did not arrive in time
    ├── Conflict          409     it exists, but not in a state that allows this
    ├── TooLarge          413     more bytes, pixels or images than the limit
    ├── UnsupportedMedia  415     not an image, or not a type that this path takes
    ├── Invalid           422     understood, but a value is out of its range
    ├── TooMany           429     slow down; carries Retry-After
    └── Unavailable       503     the store or the workers cannot be reached

Errors of the network itself (model/errors.py) are rendered as 422: they speak of the caller's data.
Everything is rendered in one place, `problem`, so every error of the service has the same shape.
"""

# ruff: noqa: N818 (named as HTTP names them)

from __future__ import annotations

import http
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from model.errors import ByhandError
from model.messages import Message, say

# FastAPI is imported where it is used: a training worker needs the exceptions alone.
if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from starlette.responses import Response

__all__ = [
    "BadRequest",
    "Conflict",
    "Invalid",
    "NotAcceptable",
    "NotFound",
    "ProblemError",
    "TooLarge",
    "TooMany",
    "TooSlow",
    "Unauthorized",
    "Unavailable",
    "UnsupportedMedia",
    "install_handlers",
    "problem",
    "render",
    "unexpected",
]

MEDIA_TYPE = "application/problem+json"
FieldError = Mapping[str, str]  # {"field": "epochs", "message": "…"}


class ProblemError(Exception):
    """The root: never raised itself. A code of `model.messages` with its values.

    `detail` is its one or two sentences for a person to read; `errors` name refused fields.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        code: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.message = Message(code, values)
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def __str__(self) -> str:
        return self.detail

    @property
    def detail(self) -> str:
        """The message's sentences, in the language in use."""
        return str(self.message)

    def response(self) -> Response:
        """The problem document."""
        return problem(
            self.status,
            self.message,
            title=self.title,
            headers=self.headers,
            errors=self.errors,
        )


class BadRequest(ProblemError):
    """The bytes are not what the Content-Type says they are."""

    status, title = 400, "Bad request"


class Unauthorized(ProblemError):
    """The API key is missing or wrong."""

    status, title = 401, "API key needed"

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, headers={"WWW-Authenticate": "Bearer"}, **values)


class NotFound(ProblemError):
    """No such job, model or page."""

    status, title = 404, "Not found"


class NotAcceptable(ProblemError):
    """The Accept header asks for a type that this path does not offer."""

    status, title = 406, "Not acceptable"


class TooSlow(ProblemError):
    """The body did not arrive in time."""

    status, title = 408, "Request timeout"


class Conflict(ProblemError):
    """It exists, but is not in a state that allows this."""

    status, title = 409, "Conflict"


class TooLarge(ProblemError):
    """More bytes, pixels or images than the limit."""

    status, title = 413, "Too large"


class UnsupportedMedia(ProblemError):
    """Not an image, or not a content type that this path takes."""

    status, title = 415, "Unsupported media type"


class Invalid(ProblemError):
    """Understood, but a value is out of its range."""

    status, title = 422, "Invalid value"


class TooMany(ProblemError):
    """Too many requests, or too many jobs waiting. `retry_after` is in seconds."""

    status, title = 429, "Too many requests"

    def __init__(self, code: str, *, retry_after: float, **values: Any) -> None:
        seconds = str(max(1, math.ceil(retry_after)))
        super().__init__(code, headers={"Retry-After": seconds}, **values)


class Unavailable(ProblemError):
    """The store or the workers cannot be reached just now."""

    status, title = 503, "Unavailable"


def problem(
    status: int,
    message: Message,
    *,
    title: str | None = None,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """Render one problem document; `extra` members without a value are left out.

    `detail` is the message's sentence, unless more is to be said.
    """
    from starlette.responses import JSONResponse

    body = {
        "type": "about:blank",
        "title": title or http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or str(message),
        "code": message.code,
        **{name: value for name, value in extra.items() if value},
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def render(error: ProblemError | ByhandError) -> Response:
    """The answer to one of our own errors; the network's are 422, for they speak of its input."""
    if isinstance(error, ProblemError):
        return error.response()
    field = getattr(error, "field", None)
    errors = [{"field": field, "message": str(error)}] if field else []
    return problem(
        Invalid.status, error.message, title=Invalid.title, detail=str(error), errors=errors
    )


def unexpected(request_id: str) -> Response:
    """The answer to a fault of our own: no internals, but an id that finds the log line."""
    return problem(500, Message("service.unexpected"), request_id=request_id)


def install_handlers(app: FastAPI) -> None:
    """Render every error as problem+json. What nothing here catches is met in telemetry."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    async def on_our_own_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError | ByhandError)
        return render(error)

    async def on_validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _refusal(error.errors()).response()

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(request))
        return problem(error.status_code, _http_message(error, request, headers), headers=headers)

    app.add_exception_handler(ProblemError, on_our_own_error)
    app.add_exception_handler(ByhandError, on_our_own_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)


def _refusal(entries: Sequence[Mapping[str, Any]]) -> ProblemError:
    """What pydantic's error entries come to."""
    if entries[0]["type"] == "json_invalid":
        return BadRequest("request.not_json", error=entries[0]["ctx"]["error"])
    if entries[0]["loc"] == ("body",) and isinstance(entries[0].get("input"), bytes):
        return UnsupportedMedia("request.send_json")
    errors = [field_error(entry) for entry in entries]
    listed = "; ".join(f"{e['field']}: {e['message']}" for e in errors[:5])
    return Invalid("request.fields", fields=listed, errors=errors)


def field_error(entry: Mapping[str, Any]) -> dict[str, str]:
    """Turn one of pydantic's error entries into {"field", "message"}, naming what was found."""
    path = [str(part) for part in entry["loc"]]
    if len(path) > 1 and path[0] in ("body", "query", "path", "header"):
        path = path[1:]
    message = str(entry["msg"]).removeprefix("Value error, ")
    found = entry.get("input")
    if found is not None and not isinstance(found, dict):
        text = repr(found)
        text = text if len(text) <= 60 else text[:57] + "…"
        message = say("request.field_found", message=message, found=text)
    return {"field": ".".join(path), "message": message}


def _methods_of(request: Request) -> list[str]:
    """Every method that the path takes; the framework's own Allow has those of one route alone."""
    path = request.url.path
    matching = (
        getattr(route, "methods", None)
        for route in request.app.routes
        if getattr(route, "path_regex", None) and route.path_regex.match(path)
    )
    return sorted(set[str]().union(*filter(None, matching)))


def _http_message(error: Any, request: Request, headers: Mapping[str, str]) -> Message:
    """Say more than the framework's 'Not Found' and 'Method Not Allowed'."""
    path = request.url.path
    if error.status_code == 404 and error.detail == "Not Found":
        return Message("service.no_such_path", {"path": path})
    if error.status_code == 405:
        values = {"path": path, "method": request.method, "allowed": headers["Allow"]}
        return Message("service.other_method", values)
    return Message("service.other", {"detail": error.detail})
