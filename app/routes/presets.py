"""GET /presets: the named recipes of POST /train."""

from __future__ import annotations

from fastapi import APIRouter

from app.routes import documents
from app.schemas.presets import Presets, PresetValues
from model.training.recipe import PRESETS

__all__ = ["router"]

router = APIRouter(tags=["Train"], responses=documents.problems(429))


@router.get("/presets", summary="List the presets")
def list_presets() -> Presets:
    """What each field of POST /train is when only the preset is given."""
    return {name: PresetValues.model_validate(recipe) for name, recipe in PRESETS.items()}  # type: ignore[misc]
