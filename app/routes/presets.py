"""GET /presets: the named recipes of POST /train."""

from __future__ import annotations

from fastapi import APIRouter

from app.schemas.presets import Presets, PresetValues
from app.security import OpenRoute
from model.training.recipe import PRESETS

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Train"])


@router.get("/presets", summary="List the presets")
def list_presets() -> Presets:
    """What each field of POST /train is when only the preset is given."""
    return {name: PresetValues.model_validate(recipe) for name, recipe in PRESETS.items()}  # type: ignore[misc]
