from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.testclient import TestClient

from app.errors import Invalid, StoreError
from app.problems import install_handlers
from app.routes.raw import FastPath, RawRoute
from app.security import KeyNeeded, OpenToAll, UndeclaredRouteError
from model.errors import BlankImageError

router = APIRouter(route_class=RawRoute, dependencies=[OpenToAll])


@router.post("/echo")
async def echo(request: Request) -> Response:
    return Response(await request.body(), headers={"X-App": request.app.title})


@router.post("/refuse")
async def refuse(request: Request) -> Response:
    raise Invalid("request.labels_list", errors=[{"field": "a", "message": "No."}])


@router.post("/ink")
async def ink(request: Request) -> Response:
    raise BlankImageError("request.blank")


@router.post("/away")
async def away(request: Request) -> Response:
    raise StoreError(logged="no route to host")


@router.post("/break")
async def fail(request: Request) -> Response:
    raise ZeroDivisionError


def serve(express: bool) -> TestClient:
    app = FastAPI(title="raw")
    install_handlers(app)
    app.router.routes.extend(router.routes)
    if express:
        app.add_middleware(FastPath, routes=router.routes)
    return TestClient(app)


@pytest.mark.parametrize("path", ["/echo", "/refuse", "/ink", "/away"])
def test_the_express_way_gives_the_same_answers(path: str) -> None:
    def answer(express: bool) -> Any:
        response = serve(express).post(path, content=b"hello")
        return response.status_code, response.content, response.headers

    assert answer(express=True) == answer(express=False)


def test_it_takes_no_detours(monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve(express=True)
    monkeypatch.setattr("fastapi.routing.APIRoute.handle", None)
    assert client.post("/echo", content=b"hello").content == b"hello"


def test_everything_else_goes_the_usual_way() -> None:
    client = serve(express=True)
    assert client.get("/echo").status_code == 405
    assert client.get("/nowhere").status_code == 404


def test_a_fault_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        serve(express=True).post("/break")


def test_raw_routes_are_documented_like_all_others() -> None:
    assert "/echo" in serve(express=True).get("/openapi.json").json()["paths"]


def test_a_raw_route_cannot_pretend_to_ask_for_the_key() -> None:
    with pytest.raises(UndeclaredRouteError, match="/secret"):
        APIRouter(route_class=RawRoute).post("/secret", dependencies=[KeyNeeded])(echo)
