"""GET /models/{id}/evaluation: a model's accuracy and mistakes on MNIST's test images."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.routes import documents
from app.routes.models import ModelId
from app.schemas import digits as schemas
from app.security import LimitedRoute
from app.serving.evaluation import Evaluation, Evaluator, load_test_digits
from app.serving.inference import Inference

__all__ = ["router"]

MOST_MISTAKES = 200  # in one response: each comes with its 784 pixels

router = APIRouter(
    route_class=LimitedRoute,
    tags=["Models"],
    responses=documents.problems(404, 422, 429, 503),
)


Digit = Annotated[int | None, Query(ge=0, le=9)]


@router.get("/models/{id}/evaluation", summary="Evaluate a model")
async def get_evaluation(
    request: Request,
    id: ModelId,
    worst: Annotated[
        int, Query(ge=0, le=MOST_MISTAKES, description="How many mistakes to show.")
    ] = 24,
    label: Annotated[Digit, Query(description="Only mistakes on digits with this label.")] = None,
    digit: Annotated[Digit, Query(description="Only digits that were read as this.")] = None,
) -> schemas.Evaluation:
    """Accuracy, confusion matrix and the worst mistakes on MNIST's 10,000 test digits.

    With `label` and `digit`, the mistakes are those in that cell of the matrix. If the two are
    equal, the correctly read digits are given, the one with the lowest probability first.
    """
    inference: Inference = request.app.state.inference
    evaluator: Evaluator = request.app.state.evaluator
    evaluation = await evaluator.of(await inference.get(id), request.receive)
    return _document(id, evaluation, evaluation.mistakes(label, digit)[:worst].tolist())


def _document(id: str, evaluation: Evaluation, shown: list[int]) -> schemas.Evaluation:
    images, labels = load_test_digits()
    return schemas.Evaluation(
        model=id,
        examples=len(labels),
        accuracy=evaluation.accuracy,
        loss=evaluation.loss if math.isfinite(evaluation.loss) else None,
        confusion=evaluation.confusion.tolist(),
        mistakes=[
            schemas.Mistake(
                index=index,
                label=int(labels[index]),
                pixels=images[index].tolist(),
                digit=int(evaluation.read[index]),
                confidence=float(evaluation.confidence[index]),
                label_probability=float(evaluation.label_probability[index]),
            )
            for index in shown
        ],
    )
