"""GET /digits/{index}: one of MNIST's test digits, as an example for the page or a client."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.routes import documents
from app.schemas.digits import COUNT, TestDigit
from app.security import OpenRoute
from app.serving.evaluation import load_test_digits

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Predict"], responses=documents.problems(422))


@router.get("/digits/{index}", summary="One of MNIST's test digits")
def get_digit(
    index: Annotated[int, Path(ge=0, lt=COUNT, description="Its place in MNIST's test set.")],
) -> TestDigit:
    """Its 784 pixels and its label. The bundled network was not trained on it."""
    images, labels = load_test_digits()
    return TestDigit(index=index, label=int(labels[index]), pixels=images[index].tolist())
