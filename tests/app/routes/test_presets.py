from fastapi.testclient import TestClient

from app.jobs.resolve import NOT_HYPERPARAMETERS
from app.schemas.training import TrainRequest
from model.activations import ACTIVATIONS
from model.training.lessons import LESSONS
from model.training.recipe import HYPERPARAMETERS, PRESETS, recipe


def test_presets_are_those_that_training_uses(client: TestClient) -> None:
    answer = client.get("/presets").json()
    assert answer.keys() == PRESETS.keys()
    for name, values in answer.items():
        for field, value in values.items():
            used = getattr(PRESETS[name], field)
            assert value == (list(used) if isinstance(used, tuple) else used), (name, field)


def test_every_field_that_a_preset_fills_is_told(client: TestClient) -> None:
    assert (
        client.get("/presets").json()["fast"].keys()
        == TrainRequest.model_fields.keys() - NOT_HYPERPARAMETERS
    )


def test_every_hyperparameter_is_told_as_a_form_needs_it(client: TestClient) -> None:
    told = client.get("/hyperparameters").json()
    assert {entry["name"] for entry in told} == (
        TrainRequest.model_fields.keys() - NOT_HYPERPARAMETERS
    )
    by_name = {entry["name"]: entry for entry in told}
    assert [entry["name"] for entry in told if entry["main"]] == [
        "epochs",
        "learning_rate",
        "batch_size",
    ]
    assert by_name["epochs"] == {
        "name": "epochs",
        "label": "Epochs",
        "words": "How often the network sees every training digit.",
        "unit": "epochs",
        "kind": "whole",
        "low": 1,
        "high": 10_000,
        "choices": None,
        "optional": False,
        "main": True,
    }
    assert by_name["train_examples"]["high"] == 55_000
    assert by_name["train_examples"]["optional"]
    assert by_name["deskew"]["choices"] == [
        {"value": "false", "label": "no"},
        {"value": "true", "label": "yes"},
    ]
    assert {choice["value"] for choice in by_name["activation"]["choices"]} == set(ACTIVATIONS)


def test_every_hyperparameter_has_its_words() -> None:
    for hyperparameter in HYPERPARAMETERS.values():
        values = ("true", "false") if hyperparameter.kind == "flag" else hyperparameter.choices
        labels = [hyperparameter.choice_label(value) for value in values]
        assert all([hyperparameter.label, hyperparameter.words, *labels])
        if hyperparameter.kind in ("whole", "number", "sizes"):
            assert hyperparameter.unit is not None


def test_a_lessons_request_is_its_broken_recipe_and_its_change_the_cure(
    client: TestClient,
) -> None:
    told = client.get("/lessons").json()
    assert [entry["name"] for entry in told] == list(LESSONS)
    for entry in told:
        lesson = LESSONS[entry["name"]]
        request = TrainRequest.model_validate(entry["request"])
        asked = request.model_dump(exclude=NOT_HYPERPARAMETERS)
        assert recipe(request.preset, **asked) == lesson.broken
        assert recipe(request.preset, **{**asked, **entry["change"]}) == lesson.cured
        assert (entry["title"], entry["words"]) == (lesson.title, lesson.words)
        assert entry["hint"] == lesson.hint
