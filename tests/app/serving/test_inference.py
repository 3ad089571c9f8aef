import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import NotFound, Unavailable
from app.serving import inference as inference_module
from app.serving.inference import MOST_OTHERS, Inference, LoadedModel
from app.store import models
from app.store.engine import Database, connect, migrate
from model.classifier import Classifier
from model.confidence.rejection import predict_or_reject
from model.data.idx import load_mnist_part
from model.errors import ShapeError
from model.network import initialize
from model.serialization.checkpoint import dump_model, pretrained

Add = Callable[[str], None]


def tiny(seed: int = 0) -> Classifier:
    return Classifier(initialize((784, 8, 10), "sigmoid", np.random.default_rng(seed)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = connect(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def add(database: Database) -> Add:
    def put(id: str) -> None:
        model = tiny()
        with database.begin() as session:
            models.add(session, classifier=model, weights=dump_model(model), name=id, id=id)

    return put


def activate(database: Database, id: str) -> None:
    with database.begin() as session:
        models.activate(session, id)


def test_before_the_first_model_it_is_unavailable(database: Database) -> None:
    inference = Inference(database)
    inference.refresh()
    with pytest.raises(Unavailable):
        _ = inference.active


def test_refresh_takes_over_the_active_model(database: Database, add: Add) -> None:
    add("a"), add("b")
    inference = Inference(database)
    for id in ("a", "b"):
        activate(database, id)
        inference.refresh()
        assert inference.active.id == id


def test_an_unchanged_model_is_not_read_again(database: Database, add: Add) -> None:
    add("a")
    activate(database, "a")
    inference = Inference(database)
    inference.refresh()
    before = inference.active
    inference.refresh()
    assert inference.active is before


def test_a_model_activated_elsewhere_is_used_after_the_next_look(
    database: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inference_module.POLL_SECONDS <= 1  # a class waits no longer for its teacher's choice
    monkeypatch.setattr(inference_module, "POLL_SECONDS", 0.01)
    add("a"), add("b")
    activate(database, "a")
    inference = Inference(database)
    inference.refresh()

    async def wait() -> None:
        inference.start()
        await asyncio.to_thread(activate, database, "b")
        async with asyncio.timeout(60):
            while inference.active.id != "b":
                await asyncio.sleep(0.005)
        await inference.stop()

    asyncio.run(wait())


def test_looking_goes_on_after_a_failure(
    database: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("a")
    activate(database, "a")
    monkeypatch.setattr("app.serving.inference.POLL_SECONDS", 0.01)
    inference, seen = Inference(database), threading.Event()
    refresh, failures = inference.refresh, [RuntimeError("away"), ValueError("odd")]

    def flaky() -> None:
        if failures:
            raise failures.pop()
        refresh()
        seen.set()

    monkeypatch.setattr(inference, "refresh", flaky)

    async def watch() -> bool:
        inference.start()
        found = await asyncio.to_thread(seen.wait, 5)
        await inference.stop()
        return found

    assert asyncio.run(watch())
    assert inference.active.id == "a"


def test_others_are_kept_in_memory_but_not_all(database: Database, add: Add) -> None:
    inference = Inference(database)
    ids = [f"m{number}" for number in range(MOST_OTHERS + 1)]
    for id in ids:
        add(id)
        inference.load(id)
    assert inference.cached(ids[0]) is None
    assert inference.cached(ids[-1]) is inference.load(ids[-1])


def test_who_asks_for_a_model_at_once_waits_for_one_loading(
    database: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("a")
    add("b")
    inference, loads, under_way = Inference(database), [], []
    load = models.load

    def slow(session: Any, id: str) -> Any:
        under_way.append(id)
        loads.append(id)
        assert under_way == [id], "two at a time"
        time.sleep(0.05)  # so that the others come meanwhile
        under_way.remove(id)
        return load(session, id)

    monkeypatch.setattr(models, "load", slow)
    with ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(inference.load, id) for id in "ababababab"]
        found = {future.result() for future in asked}
    assert len(found) == 2
    assert sorted(loads) == ["a", "b"]


def test_models_are_kept_as_far_as_their_bytes_allow(
    database: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 4 * tiny().parameters.count
    monkeypatch.setattr("app.serving.inference.MOST_BYTES", 2 * size + 4096)  # files have heads
    inference = Inference(database)
    for id in ("a", "b", "c"):
        add(id)
        inference.load(id)
    assert [inference.cached(id) is not None for id in ("a", "b", "c")] == [False, True, True]
    monkeypatch.setattr("app.serving.inference.MOST_BYTES", size // 2)
    add("large")
    inference.load("large")
    kept = [inference.cached(id) is not None for id in ("b", "c", "large")]
    assert kept == [False, False, True]


def test_a_model_deleted_elsewhere_is_forgotten(database: Database, add: Add) -> None:
    add("a")
    inference = Inference(database)
    inference.load("a")
    with database.begin() as session:
        models.delete(session, "a")
    inference.refresh()
    with pytest.raises(NotFound):
        inference.load("a")


def loaded(id: str, seed: int = 0) -> LoadedModel:
    return LoadedModel(id, "", tiny(seed))


def read_all(inference: Inference, asked: list[tuple[LoadedModel, Any]]) -> list[Any]:
    """The answers to these questions, all asked in one turn of the event loop."""

    async def ask() -> list[Any]:
        futures = [inference.predict(one, pixels) for one, pixels in asked]
        return await asyncio.gather(*futures, return_exceptions=True)

    return asyncio.run(ask())


def test_images_that_arrive_together_get_each_their_own_answer(database: Database) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 784), np.uint8)
    models_ = [loaded("a", 1), loaded("b", 2)]
    asked = [(models_[number % 2], image) for number, image in enumerate(images)]
    answers = read_all(Inference(database), asked)
    for (model, image), answer in zip(asked, answers, strict=True):
        assert answer.trace.a[-1].shape == (1, 10)
        assert np.allclose(
            answer.trace.a[-1][0], model.classifier.probabilities(image)[0], atol=1e-6
        )


def test_they_share_one_forward_pass(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counted(model: Classifier, pixels: Any) -> Any:
        sizes.append(len(pixels))
        return predict_or_reject(model, pixels)

    monkeypatch.setattr("app.serving.inference.predict_or_reject", counted)
    one = loaded("a")
    read_all(Inference(database), [(one, np.full((1, 784), 9, np.uint8))] * 7)
    assert sizes == [7]


def test_each_gets_the_forward_pass_over_its_own_image(database: Database) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 1, 784), np.uint8)
    one = loaded("a")
    for image, reading in zip(
        images, read_all(Inference(database), [(one, image) for image in images]), strict=True
    ):
        trace, alone = reading.trace, one.classifier.trace(image)
        for mine, its in zip([*trace.z, *trace.a], [*alone.z, *alone.a], strict=True):
            assert mine.shape == its.shape
            assert np.allclose(mine, its, atol=1e-5)


def test_each_is_told_its_own_reason(database: Database) -> None:
    digit = load_mnist_part("test")[0][:1]
    box = np.zeros((28, 28), np.uint8)
    box[5:23, 6:22] = 255
    one = LoadedModel("a", "", pretrained())
    answers = read_all(
        Inference(database), [(one, digit), (one, box.reshape(1, 784)), (one, digit)]
    )
    assert [answer.verdict.reasons[answer.row] is None for answer in answers] == [True, False, True]


def test_what_fails_for_one_model_answers_for_the_other(database: Database) -> None:
    good = (loaded("a"), np.full((1, 784), 9, np.uint8))
    bad = (loaded("b"), np.full((1, 100), 9, np.uint8))
    answers = read_all(Inference(database), [good, bad, good])
    assert isinstance(answers[1], ShapeError)
    assert np.array_equal(answers[0].trace.a[-1], answers[2].trace.a[-1])


def test_a_client_that_has_gone_holds_nobody_up(database: Database) -> None:
    inference, one = Inference(database), loaded("a")

    async def ask() -> Any:
        gone = inference.predict(one, np.full((1, 784), 9, np.uint8))
        here = inference.predict(one, np.full((1, 784), 9, np.uint8))
        gone.cancel()
        return await here

    assert asyncio.run(ask()).trace.a[-1].shape == (1, 10)
