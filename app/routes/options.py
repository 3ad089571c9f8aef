"""Parses query parameters and headers, for the routes that read their request themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from fastapi import Request

from app.errors import Invalid, NotAcceptable
from model.messages import say

__all__ = [
    "accepts_gzip",
    "choice",
    "either",
    "flag",
    "parameter",
    "positives",
    "preferred",
    "unchanged",
    "whole",
]

YES = frozenset({"true", "1", "yes", "on"})
NO = frozenset({"false", "0", "no", "off"})


def flag(request: Request, name: str) -> bool:
    """The value of `?name=true` or `?name=false`; False if it is absent. Raises Invalid."""
    value = _query(request, name)
    if value is None:
        return False
    if value.lower() not in YES | NO:
        raise Invalid("request.flag", name=name, found=value[:40])
    return value.lower() in YES


def positives(request: Request, name: str, most: float, how_many: int) -> list[float]:
    """The values of `?name=0.1&name=0.2`: at most `how_many` numbers in (0, most], else Invalid."""
    values = request.query_params.getlist(name) if request.scope["query_string"] else []
    if len(values) > how_many:
        raise Invalid("request.how_many", name=name, most=how_many, found=len(values))
    return [_positive(name, value, most) for value in values]


def whole(request: Request, name: str, most: int) -> int | None:
    """The value of `?name=1000`, from 1 to `most`, or None if it is absent. Raises Invalid."""
    value = _query(request, name)
    if value is None:
        return None
    if not (re.fullmatch(r"[0-9]{1,9}", value) and 1 <= int(value) <= most):
        raise Invalid("request.whole", name=name, most=most, found=value[:40])
    return int(value)


def choice(request: Request, name: str, *values: str) -> str | None:
    """The value of `?name=value`, or None if it is absent. Raises Invalid if not in `values`."""
    value = _query(request, name)
    if value is not None and value not in values:
        raise Invalid("request.choice", name=name, choices=either(values), found=value[:40])
    return value


def model(request: Request) -> str | None:
    """The id in `?model=ID`, or None, which stands for the active model."""
    return _query(request, "model")


def preferred(request: Request, *offers: str) -> str:
    """The media type that the Accept header prefers, by default the first. Raises NotAcceptable."""
    accept = request.headers.get("accept")
    if not accept or accept == "*/*":
        return offers[0]
    ranked = [(_quality(accept, offer), -place, offer) for place, offer in enumerate(offers)]
    quality, _, best = max(ranked)
    if quality == 0:
        raise NotAcceptable(
            "request.accept", offers=say("request.and").join(offers), found=accept[:80]
        )
    return best


def accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding allows gzip: by its name, else by *; q=0 forbids it."""
    quality = {}
    for entry in accepted.split(","):
        coding, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality[coding.removeprefix("x-")] = _q_of(parameters)
    return quality.get("gzip", quality.get("*", 0.0)) > 0


def either(names: Iterable[str]) -> str:
    """Join the names into a choice for a sentence: "json or npz"."""
    return say("request.or").join(names)


def unchanged(request: Request, etag: str) -> bool:
    """Whether the request's If-None-Match holds this ETag, so that 304 is the answer."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or etag in re.findall(r'"[^"]*"', known)


def parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI entry of an optional query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }


def _query(request: Request, name: str) -> str | None:
    # Most requests have no query string; they are spared the cost of parsing it.
    return request.query_params.get(name) if request.scope["query_string"] else None


def _positive(name: str, value: str, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        raise Invalid("request.positive", name=name, most=most, found=value[:40])
    return number


def _quality(accept: str, offer: str) -> float:
    """The q of the most specific media range that matches the offer (RFC 9110, 12.5.1)."""
    quality, precision = 0.0, -1
    for entry in accept.split(","):
        media, *parameters = (part.strip().lower() for part in entry.split(";"))
        exact = [media == "*/*", media == offer.partition("/")[0] + "/*", media == offer]
        if any(exact) and exact.index(True) > precision:
            precision = exact.index(True)
            quality = _q_of(parameters)
    return quality


def _q_of(parameters: Iterable[str]) -> float:
    """The q among the parameters of an entry, 1 where it has none."""
    return next((_q(p) for p in parameters if p.startswith("q=")), 1.0)


def _q(parameter: str) -> float:
    try:
        return float(parameter[2:])
    except ValueError:
        return 1.0
