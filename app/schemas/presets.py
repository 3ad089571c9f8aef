"""The body of GET /presets: the named sets of hyperparameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, create_model

from app.schemas.hyperparameters import given_fields

__all__ = ["PresetValues"]


class _FromRecipe(BaseModel):
    """The value of each field of POST /train when only the preset is given."""

    model_config = ConfigDict(from_attributes=True)


if TYPE_CHECKING:

    class PresetValues(_FromRecipe):
        """A field for each hyperparameter that is offered."""

else:
    PresetValues = create_model(
        "PresetValues", __base__=_FromRecipe, __doc__=_FromRecipe.__doc__, **given_fields()
    )
