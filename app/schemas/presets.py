"""The named recipes, as GET /presets gives them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from app.schemas.training import Activation, Augment, Features, Initialization, Preset, Schedule

__all__ = ["PresetValues", "Presets"]


class PresetValues(BaseModel):
    """What each field of POST /train is when only the preset is given."""

    model_config = ConfigDict(from_attributes=True)

    epochs: int
    batch_size: int
    learning_rate: float
    momentum: float
    weight_decay: float
    schedule: Schedule
    hidden_layers: list[int]
    activation: Activation
    initialization: Initialization
    augment: Augment
    deskew: bool
    features: Features
    train_examples: int | None
    seed: int


Presets = dict[Preset, PresetValues]
