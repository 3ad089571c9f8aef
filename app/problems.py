"""Renders every error of the service as an RFC 9457 problem document, all by `problem`.

Errors of the package `model` (model/errors.py) become 422, as they are about the caller's data.
"""

from __future__ import annotations

import http
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.errors import BadRequest, Invalid, ProblemError, StoreError, UnsupportedMedia
from app.logs import log
from model.errors import ByhandError
from model.messages import Message, say

__all__ = [
    "MEDIA_TYPE",
    "MOST_ERRORS",
    "field_error",
    "in_place_of",
    "install_handlers",
    "problem",
    "render",
    "unexpected",
]

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20  # fields that a refusal names; a body may have thousands of wrong ones
RANGE_STATUSES = (400, 416)  # of a Range that is none, and of one beyond the file's end
FRAMEWORK_TITLES = {404: "title.no_such_path", 405: "title.other_method"}


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

    `detail` and `title` are by default the message's sentence and the status's phrase.
    """
    body = {
        "type": "about:blank",
        "title": title or http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or str(message),
        "code": message.code,
        **{name: value for name, value in extra.items() if value},
    }
    return _ProblemResponse(body, status, headers=dict(headers or {}))


class _ProblemResponse(JSONResponse):
    """A problem document. What it quotes may hold half a surrogate pair, which UTF-8 cannot say."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace")


def render(error: ProblemError | ByhandError) -> Response:
    """The response to an error of `app` or of `model`; the latter gets status 422."""
    if isinstance(error, StoreError):
        log.error("store failed", error=error.cause)
    if isinstance(error, ProblemError):
        return problem(
            error.status,
            error.message,
            title=error.title,
            headers=error.headers,
            errors=error.errors,
        )
    field = getattr(error, "field", None)
    errors = [{"field": field, "message": str(error)}] if field else []
    return problem(
        Invalid.status,
        error.message,
        title=say(f"title.{Invalid.status}"),
        detail=str(error),
        errors=errors,
    )


def unexpected(request_id: str) -> Response:
    """The 500 response to an uncaught exception: no internals, but the id to find the log line."""
    message, title = Message("service.unexpected"), say("title.unexpected")
    return problem(500, message, title=title, request_id=request_id)


def in_place_of(start: Mapping[str, Any], scope: Mapping[str, Any]) -> Response | None:
    """The problem document for an answer of the framework's own that is plain text, or empty.

    `start` is that answer's first message, of a status from 400 on; None if it may stay.
    """
    headers = {str(n, "latin-1").lower(): str(v, "latin-1") for n, v in start["headers"]}
    if not headers.pop("content-type", "text/plain").startswith("text/plain"):
        return None
    headers.pop("content-length", None)
    status = start["status"]
    asked = dict(scope["headers"]).get(b"range")
    if asked is not None and status in RANGE_STATUSES:
        size = headers.get("content-range", "").rpartition("/")[2]
        values = {"found": str(asked[:60], "latin-1"), "size": size}
        message = Message("request.range_beyond" if size else "request.range", values)
    else:
        message = Message("service.other", {"detail": http.HTTPStatus(status).phrase})
    return problem(status, message, headers=headers)


def install_handlers(app: FastAPI) -> None:
    """Render every error as problem+json; app/telemetry.py renders what is not caught here."""

    async def on_our_own_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError | ByhandError)
        return render(error)

    async def on_validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return render(_refusal(error.errors()))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(request))
        message = _http_message(error, request, headers)
        title = FRAMEWORK_TITLES.get(error.status_code)
        return problem(
            error.status_code, message, title=say(title) if title else None, headers=headers
        )

    app.add_exception_handler(ProblemError, on_our_own_error)
    app.add_exception_handler(ByhandError, on_our_own_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)


def _refusal(entries: Sequence[Mapping[str, Any]]) -> ProblemError:
    """The error of this service for pydantic's error entries."""
    if entries[0]["type"] == "json_invalid":
        return BadRequest("request.not_json", error=entries[0]["ctx"]["error"])
    if entries[0]["loc"] == ("body",) and isinstance(entries[0].get("input"), bytes):
        return UnsupportedMedia("request.send_json")
    errors = [field_error(entry) for entry in entries[:MOST_ERRORS]]
    listed = "; ".join(f"{e['field']}: {e['message']}" for e in errors[:5])
    return Invalid("request.fields", fields=listed, errors=errors)


def field_error(entry: Mapping[str, Any]) -> dict[str, str]:
    """Turn one of pydantic's error entries into {"field", "message"}, naming what was found."""
    path = [str(part) for part in entry["loc"]]
    if len(path) > 1 and path[0] in ("body", "query", "path", "header"):
        path = path[1:]
    message = _in_words(entry)
    found = entry.get("input")
    if found is not None and not isinstance(found, dict):
        text = repr(found)
        text = text if len(text) <= 60 else text[:57] + "…"
        message = say("request.field_found", message=message, found=text)
    return {"field": ".".join(path), "message": message}


def _in_words(entry: Mapping[str, Any]) -> str:
    """Our sentence for an error entry by its type; pydantic's English text if there is none."""
    try:
        limits = {name: _plain(value) for name, value in entry.get("ctx", {}).items()}
        return say(f"field.{entry['type']}", **limits)
    except KeyError:
        return str(entry["msg"]).removeprefix("Value error, ")


def _plain(value: Any) -> Any:
    """A whole float as the whole number it is: 1, not 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _methods_of(request: Request) -> list[str]:
    """Every method that the path takes; the framework's Allow header lists one route's alone."""
    path = request.url.path
    matching = (
        getattr(route, "methods", None)
        for route in request.app.routes
        if getattr(route, "path_regex", None) and route.path_regex.match(path)
    )
    return sorted(set[str]().union(*filter(None, matching)))


def _http_message(error: Any, request: Request, headers: Mapping[str, str]) -> Message:
    """A message that says more than the framework's 'Not Found' and 'Method Not Allowed'."""
    path = request.url.path
    if error.status_code == 404 and error.detail == "Not Found":
        return Message("service.no_such_path", {"path": path})
    if error.status_code == 405:
        values = {"path": path, "method": request.method, "allowed": headers["Allow"]}
        return Message("service.other_method", values)
    return Message("service.other", {"detail": error.detail})
