"""Resolve a request to all hyperparameters, from the preset and the base model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.errors import Invalid, NotFound
from app.problems import field_error
from app.schemas.training import TrainRequest
from app.store import datasets, models
from app.store.engine import Session
from model.errors import RecipeError
from model.messages import Message
from model.training.loop import start
from model.training.recipe import going_on, recipe, stored_recipe

__all__ = ["resolve", "vary"]

NOT_HYPERPARAMETERS = {"preset", "name", "base_model", "activate", "dataset"}


def resolve(session: Session, request: TrainRequest) -> dict[str, Any]:
    """All hyperparameters of a request, as its job stores them. Raises Invalid, RecipeError."""
    chosen = request.model_dump(exclude=NOT_HYPERPARAMETERS, exclude_none=True)
    base = None
    if request.base_model is not None:
        try:
            base, _ = models.load(session, request.base_model)
        except NotFound as error:
            raise _invalid("base_model", error.message) from None
        chosen.setdefault("hidden_layers", list(base.parameters.layers[1:-1]))
        chosen.setdefault("activation", base.parameters.activation)
        chosen.setdefault("deskew", base.deskew)
        chosen.setdefault("features", base.features)
    if request.dataset is not None:
        _check_dataset(session, request.dataset, chosen.get("train_examples"))
        chosen["drawn_examples"] = 0  # drawn digits do not fit other classes
    made = recipe(request.preset, **chosen)
    if base is not None:
        if (base.deskew, base.features) == (made.deskew, made.features):
            made = going_on(made, base.least_scale)
        try:
            start(made, base=base.parameters)
        except RecipeError as error:
            values = {"model": request.base_model, "problem": error.message}
            raise _invalid(error.field, Message("job.base_model_misfit", values)) from None
    # Lists, not tuples, as JSON gives them back: repeated requests are compared with stored ones.
    resolved = {k: list(v) if isinstance(v, tuple) else v for k, v in stored_recipe(made).items()}
    return resolved | {
        "least_scale": made.least_scale,
        "base_model": request.base_model,
        "dataset": request.dataset,
        "activate": request.activate,
    }


def _check_dataset(session: Session, id: str, train_examples: int | None) -> None:
    """Raise Invalid unless the data set is there and has so many training examples."""
    try:
        available = datasets.get(session, id).train_examples
    except NotFound as error:
        raise _invalid("dataset", error.message) from None
    if train_examples is not None and train_examples > available:
        values = {"asked": train_examples, "available": available}
        raise _invalid("train_examples", Message("idx.train_examples", values))


def vary(base: Mapping[str, Any], varied: Mapping[str, Any]) -> TrainRequest:
    """The request of one job of a sweep. Raises Invalid, which names the value that is refused."""
    try:
        return TrainRequest.model_validate({**base, **varied})
    except ValidationError as error:
        first = field_error(error.errors()[0])
        field, problem = f"values.{first['field']}", Message("job.swept_value", first)
        raise _invalid(field, problem) from None


def _invalid(field: str, problem: Message) -> Invalid:
    errors = [{"field": field, "message": str(problem)}]
    return Invalid("field.problem", errors=errors, field=field, problem=problem)
