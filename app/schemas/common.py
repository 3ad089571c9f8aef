"""Response bodies that several resources share: the problem document and a page of a list."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

__all__ = ["FieldProblem", "Health", "Page", "Problem"]

Item = TypeVar("Item")


class FieldProblem(BaseModel):
    """One field of the request whose value was refused."""

    field: str = Field(description="The name of the field, such as `epochs`.", examples=["epochs"])
    message: str = Field(
        description="What is wrong, and what would be right.",
        examples=["must be 1 or more, found 0"],
    )


class Problem(BaseModel):
    """Every error of the service has this shape (RFC 9457, application/problem+json)."""

    type: str = Field("about:blank", description="about:blank: the status says it all.")
    title: str = Field(description="The kind of problem, in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, expected and found, and what to do.")
    code: str = Field(
        description="What is wrong, as a stable name for programs, such as `request.label`."
    )
    errors: list[FieldProblem] = Field(
        default_factory=list,
        description="Each field that was refused; left out when there is none.",
    )
    request_id: str | None = Field(
        None, description="Only with 500: the id under which the server's log has the cause."
    )


class Page(BaseModel, Generic[Item]):
    """One page of a longer list."""

    items: list[Item]
    next: str | None = Field(
        None, description="Pass it as `cursor` to get the next items; null at the end."
    )


class Health(BaseModel):
    """The answer to a health probe; a process that is not ready answers 503."""

    status: str = Field(examples=["ok"])
    model: str | None = Field(None, description="The active model; only from /readyz.")
    notice: str | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="What an operator should look at although it works; left out otherwise.",
    )
    training: str | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="Why training jobs wait, though all else is done; only from /readyz, and left "
        "out where nothing keeps them.",
    )
