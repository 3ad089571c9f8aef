"""The exceptions that the service answers with a problem document.

    ProblemError                  a status, and a message that says what to do
    ├── BadRequest        400     the bytes are not what the Content-Type says
    ├── Unauthorized      401     the API key is missing or wrong
    ├── Forbidden         403     what this server does for nobody, or not for another's page
    ├── NotFound          404     no such job, model or page
    ├── NotAcceptable     406     the Accept header asks for what is not offered
    ├── TooSlow           408     the request did not arrive in time
    ├── Conflict          409     it exists, but not in a state that allows this
    ├── TooLarge          413     more bytes, pixels or images than the limit
    ├── UriTooLong        414     the address of a request is longer than the limit
    ├── UnsupportedMedia  415     not an image, or not a type that this path takes
    ├── Misdirected       421     the Host header names another server
    ├── Invalid           422     understood, but a value is out of its range
    ├── TooMany           429     slow down; carries Retry-After
    ├── ClientGone        499     nobody waits for the answer any more
    ├── HeadTooLarge      431     the headers of a request are more than the limit
    ├── InsufficientStorage 507   the quota of what may be stored is used up
    └── Unavailable       503     the store or the workers cannot be reached; carries Retry-After
        └── StoreError            the database failed; made by app/store/engine.py alone

`app/problems.py` renders them. A training worker imports this module and no web framework.
"""

# ruff: noqa: N818 (named as HTTP names them)

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from model.messages import Message, say

__all__ = [
    "BadRequest",
    "ClientGone",
    "Conflict",
    "Forbidden",
    "HeadTooLarge",
    "InsufficientStorage",
    "Invalid",
    "Misdirected",
    "NotAcceptable",
    "NotFound",
    "ProblemError",
    "StoreError",
    "TooLarge",
    "TooMany",
    "TooSlow",
    "Unauthorized",
    "Unavailable",
    "UnsupportedMedia",
    "UriTooLong",
]

FieldError = Mapping[str, str]  # {"field": "epochs", "message": "…"}


class ProblemError(Exception):
    """The base class, never raised itself: a code of `model.messages` with its values.

    `detail` is the message's sentences for a person to read; `errors` name refused fields.
    """

    status: ClassVar[int] = 500

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
    def title(self) -> str:
        """The kind of problem that the status stands for, in the language in use."""
        return say(f"title.{self.status}")

    @property
    def detail(self) -> str:
        """The message's sentences, in the language in use."""
        return str(self.message)


class BadRequest(ProblemError):
    """The bytes are not what the Content-Type says they are."""

    status = 400


class Unauthorized(ProblemError):
    """The API key is missing or wrong."""

    status = 401

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, headers={"WWW-Authenticate": "Bearer"}, **values)


class Forbidden(ProblemError):
    """What this server does for nobody, as its operator has set it, or not for another's page."""

    status = 403


class NotFound(ProblemError):
    """No such job, model or page."""

    status = 404


class NotAcceptable(ProblemError):
    """The Accept header asks for a type that this path does not offer."""

    status = 406


class TooSlow(ProblemError):
    """The request did not arrive in time."""

    status = 408


class Conflict(ProblemError):
    """It exists, but is not in a state that allows this."""

    status = 409


class TooLarge(ProblemError):
    """More bytes, pixels or images than the limit."""

    status = 413


class UriTooLong(ProblemError):
    """The address of a request is longer than the limit."""

    status = 414


class UnsupportedMedia(ProblemError):
    """Not an image, or not a content type that this path takes."""

    status = 415


class Misdirected(ProblemError):
    """The Host header names another server."""

    status = 421


class Invalid(ProblemError):
    """Understood, but a value is out of its range."""

    status = 422


class TooMany(ProblemError):
    """Too many requests, or too many jobs waiting. `retry_after` is in seconds."""

    status = 429

    def __init__(self, code: str, *, retry_after: float, **values: Any) -> None:
        super().__init__(code, headers=_retry_after(retry_after), **values)


class ClientGone(ProblemError):
    """Nobody waits for the answer any more; it is sent to nobody, and counted as nginx does."""

    status = 499


class InsufficientStorage(ProblemError):
    """The quota of models or bytes that may be stored is used up."""

    status = 507


class HeadTooLarge(ProblemError):
    """The headers of a request are more than the limit."""

    status = 431


class Unavailable(ProblemError):
    """The store or the workers cannot be reached just now. `retry_after` is in seconds."""

    status = 503

    def __init__(self, code: str, *, retry_after: float = 5, **values: Any) -> None:
        super().__init__(code, headers=_retry_after(retry_after), **values)


class StoreError(Unavailable):
    """The store cannot be reached, or failed. `cause` is for the log: it may hold secrets."""

    def __init__(self, code: str = "service.store_away", *, logged: object = "") -> None:
        super().__init__(code)
        self.cause = str(logged)


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
