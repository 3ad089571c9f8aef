"""Serves the page, its modules and style sheets, and /docs; nothing is loaded from a CDN.

Files are served unchanged, except two that are templates (template.py): index.html is filled with
the sentences of the service's language, exercises.html with what the service takes as an answer.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import posixpath
import re
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from app.routes.options import accepts_gzip
from app.routes.template import filled
from app.security import page_headers
from app.settings import STATIC, words_file
from model.once import once

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["Files", "add_docs", "routes"]

SWAGGER, SCHEMA = "/docs-assets", "/openapi.json"

# The browser asks at each use whether a file has changed, and mostly gets a 304 by its ETag. After
# an update of byhand, a reload shows all of the new page and no file of the old one.
REVALIDATE = {"Cache-Control": "no-cache"}
SAFE = page_headers()

COMPRESSED = {".html", ".css", ".js", ".json", ".svg"}
UNCOMPRESSED_ONLY = ("content-length", "accept-ranges")  # headers that gzip makes untrue


class _Asset(Convertor[str]):
    """Matches paths with a file name extension of the page; API paths have none."""

    regex = r"[A-Za-z0-9_./-]+\.(?:html|css|js|json|svg|png|jpg|ico|bin|webmanifest|woff2)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("asset", _Asset())


class Files(StaticFiles):
    """Static files that the browser revalidates at each use; text files are sent compressed."""

    def page(self, name: str, words: Path, scope: Scope, **facts: str) -> Response:
        """A filled template, compressed if the client accepts it; or a 304."""
        assert self.directory is not None
        template = Path(self.directory) / name
        versions = template.stat().st_mtime_ns, words.stat().st_mtime_ns
        page = filled(template, words, versions, frozenset(facts.items()))
        headers = {
            "ETag": page.etag,
            "Last-Modified": formatdate(max(versions) / 1e9, usegmt=True),
            "Vary": "Accept-Encoding",
            **REVALIDATE,
            **SAFE,
        }
        asked = Headers(scope=scope)
        if self.is_not_modified(Headers(headers), asked):
            return NotModifiedResponse(Headers(headers))
        if not accepts_gzip(asked.get("accept-encoding", "")):
            return HTMLResponse(page.content, headers=headers)
        return HTMLResponse(page.compressed, headers=headers | {"Content-Encoding": "gzip"})

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, compressed if that helps and the client accepts it; or a 304 or a 404."""
        response = await super().get_response(path, scope)
        response.headers.update(REVALIDATE | SAFE)
        asked = Headers(scope=scope)
        if (
            isinstance(response, FileResponse)
            and Path(response.path).suffix in COMPRESSED
            and accepts_gzip(asked.get("accept-encoding", ""))
            and "range" not in asked
        ):
            return self._compressed(response)
        return response

    @staticmethod
    def _compressed(response: FileResponse) -> Response:
        body = _gzip(str(response.path), Path(response.path).stat().st_mtime_ns)
        old = response.headers.items()
        headers = {name: value for name, value in old if name not in UNCOMPRESSED_ONLY}
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(body, headers=headers)


@lru_cache(maxsize=256)
def _gzip(path: str, mtime_ns: int) -> bytes:
    """A file's compressed bytes, cached by its path and modification time."""
    return gzip.compress(Path(path).read_bytes(), mtime=0)


files = Files(directory=STATIC, check_dir=False)


async def index(request: Request) -> Response:
    """The main page: draw, predict, explain, train."""
    request.app.state.jobs.warm_up()
    language = request.app.state.settings.language
    return files.page("index.html", words_file(language), request.scope)


async def derivation(request: Request) -> Response:
    """The page that derives backpropagation by hand."""
    return await files.get_response("derivation.html", request.scope)


async def exercises(request: Request) -> Response:
    """The page of exercises in backpropagation; it is told which files POST /check takes."""
    takes = ".npz,.py" if request.app.state.settings.run_code else ".npz"
    return files.page("exercises.html", words_file("exercises/en"), request.scope, takes=takes)


async def asset(request: Request) -> Response:
    """A module, style sheet or picture; a template's own path gives the filled page."""
    page = TEMPLATES.get(posixpath.normpath(request.path_params["path"]))
    if page is not None:
        return await page(request)
    return await files.get_response(request.path_params["path"], request.scope)


TEMPLATES = {"index.html": index, "exercises.html": exercises}


class Document(Route):
    """A route to a page or file: not rate limited, and not part of the API."""

    limited: ClassVar[bool] = False


class Folder(Mount):
    """A mounted folder of such files."""

    limited: ClassVar[bool] = False


routes = [
    Document("/", index),
    Document("/derivation", derivation),
    Document("/exercises", exercises),
    Document("/{path:asset}", asset),
]


def add_docs(app: FastAPI) -> None:
    """Add /openapi.json, and Swagger UI at /docs with its files from the package fastapi-offline.

    The schema takes a tenth of a second. It is made at the first request, in a thread, since few
    services are ever asked for it.
    """
    import fastapi_offline

    assets = Path(fastapi_offline.__file__).parent / "static"
    html = bytes(
        get_swagger_ui_html(
            openapi_url=SCHEMA,
            title=f"{app.title}: the API",
            swagger_js_url=f"{SWAGGER}/swagger-ui-bundle.js",
            swagger_css_url=f"{SWAGGER}/swagger-ui.css",
            swagger_favicon_url=f"{SWAGGER}/favicon.png",
            swagger_ui_parameters={"tryItOutEnabled": True},
        ).body
    ).decode()
    # Its one inline script is allowed by hash; everything else inline stays forbidden.
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    safe = page_headers(" ".join(["'self'", *(f"'sha256-{h}'" for h in hashes)]))

    async def docs(request: Request) -> Response:
        return HTMLResponse(html, headers=REVALIDATE | safe)

    schema = once(lambda: JSONResponse(app.openapi()).body)

    async def openapi(request: Request) -> Response:
        return Response(await asyncio.to_thread(schema), media_type="application/json")

    app.routes.append(Document(SCHEMA, openapi))
    app.routes.append(Document("/docs", docs))
    app.routes.append(Folder(SWAGGER, StaticFiles(directory=assets)))
