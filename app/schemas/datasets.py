"""Request and response bodies of /datasets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from model.messages import read

__all__ = ["DatasetForm", "DatasetInfo", "DatasetPicture", "DatasetWithPictures"]


class DatasetPicture(BaseModel):
    """One of the training images, as a network sees it before its preprocessing."""

    label: int = Field(ge=0, le=9)
    class_: str | None = Field(
        None, alias="class", description="The label's name; null where labels are digits."
    )
    pixels: list[int] = Field(min_length=784, max_length=784, description="0 (black) to 255.")


class DatasetInfo(BaseModel):
    """A data set of the store."""

    id: str
    name: str
    created_at: datetime
    classes: list[str] = Field(description="Names by label; empty where labels are digits.")
    counts: list[int] = Field(
        description="How many training images each label has, those for validation included."
    )
    train_examples: int = Field(description="Images to learn from.")
    validation_examples: int = Field(description="Images held back to choose the best epoch.")
    test_examples: int = Field(description="Images that no training sees.")
    orientation: str = Field(
        description="Of the images as they came: upright, transposed (they were turned), or "
        "unknown (they were taken as they are)."
    )
    notices: list[str] = Field(description="What was noticed and done, in sentences.")
    bytes: int = Field(description="What it takes in the store.")

    @classmethod
    def fields_of(cls, row: Any) -> dict[str, Any]:
        """The fields of a row of the store."""
        return {
            "id": row.id,
            "name": row.name,
            "created_at": datetime.fromtimestamp(row.created_at, UTC),
            "classes": row.classes,
            "counts": row.counts,
            "train_examples": row.train_examples,
            "validation_examples": row.validation_examples,
            "test_examples": row.test_examples,
            "orientation": row.orientation,
            "notices": [str(read(notice)) for notice in row.notices],
            "bytes": row.size,
        }


class DatasetWithPictures(DatasetInfo):
    """A data set, and a few of its pictures of each class."""

    pictures: list[DatasetPicture]


class DatasetForm(BaseModel):
    """A form that sends a data set: a zip, or IDX files, which may be compressed."""

    zip: bytes | None = Field(
        None,
        description="Pictures in folders named for their classes, with or without train/ and "
        "test/; or the four IDX files.",
        json_schema_extra={"format": "binary"},
    )
    train_images: bytes | None = Field(None, json_schema_extra={"format": "binary"})
    train_labels: bytes | None = Field(None, json_schema_extra={"format": "binary"})
    test_images: bytes | None = Field(
        None,
        description="Without a test part one image in seven is put aside for it.",
        json_schema_extra={"format": "binary"},
    )
    test_labels: bytes | None = Field(None, json_schema_extra={"format": "binary"})
    name: str = Field("", max_length=200, description="What to call it; default: its file's name.")
    classes: str = Field(
        "",
        description="Names of the labels of IDX files from 0 on, separated by commas; default: "
        "digits. Pictures in folders have the folders' names.",
        examples=["T-shirt,Trouser,Pullover"],
    )
    orientation: Literal["auto", "upright", "transposed"] = Field(
        "auto", description="transposed: exchange rows and columns; auto: where digits need it."
    )
