"""GET /presets: the named recipes of POST /train."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

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


def _number(
    name: str, label: str, words: str, kind: str, low: float, high: float, main: bool
) -> Any:
    return {
        "name": name,
        "label": label,
        "words": words,
        "kind": kind,
        "low": low,
        "high": high,
        "choices": None,
        "optional": name == "train_examples",
        "main": main,
    }


def _other(name: str, label: str, words: str, kind: str, choices: Any = None) -> Any:
    return {
        "name": name,
        "label": label,
        "words": words,
        "kind": kind,
        "low": None,
        "high": None,
        "choices": choices and [{"value": v, "label": t} for v, t in choices],
        "optional": False,
        "main": False,
    }


@router.get("/hyperparameters", summary="List the hyperparameters")
def list_hyperparameters() -> list[Any]:
    """The fields of the training form."""
    return [
        _number(
            "epochs",
            "Epochs",
            "How often the network sees every training digit.",
            "whole",
            1,
            10000,
            True,
        ),
        _number(
            "learning_rate",
            "Learning rate α",
            "How far each step goes downhill. Too small: slow. Too large: the loss jumps about.",
            "number",
            1e-9,
            100,
            True,
        ),
        _number(
            "batch_size",
            "Batch size",
            "How many digits are averaged for one step.",
            "whole",
            1,
            60000,
            True,
        ),
        _number(
            "momentum",
            "Momentum",
            "How much of the last step is kept: a ball rolling rather than a walker.",
            "number",
            0,
            0.9999,
            False,
        ),
        _number(
            "weight_decay",
            "Weight decay",
            "A gentle pull of every weight towards 0, against learning by heart.",
            "number",
            0,
            1,
            False,
        ),
        _other(
            "schedule",
            "Schedule",
            "Whether α stays the same or glides down to 0.",
            "choice",
            [("constant", "constant"), ("cosine", "cosine")],
        ),
        _other(
            "hidden_layers",
            "Hidden layers",
            "Units of each hidden layer: 128, or 256, 64 for two layers.",
            "sizes",
        ),
        _other(
            "activation",
            "Activation",
            "How a hidden unit answers to its sum.",
            "choice",
            [(v, v) for v in ("sigmoid", "tanh", "relu", "leaky_relu")],
        ),
        _other(
            "initialization",
            "First weights",
            "Where the descent starts. The text draws every bias from 0 to 1, and pays for it.",
            "choice",
            [("scaled", "scaled to the layer"), ("blog", "the text's own")],
        ),
        _other(
            "augment",
            "Distortions",
            "Turn, shift and stretch the training digits, so that more handwriting is known.",
            "choice",
            [(v, v) for v in ("none", "affine", "full")],
        ),
        _other(
            "deskew",
            "Straighten",
            "Set slanted digits upright before the network sees them.",
            "flag",
            [("false", "no"), ("true", "yes")],
        ),
        _other(
            "features",
            "Features",
            "What the network sees of a digit: the ink of its pixels, or the edges on each side of its strokes.",
            "choice",
            [("pixels", "pixels"), ("edges", "edges")],
        ),
        _number(
            "train_examples",
            "Training digits",
            "Learn from the first so many only. Try 500 and watch it learn them by heart.",
            "whole",
            1,
            55000,
            False,
        ),
        _number(
            "seed",
            "Seed",
            "The start of all chance: the same seed gives the same run, bit for bit.",
            "whole",
            0,
            4294967295,
            False,
        ),
    ]
