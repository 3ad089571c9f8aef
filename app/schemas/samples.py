"""Request and response bodies of /samples."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.common import Page
from model.data.samples import MOST_POINTS, MOST_STROKES
from model.preprocessing.normalize import SIDE

__all__ = ["Imported", "NewSample", "Sample", "SamplePage", "SamplesFile"]

Grey = Annotated[float, Field(ge=0, le=255)]
Coordinate = Annotated[float, Field(ge=0, le=1)]
Point = Annotated[list[Coordinate], Field(min_length=2, max_length=2)]
Stroke = Annotated[list[Point], Field(max_length=MOST_POINTS)]
Row = Annotated[list[Grey], Field(min_length=SIDE, max_length=SIDE)]
Pixels = (
    Annotated[list[Grey], Field(min_length=SIDE * SIDE, max_length=SIDE * SIDE)]
    | Annotated[list[Row], Field(min_length=SIDE, max_length=SIDE)]
)
STROKES = "Its strokes, each its points [x, y], x to the right and y downwards, 0..1 over the pad"

EXAMPLE: dict[str, Any] = {
    "pixels": [[255 * (13 <= x < 15 and 4 <= y < 24) for x in range(SIDE)] for y in range(SIDE)],
    "label": 1,
    "strokes": [[[0.5, 0.1], [0.5, 0.9]]],
}


class NewSample(BaseModel):
    """A drawing, and what it was meant to be."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    pixels: Pixels = Field(description="784 numbers, or 28 rows of 28: white on black, 0..255.")
    label: int = Field(ge=0, le=9, description="The digit that it was meant to be.")
    strokes: Annotated[list[Stroke], Field(max_length=MOST_STROKES)] | None = Field(
        None, description=f"{STROKES}; {MOST_POINTS:,} points at most."
    )


class Sample(BaseModel):
    """A drawing of one's own that is stored."""

    id: str
    label: int = Field(ge=0, le=9, description="The digit that it was meant to be.")
    pixels: list[int] = Field(description="784 numbers, white on black, 0..255.")
    strokes: list[list[list[float]]] | None = Field(
        description=f"{STROKES}; null where they were not sent."
    )
    created_at: datetime


class SamplePage(Page[Sample]):
    """One page of the list of samples, the newest first."""

    count: int = Field(description="How many samples there are in all.")


class SamplesFile(BaseModel):
    """A form that adds a file of samples."""

    samples: bytes = Field(
        description="An .npz with pixels (n, 784) and labels (n,), both uint8, and perhaps the "
        "strokes, as GET /samples?format=npz gives it.",
        json_schema_extra={"format": "binary"},
    )


class Imported(BaseModel):
    """What became of a file of samples."""

    added: int = Field(description="How many were new, and are stored now.")
    known: int = Field(description="How many were stored already, or twice in the file.")
