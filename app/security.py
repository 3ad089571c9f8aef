"""Who may call, how often and with how much; and the headers that keep a browser safe."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.errors import ProblemError, TooLarge, TooMany, TooSlow, Unauthorized

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.settings import Settings

__all__ = ["Guard", "KeyNeeded", "page_headers", "require_key"]

_bearer = HTTPBearer(auto_error=False, description="The value of BYHAND_API_KEY.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key.")


async def require_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> None:
    """Let a changing call through only with the API key, where one is set."""
    expected = request.app.state.settings.api_key
    if expected is None:
        return
    found = bearer.credentials if bearer else header
    if found is None:
        raise Unauthorized(
            "This call needs the API key: send 'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
        )
    # Compared in constant time: how long a refusal takes says nothing about the key.
    if not hmac.compare_digest(found.encode(), expected.get_secret_value().encode()):
        raise Unauthorized("The API key is not the one this server was started with.")


KeyNeeded = Depends(require_key)
"""For `dependencies=[KeyNeeded]` of every route that changes something."""


def page_headers(script: str = "'self'") -> dict[str, str]:
    """For what a browser renders: nothing from elsewhere, nothing inline, in nobody's frame.

    data: and blob: images are allowed, as canvases make them. `script` is the source list of
    scripts.
    """
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {script}; style-src 'self'; "
            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        ),
        "Referrer-Policy": "no-referrer",
    }


# On every answer; more would cost each prediction, and JSON is not rendered.
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
LIMITED = ("/predict", "/gradients", "/train", "/models")
SLOWEST_BODY = 30.0  # seconds: a body that trickles in holds a connection no longer


class _Gone(Exception):  # noqa: N818
    """The client hung up in the middle of its own request."""


class Guard:
    """ASGI: rate and body limits before the application sees the request; safe headers after.

    The body is read here, whole, up to the limit: one place that also holds for chunked bodies,
    which do not say how long they are.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.most_bytes = settings.max_body_bytes
        self.limiter = _Limiter(settings.rate_limit) if settings.rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append(NO_SNIFFING)
            await send(message)

        try:
            if self.limiter is not None and scope["path"].startswith(LIMITED):
                self.limiter.check(scope)
            if scope["method"] not in ("GET", "HEAD"):
                receive = await self._whole_body(scope, receive)
        except ProblemError as error:
            await error.response()(scope, receive, send_safely)
            return
        except _Gone:
            return
        await self.app(scope, receive, send_safely)

    async def _whole_body(self, scope: Scope, receive: Receive) -> Receive:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self.most_bytes:
                raise self._too_large(f"{int(value):,}")
        message = await receive()
        if len(message.get("body", b"")) > self.most_bytes:
            raise self._too_large("more")
        if message.get("more_body", False):
            try:
                async with asyncio.timeout(SLOWEST_BODY):
                    body = await self._rest_of_body(message["body"], receive)
            except TimeoutError:
                raise TooSlow(
                    f"The body did not arrive within {SLOWEST_BODY:.0f} seconds. Send it again."
                ) from None
            message = {"type": "http.request", "body": body, "more_body": False}
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return message

        return replay

    async def _rest_of_body(self, start: bytes, receive: Receive) -> bytes:
        chunks, size, more = [start], len(start), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self.most_bytes:
                raise self._too_large("more")
            more = message.get("more_body", False)
        return b"".join(chunks)

    def _too_large(self, found: str) -> TooLarge:
        return TooLarge(
            f"A request may have {self.most_bytes:,} bytes, found {found}. "
            "Send a smaller image, or fewer at a time."
        )


class _Limiter:
    """A moving window for each client address. Each server process counts for itself."""

    def __init__(self, limit: str) -> None:
        # Imported only where a limit is set: it takes a while.
        from limits import parse_many
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self.limits = parse_many(limit)
        self.window = MovingWindowRateLimiter(MemoryStorage())

    def check(self, scope: Scope) -> None:
        """Count the request, or raise TooMany."""
        client: Any = scope.get("client") or ("unknown",)
        for limit in self.limits:
            if not self.window.hit(limit, client[0]):
                reset = self.window.get_window_stats(limit, client[0]).reset_time
                raise TooMany(
                    f"{limit} are allowed to one address. Wait as long as Retry-After says.",
                    retry_after=reset - time.time(),
                )
