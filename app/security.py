"""API key, rate limit, limits of request bodies, and security headers of responses.

Which hosts and pages may call is in `app/origins.py`.

Each route declares what it requires of its callers:

- its class, `LimitedRoute` or `OpenRoute`, says whether BYHAND_RATE_LIMIT counts its calls;
- a route that changes something has `dependencies=[KeyNeeded]`; one that takes a body and changes
  nothing has `dependencies=[OpenToAll]`.

The service does not start if a route lacks either declaration: `check_declared`.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.routing import BaseRoute, Match

from app.errors import ProblemError, TooLarge, TooMany, Unauthorized
from app.json_text import to_utf8
from app.origins import Origins
from app.problems import in_place_of, render
from app.receiving import MOST_BYTES, Bodies, ClientDisconnected, Share, announced, replayed
from app.visitors import Visitor, address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.settings import Settings

__all__ = [
    "MOST_FIELDS",
    "Guard",
    "KeyNeeded",
    "LimitedRoute",
    "OpenRoute",
    "OpenToAll",
    "UndeclaredRouteError",
    "VisitorNeeded",
    "check_declared",
    "page_headers",
    "require_key",
    "require_key_of",
    "visitor",
]

_bearer = HTTPBearer(auto_error=False, description="The value of BYHAND_API_KEY.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key.")


async def require_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> None:
    """Raise Unauthorized unless the call carries the API key, if one is set."""
    expected = request.app.state.settings.api_key
    if expected is None:
        return
    found = bearer.credentials if bearer else header
    if found is None:
        raise Unauthorized("security.key_needed")
    # Compared in constant time, so that the time of a refusal reveals nothing about the key.
    if not hmac.compare_digest(found.encode(), expected.get_secret_value().encode()):
        raise Unauthorized("security.wrong_key")


async def require_key_of(request: Request) -> None:
    """The same for a route that needs the key in some cases only, and finds that out itself."""
    await require_key(request, await _bearer(request), await _header(request))


KeyNeeded = Depends(require_key)
"""For `dependencies=[KeyNeeded]` of every route that changes something."""


def visitor(request: Request) -> Visitor:
    """Who asks for something to be stored, which counts against the quotas of a visitor."""
    return Visitor(request.app.state.visitors, address(request.scope.get("client")))


VisitorNeeded = Annotated[Visitor, Depends(visitor)]
"""A parameter of every route that stores something for a visitor."""


async def _require_nothing() -> None:
    """A dependency that lets every call through; it marks a route as open on purpose."""


OpenToAll = Depends(_require_nothing)
"""For `dependencies=[OpenToAll]` of a route that takes a body, but changes nothing."""


class LimitedRoute(APIRoute):
    """A route whose calls count against the rate limit, if one is set; above it they get 429."""

    limited: ClassVar[bool] = True


class OpenRoute(APIRoute):
    """A route without a rate limit, for calls that cost next to nothing."""

    limited: ClassVar[bool] = False


class UndeclaredRouteError(Exception):
    """A route lacks a declaration of rate limit or key; raised at start, for its programmer."""


CHANGING = frozenset({"POST", "PUT", "DELETE", "PATCH"})


def check_declared(routes: Iterable[BaseRoute]) -> None:
    """Raise UndeclaredRouteError for the first route without a declared rate limit or key."""
    for route in routes:
        methods = getattr(route, "methods", None) or set()
        name = " ".join([*sorted(methods), getattr(route, "path", repr(route))])
        if not hasattr(route, "limited"):
            raise UndeclaredRouteError(
                f"{name}: is it rate limited? Declare it on a router with route_class=LimitedRoute "
                "or OpenRoute (app/security.py)."
            )
        asked = [needed.dependency for needed in getattr(route, "dependencies", ())]
        if methods & CHANGING and (require_key in asked) == (_require_nothing in asked):
            raise UndeclaredRouteError(
                f"{name}: who may call it? Give it either dependencies=[KeyNeeded] or, when it "
                "changes nothing, dependencies=[OpenToAll] (app/security.py)."
            )
        if methods & CHANGING and not route.limited:
            raise UndeclaredRouteError(
                f"{name}: a call with a body must be rate limited; use route_class=LimitedRoute "
                "(app/security.py)."
            )


def page_headers(script: str = "'self'") -> dict[str, str]:
    """Headers for pages: a policy without other origins, inline code or framing elsewhere.

    data: and blob: images are allowed, because canvases make them. `script` is the value of
    script-src.
    """
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {script}; style-src 'self'; "
            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        ),
        "Referrer-Policy": "same-origin",
    }


# On every response. The page's other headers are left out: browsers do not render JSON.
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
# Where pictures may be sent, and as what, up to the larger limit of max_image_bytes.
DATASETS_TO = "/datasets"
PICTURES_TO = ("/predict", "/gradients")
PICTURES_AS = (b"multipart/form-data", b"image/", b"application/octet-stream")
# A body whose fields pydantic checks: it does so on the event loop, and tells each wrong one.
MOST_FIELDS = 16 * 1024


class Guard:
    """ASGI middleware: refuses other pages, enforces limits, adds a security header to responses.

    It reads the whole body, up to the limit, before it calls the application. So the limit also
    holds for chunked bodies, which do not announce their length.
    """

    def __init__(self, app: ASGIApp, settings: Settings, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes
        self.origins = Origins(settings)
        self.most_bytes = settings.max_body_bytes
        self.most_image_bytes = settings.most_image_bytes
        self.most_dataset_bytes = max(settings.max_dataset_bytes, settings.max_body_bytes)
        self.bodies = Bodies(max(MOST_BYTES, self.most_image_bytes, self.most_dataset_bytes))
        self.fields_to = {r.path for r in routes if isinstance(r, APIRoute) and r.body_field}
        self.limiter = _Limiter(settings.rate_limit) if settings.rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        answer = _Answer(scope, receive, send)
        headers = dict(scope["headers"])
        try:
            self.origins.check(scope, headers)
            if self.limiter is not None and self._is_limited(scope):
                self.limiter.check(scope)
            if scope["method"] not in ("GET", "HEAD"):
                receive, answer.share = await self._whole_body(scope["path"], headers, receive)
        except ProblemError as error:
            refusal = render(error)
        except ClientDisconnected:
            return
        else:
            try:
                await self.app(scope, receive, answer.send_safely)
            finally:
                answer.give_room_back()
            return
        # Only here, where the error no longer holds what had been read of a body.
        await refusal(scope, receive, answer.send_safely)

    def _is_limited(self, scope: Scope) -> bool:
        """Whether the route that will answer is limited, be it with 405 for a wrong method."""
        of_other_methods = False
        for route in self.routes:
            match, _ = route.matches(scope)
            limited = bool(getattr(route, "limited", False))
            if match is Match.FULL:
                return limited
            if match is Match.PARTIAL:
                of_other_methods |= limited
        return of_other_methods

    async def _whole_body(
        self, path: str, headers: Mapping[bytes, bytes], receive: Receive
    ) -> tuple[Receive, Share | None]:
        """What gives the whole body in one message, and the room that it takes if it takes any."""
        content_type, length = announced(headers)
        most = self._most_bytes(path, content_type)
        if length > most:
            raise TooLarge("security.body_size", most=most, found=length)
        message = await receive()
        if len(message.get("body", b"")) > most:
            raise TooLarge("security.body_grows", most=most)
        share = None
        if message.get("more_body", False):
            share = await self.bodies.share(length or most)
            body = await share.fill(message["body"], receive, most)
            message = {"type": "http.request", "body": body, "more_body": False}
        if content_type.startswith(b"application/json"):
            message["body"] = to_utf8(message.get("body", b""))
        return replayed(message, receive), share

    def _most_bytes(self, path: str, content_type: bytes) -> int:
        """The bytes that a body of this type may have there."""
        if path in self.fields_to:
            return min(self.most_bytes, MOST_FIELDS)
        if path == DATASETS_TO and content_type.startswith(b"multipart/form-data"):
            return self.most_dataset_bytes
        if path in PICTURES_TO and content_type.startswith(PICTURES_AS):
            return self.most_image_bytes
        return self.most_bytes


class _Answer:
    """One answer: as it begins, its request's body is no longer needed."""

    __slots__ = ("receive", "replaced", "scope", "send", "share")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.share: Share | None = None
        self.replaced = False

    async def send_safely(self, message: Message) -> None:
        """Send a message, with a header, and the framework's errors in our words."""
        if self.replaced:
            return
        if message["type"] == "http.response.start":
            self.give_room_back()
            if message["status"] >= 400 and (other := in_place_of(message, self.scope)):
                self.replaced = True
                other.raw_headers.append(NO_SNIFFING)
                await other(self.scope, self.receive, self.send)
                return
            message["headers"].append(NO_SNIFFING)
        await self.send(message)

    def give_room_back(self) -> None:
        """Let other bodies have the room of this one, if it took any."""
        if self.share is not None:
            self.share.give_back()


class _Limiter:
    """A moving window for each limit and client address, counted in each server process alone."""

    def __init__(self, limit: str) -> None:
        # Imported only where a limit is set: it takes a while.
        from limits import parse_many
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self.limits = parse_many(limit)
        self.window = MovingWindowRateLimiter(MemoryStorage())

    def check(self, scope: Scope) -> None:
        """Count the request, or raise TooMany.

        A refused request counts against no limit. If several limits are reached, the error
        tells the longest wait.
        """
        client = address(scope.get("client"))
        reached = [
            (self.window.get_window_stats(limit, client).reset_time, str(limit))
            for limit in self.limits
            if not self.window.test(limit, client)
        ]
        if reached:
            reset, name = max(reached)
            raise TooMany("security.rate_limit", limit=name, retry_after=reset - time.time())
        for limit in self.limits:
            self.window.hit(limit, client)
