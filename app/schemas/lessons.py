"""The entries of GET /lessons."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from app.schemas.hyperparameters import offered
from model.training.lessons import Lesson
from model.training.recipe import PRESETS

__all__ = ["LessonInfo", "describe_lesson"]


class LessonInfo(BaseModel):
    """A run that goes wrong, and the one change that cures it."""

    name: str
    title: str = Field(description="What goes wrong, in a few words.")
    words: str = Field(description="What to look at before the curves show it.")
    request: dict[str, Any] = Field(description="The body of POST /train for the broken run.")
    hint: str = Field(description="The code of the hint that the broken run is given.")
    change: dict[str, Any] = Field(description="Values for fields of the body: the cure.")


def describe_lesson(lesson: Lesson) -> LessonInfo:
    """The entry for one lesson; its request leaves out what is as in its preset."""
    preset = PRESETS[lesson.broken.preset]
    chosen = {name: getattr(lesson.broken, name) for name in offered()}
    different = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in chosen.items()
        if value != getattr(preset, name)
    }
    return LessonInfo(
        name=lesson.name,
        title=lesson.title,
        words=lesson.words,
        request={"preset": preset.preset, **different},
        hint=lesson.hint,
        change=dict(lesson.change),
    )
