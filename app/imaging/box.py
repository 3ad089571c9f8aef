"""A rectangle in a picture."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Box"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int
