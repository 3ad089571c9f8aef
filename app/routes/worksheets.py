"""GET /worksheet: exercises to be printed and worked with a pencil."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from app.pools import WORKSHEETS
from app.routes import documents
from app.security import LimitedRoute, page_headers, require_key_of
from app.worksheets.sheet import LEVELS, MOST_SHEETS, document, sheets

__all__ = ["router"]

router = APIRouter(
    route_class=LimitedRoute, tags=["Exercises"], responses=documents.problems(401, 422, 429)
)

SHORT = 10**6  # seeds below are short enough to be read out in class


async def may_see(request: Request, solution: bool = False) -> None:
    """Let everybody have the sheet; its solution only whoever has the API key, if one is set."""
    if solution:
        await require_key_of(request)


@router.get(
    "/worksheet",
    summary="Print a worksheet",
    response_class=HTMLResponse,
    responses={
        307: {"description": "Without a seed: to a sheet with one."},
    },
    dependencies=[Depends(may_see)],
)
async def worksheet(
    request: Request,
    seed: Annotated[int | None, Query(ge=0, lt=2**32, description="Its numbers.")] = None,
    level: Annotated[int, Query(ge=min(LEVELS), le=max(LEVELS))] = max(LEVELS),
    sheets_wanted: Annotated[
        int,
        Query(
            alias="sheets", ge=1, le=MOST_SHEETS, description="For a class: seeds from `seed` on."
        ),
    ] = 1,
    solution: Annotated[bool, Query(description="Behind all sheets, their solutions.")] = False,
    formulas: Annotated[bool, Query(description="Beside each box, its formula.")] = False,
) -> Response:
    """A backward pass of a 2-2-2 network on A4, with a QR code that leads to its check."""
    if seed is None:
        url = request.url.include_query_params(seed=secrets.randbelow(SHORT))
        return RedirectResponse(f"{url.path}?{url.query}", 307)
    address = str(request.base_url).rstrip("/")
    # In a thread: a class set with its solutions takes half a second, and others need not wait.
    body = await WORKSHEETS.run(
        request.receive, sheets, level, seed, sheets_wanted, address, solution, formulas
    )
    head = (
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/css/paper.css">'
    )
    return HTMLResponse(document(body, head), headers=page_headers())
