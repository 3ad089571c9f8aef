"""GET /presets and /hyperparameters: the fields of POST /train and its named sets of values."""

from __future__ import annotations

from fastapi import APIRouter

from app.schemas.hyperparameters import HyperparameterInfo, describe, offered
from app.schemas.presets import PresetValues
from app.security import OpenRoute
from model.training.recipe import PRESETS

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Train"])


@router.get("/presets", summary="List the presets")
def list_presets() -> dict[str, PresetValues]:
    """The value of each field of POST /train when only the preset is given."""
    return {name: PresetValues.model_validate(recipe) for name, recipe in PRESETS.items()}


@router.get("/hyperparameters", summary="List the hyperparameters")
def list_hyperparameters() -> list[HyperparameterInfo]:
    """The label, explanation and range of each field of POST /train, in a form's order."""
    return [describe(hyperparameter) for hyperparameter in offered().values()]
