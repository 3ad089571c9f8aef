"""GET /presets, /hyperparameters and /lessons: the fields of POST /train and sets of values."""

from __future__ import annotations

from fastapi import APIRouter

from app.schemas.hyperparameters import HyperparameterInfo, describe, offered
from app.schemas.lessons import LessonInfo, describe_lesson
from app.schemas.presets import PresetValues
from app.security import OpenRoute
from model.training.lessons import LESSONS
from model.training.recipe import PRESETS

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Train"])


@router.get("/presets", summary="List the presets")
def list_presets() -> dict[str, PresetValues]:
    """The value of each field of POST /train when only the preset is given."""
    return {name: PresetValues.model_validate(recipe) for name, recipe in PRESETS.items()}


@router.get("/lessons", summary="List the lessons")
def list_lessons() -> list[LessonInfo]:
    """Recipes that go wrong, each with the hint that tells and the change that cures it."""
    return [describe_lesson(lesson) for lesson in LESSONS.values()]


@router.get("/hyperparameters", summary="List the hyperparameters")
def list_hyperparameters() -> list[HyperparameterInfo]:
    """The label, explanation and range of each field of POST /train, in a form's order."""
    return [describe(hyperparameter) for hyperparameter in offered().values()]
