"""Routes whose endpoint reads the request itself, without FastAPI's parsing and injection.

What that saves is measured in docs/decisions/0007-quick-predictions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.routing import BaseRoute

from app.errors import ProblemError
from app.problems import render
from app.security import LimitedRoute, OpenToAll, UndeclaredRouteError
from model.errors import ByhandError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["FastPath", "RawRoute"]


class RawRoute(LimitedRoute):
    """A route shown on /docs whose endpoint takes the Request and returns the Response.

    Its dependencies are not called, so it cannot require the API key.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if any(needed != OpenToAll for needed in self.dependencies):
            raise UndeclaredRouteError(
                f"{self.path}: nothing is called before a raw route, so its dependencies can only "
                "be [OpenToAll] (app/security.py)."
            )

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The endpoint itself, instead of FastAPI's handler that parses, injects and validates."""
        return self.endpoint


class FastPath:
    """ASGI middleware that calls the endpoints of raw routes directly and passes on the rest.

    What the framework does between a request and its endpoint (matching every route, two layers of
    exception handlers, exit stacks) takes longer than the forward pass. Raw routes need none of it;
    their errors are rendered here as the same problem documents.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self.app = app
        self.routes = {
            (method, route.path): route
            for route in routes
            if isinstance(route, RawRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = self.routes.get((scope.get("method", ""), scope.get("path", "")))
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        try:
            response = await route.endpoint(Request(scope, receive))
        except (ProblemError, ByhandError) as error:
            response = render(error)
        await response(scope, receive, send)
