"""GET /models/{id}/evaluation: how well a model reads the test digits, and what it gets wrong."""

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

MOST_MISTAKES = 200  # of one answer: each comes with its 784 pixels

router = APIRouter(
    route_class=LimitedRoute,
    tags=["Models"],
    responses=documents.problems(404, 422, 429, 503),
)


Digit = Annotated[int | None, Query(ge=0, le=9)]


@router.get("/models/{id}/evaluation", summary="Examine a model")
async def get_evaluation(
    request: Request,
    id: ModelId,
    worst: Annotated[
        int, Query(ge=0, le=MOST_MISTAKES, description="How many mistakes to show.")
    ] = 24,
    label: Annotated[Digit, Query(description="Only mistakes about digits that are this.")] = None,
    digit: Annotated[Digit, Query(description="Only digits that were taken for this.")] = None,
) -> schemas.Evaluation:
    """Accuracy, confusion matrix and the worst mistakes on MNIST's 10,000 test digits.

    With a `label` and a `digit`, the mistakes in that cell of the matrix; where they are the same,
    the digits that were read right, those first of which the model was least sure.
    """
    inference: Inference = request.app.state.inference
    evaluator: Evaluator = request.app.state.evaluator
    evaluation = await evaluator.of(await inference.get(id))
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
