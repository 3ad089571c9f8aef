from fastapi.testclient import TestClient

from app.schemas.training import TrainRequest
from model.training.recipe import PRESETS


def test_presets_are_those_that_training_uses(client: TestClient) -> None:
    answer = client.get("/presets").json()
    assert answer.keys() == PRESETS.keys()
    for name, values in answer.items():
        for field, value in values.items():
            used = getattr(PRESETS[name], field)
            assert value == (list(used) if isinstance(used, tuple) else used), (name, field)


def test_every_field_that_a_preset_fills_is_told(client: TestClient) -> None:
    not_filled = {"preset", "name", "base_model", "activate"}
    assert (
        client.get("/presets").json()["fast"].keys()
        == TrainRequest.model_fields.keys() - not_filled
    )
