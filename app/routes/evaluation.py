"""GET /models/{id}/evaluation: a model's accuracy and mistakes on the test images of its data."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.routes import documents
from app.routes.models import ModelId
from app.schemas import digits as schemas
from app.security import LimitedRoute
from app.serving.evaluation import Evaluation, Evaluator, LabelledImages
from app.serving.inference import Inference, LoadedModel

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
    """Accuracy, confusion matrix and the worst mistakes on the test images of its own data set.

    That is MNIST with its 10,000 test digits unless the model was trained on another.

    With `label` and `digit`, the mistakes are those in that cell of the matrix. If the two are
    equal, the correctly read digits are given, the one with the lowest probability first.
    """
    inference: Inference = request.app.state.inference
    evaluator: Evaluator = request.app.state.evaluator
    loaded = await inference.get(id)
    test = await evaluator.test_images(request.app.state.database, loaded.classifier.dataset)
    evaluation = await evaluator.of(loaded, request.receive, test)
    shown = evaluation.mistakes(label, digit)[:worst].tolist()
    return _document(loaded, evaluation, shown, test)


def _document(
    loaded: LoadedModel, evaluation: Evaluation, shown: list[int], test: LabelledImages
) -> schemas.Evaluation:
    images, labels = test
    return schemas.Evaluation(
        model=loaded.id,
        dataset=loaded.classifier.dataset or None,
        classes=list(loaded.classifier.classes),
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
