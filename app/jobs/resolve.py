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
from model.messages import Message, say
from model.training.base import recipe_from
from model.training.hyperparameters import check_weights
from model.training.loop import start
from model.training.recipe import recipe, stored_recipe

__all__ = ["NOT_HYPERPARAMETERS", "default_name", "refused", "resolve", "vary"]

# A model's file has 10 MB then. To load it takes three times as much, for whoever names the model.
MOST_WEIGHTS = 2_500_000
NOT_HYPERPARAMETERS = {"preset", "name", "base_model", "dataset", "samples", "activate"}
MOST_NAME = 200  # characters of a run's name
HAND = "hand"  # the preset for samples


def resolve(session: Session, request: TrainRequest) -> dict[str, Any]:
    """All hyperparameters of a request, as its job stores them. Raises Invalid, RecipeError.

    A service trains networks of MOST_WEIGHTS at most, `byhand train` larger ones.
    """
    chosen = request.model_dump(exclude=NOT_HYPERPARAMETERS, exclude_none=True)
    if request.dataset is not None:
        _check_dataset(session, request.dataset, request, chosen.get("train_examples"))
        chosen["drawn_examples"] = 0  # drawn digits do not fit other classes
    preset = _preset(request)
    base_model = request.base_model or (_active(session) if preset == HAND else None)
    if base_model is None:
        made = recipe(preset, **chosen)
    else:
        try:
            base, _ = models.load(session, base_model)
        except NotFound as error:
            raise refused("base_model", error.message) from None
        if request.samples and base.classes:
            names = {"names": list(base.classes)}
            raise refused("base_model", Message("samples.base_of_classes", names))
        made = recipe_from(base, preset, **chosen)
        try:
            start(made, base=base.parameters)
        except RecipeError as error:
            values = {"model": base_model, "problem": error.message}
            raise refused(error.field, Message("job.base_model_misfit", values)) from None
    check_weights("hidden_layers", made.hidden_layers, MOST_WEIGHTS)
    # Lists, not tuples, as JSON gives them back: repeated requests are compared with stored ones.
    resolved = {k: list(v) if isinstance(v, tuple) else v for k, v in stored_recipe(made).items()}
    return resolved | {
        "least_scale": made.least_scale,
        "base_model": base_model,
        "dataset": request.dataset,
        "samples": request.samples,
        "activate": request.activate,
    }


def default_name(session: Session, resolved: Mapping[str, Any]) -> str:
    """What a run is called that was given no name: its data set, if it has one, preset, epochs."""
    epochs = resolved["epochs"]
    code = "job.name_epoch" if epochs == 1 else "job.name_epochs"
    name = say(code, preset=resolved["preset"], epochs=epochs)
    id = resolved["dataset"]
    return name if id is None else f"{datasets.get(session, id).name}: {name}"[:MOST_NAME]


def _check_dataset(
    session: Session, id: str, request: TrainRequest, train_examples: int | None
) -> None:
    """Raise Invalid unless the data set is there, has so many examples, and is learnt alone."""
    try:
        available = datasets.get(session, id).train_examples
    except NotFound as error:
        raise refused("dataset", error.message) from None
    if request.samples:
        raise refused("samples", Message("dataset.and_samples"))
    if train_examples is not None and train_examples > available:
        values = {"asked": train_examples, "available": available}
        raise refused("train_examples", Message("idx.train_examples", values))


def _preset(request: TrainRequest) -> str:
    """The preset that is named; otherwise the one for samples, where they are learnt."""
    unnamed = "preset" not in request.model_fields_set
    return HAND if request.samples and unnamed else request.preset


def _active(session: Session) -> str | None:
    """The id of the model in use, which is gone on from where samples are learnt."""
    active = models.active(session)
    return None if active is None else active[0]


def vary(base: Mapping[str, Any], varied: Mapping[str, Any]) -> TrainRequest:
    """The request of one job of a sweep. Raises Invalid, which names the value that is refused."""
    try:
        return TrainRequest.model_validate({**base, **varied})
    except ValidationError as error:
        first = field_error(error.errors()[0])
        field, problem = f"values.{first['field']}", Message("job.swept_value", first)
        raise refused(field, problem) from None


def refused(field: str, problem: Message) -> Invalid:
    """The error that names a field of the request and what is wrong with it."""
    errors = [{"field": field, "message": str(problem)}]
    return Invalid("field.problem", errors=errors, field=field, problem=problem)
