"""Own data over the API: what is taken, what is said of it, and what a stranger may send."""

import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.imaging import labelled_pictures
from app.store import datasets, jobs
from app.store.engine import Database
from model.classifier import Classifier
from model.data import files
from model.data.idx import load_mnist_part
from model.data.orientation import transposed
from model.network import initialize
from model.serialization.checkpoint import dump_model
from tests.app.conftest import assert_problem
from tests.app.cost import MB, MOST_ANSWER, MOST_PAUSE, Call, cost_of
from tests.model.data.test_idx import idx_bytes
from tests.shapes import KINDS, draw, png, shapes_and_labels, shapes_zip, zip_of


def send(client: TestClient, packed: bytes | None = None, **fields: Any) -> httpx.Response:
    """POST /datasets: bytes are files, the rest is text."""
    given = {"zip": packed} if packed is not None else {}
    sent = given | fields
    parts = {name: (name, data) for name, data in sent.items() if isinstance(data, bytes)}
    texts = {name: text for name, text in sent.items() if isinstance(text, str)}
    return client.post("/datasets", files=parts, data=texts)


@pytest.fixture(autouse=True)
def emptied(client: TestClient) -> Iterator[None]:
    """The store is shared by the tests of this file, its data sets are not."""
    yield
    for each in client.get("/datasets").json()["items"]:
        client.delete(f"/datasets/{each['id']}")


def idx_of(images: Any, labels: Any, part: str = "train") -> dict[str, bytes]:
    return {
        f"{part}_images": gzip.compress(idx_bytes(images.reshape(-1, 28, 28)), 1),
        f"{part}_labels": idx_bytes(labels),
    }


def test_a_zip_of_pictures_in_folders_is_taken_with_its_names(client: TestClient) -> None:
    answer = send(client, shapes_zip(train=12, test=3), name="Things")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/datasets/{made['id']}"
    assert (made["name"], made["classes"], made["counts"]) == ("Things", list(KINDS), [12] * 10)
    assert (made["train_examples"], made["validation_examples"]) == (100, 20)
    assert made["test_examples"] == 30
    assert any("none was cropped" in notice for notice in made["notices"])
    assert [picture["class"] for picture in made["pictures"]] == list(np.repeat(KINDS, 3))
    rng = np.random.default_rng(0)
    bags = [draw("bag", rng).ravel().tolist() for _ in range(12)]
    assert all(each["pixels"] in bags for each in made["pictures"][:3])
    assert client.get(answer.headers["location"]).json() == made
    listed = client.get("/datasets?limit=1").json()
    del made["pictures"]
    assert listed == {"items": [made], "next": None}


def test_fashion_mnists_files_are_taken_as_they_are_downloaded(client: TestClient) -> None:
    train, test = shapes_and_labels(12), shapes_and_labels(3, seed=1)
    parts = idx_of(*train) | idx_of(*test, part="test")
    made = send(client, name="F", classes=", ".join(KINDS), **parts).json()
    assert (made["classes"], made["test_examples"]) == (list(KINDS), 30)
    assert made["orientation"] == "unknown"
    both = {f"data/{name}.gz": data for name, data in parts.items()}
    assert send(client, zip_of(both), classes=",".join(KINDS)).json()["counts"] == [12] * 10


def test_what_was_noticed_is_said_before_training(client: TestClient) -> None:
    images, labels = (part[:200] for part in load_mnist_part("test"))
    made = send(client, **idx_of(transposed(images) // 128, labels)).json()
    assert made["orientation"] == "transposed"
    said = " ".join(made["notices"])
    for words in ("0 to 1, not 0 to 255", "transposed, as EMNIST's are", "no test part: 28 of the"):
        assert words in said
    kept = send(client, orientation="upright", **idx_of(transposed(images), labels)).json()
    assert kept["orientation"] == "upright"
    assert "reads upright digits wrong" in " ".join(kept["notices"])


def large(kind: str, rng: np.random.Generator) -> bytes:
    """A picture of any size, dark on light, as from a camera."""
    picture = Image.fromarray(255 - draw(kind, rng, noise=0)).resize((120, 90))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_pictures_of_any_size_go_the_way_of_drawings(client: TestClient) -> None:
    rng = np.random.default_rng(0)
    shown = {f"{kind}/{n}.png": large(kind, rng) for kind in ("cup", "ring") for n in range(12)}
    made = send(client, zip_of(shown)).json()
    assert any("cropped to its ink" in notice for notice in made["notices"])
    pixels = np.array(made["pictures"][0]["pixels"]).reshape(28, 28)
    assert pixels.max() == 255
    assert not pixels[:3].any()


def test_folders_called_as_digits_hold_digits(client: TestClient) -> None:
    images, labels = (part[:60] for part in load_mnist_part("test"))
    pictures = {
        f"{label}/{row}.png": png(images[row].reshape(28, 28)) for row, label in enumerate(labels)
    }
    made = send(client, zip_of(pictures)).json()
    assert (made["classes"], made["orientation"]) == ([], "upright")
    assert sum(made["counts"]) == 60 - made["test_examples"]


COAT, CUP = png(draw("coat", np.random.default_rng(1))), png(draw("cup", np.random.default_rng(1)))
FEW = {f"{kind}/{n}.png": data for kind, data in (("coat", COAT), ("cup", CUP)) for n in range(12)}


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ({"../cup/13.png": CUP}, "'../cup/13.png' is a path that leads out of the zip"),
        ({"cup/13.png": b"GIF89a no picture"}, "'cup/13.png' is no picture that can be used"),
        ({"cup/13.png": b"hello"}, "'cup/13.png' is no picture that can be used"),
        ({"cup/13.png": bytes(2**23 + 1)}, "'cup/13.png' has 8,388,609 bytes"),
        ({"cup/notes.txt": b"hello"}, "'cup/notes.txt' is no picture that can be used"),
        ({"cup/13.png": b""}, "'cup/13.png' is no picture that can be used"),
        ({"13.png": CUP}, "'13.png' lies in no folder"),
        ({"test/13.png": CUP}, "'test/13.png' lies in no folder"),
        ({"test/cup/13.png": CUP}, "'coat/0.png' lies outside of train/ and test/"),
        ({f"{n}/1.png": CUP for n in range(9)}, "There are 11 classes: 0, 1, 2, 3, 4, …"),
    ],
)
def test_a_zip_that_cannot_be_used_names_its_member(
    client: TestClient, added: dict[str, bytes], message: str
) -> None:
    assert_problem(send(client, zip_of(FEW | added)), 422, message)
    assert client.get("/datasets").json()["items"] == []


def test_a_picture_without_ink_and_one_too_large_are_named(client: TestClient) -> None:
    blank = png(np.full((40, 40), 255, np.uint8))
    assert_problem(
        send(client, zip_of(FEW | {"cup/13.png": blank})), 422, "'cup/13.png'", "No ink was found"
    )
    huge = png(np.zeros((2100, 2100), np.uint8))
    assert_problem(
        send(client, zip_of(FEW | {"cup/13.png": huge})), 422, "'cup/13.png'", "2,100 x 2,100"
    )


def test_more_pictures_than_can_be_brought_to_size_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelled_pictures, "MOST_INKED", 2)
    rng = np.random.default_rng(0)
    assert_problem(send(client, zip_of({"a/1.png": large("cup", rng)} | FEW)), 422, "at most 2 are")
    assert send(client, zip_of(FEW)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({}, 422, "neither `zip` nor `train_images`"),
        ({"zip": b"no zip"}, 422, "not a whole zip"),
        ({"zip": zip_of({"readme.txt": b""})}, 422, "neither IDX files nor pictures in folders"),
        ({"zip": zip_of({})}, 422, "neither IDX files nor pictures in folders"),
        ({"zip": zip_of(FEW), "train_images": b"x"}, 422, "a zip and IDX files"),
        ({"train_images": b"x"}, 422, "train-labels-idx1-ubyte.gz is missing"),
        ({"zip": zip_of({"train-images": bytes(2**26)})}, 422, "train-images has 67,108,864 bytes"),
        ({"train_images": b"x", "train_labels": b"x"}, 422, "train_images is no IDX file"),
        ({"zip": zip_of(FEW), "orientation": "sideways"}, 422, "found sideways"),
        ({"zip": zip_of(FEW), "name": "x" * 201}, 422, "found 201"),
        ({"zip": zip_of(FEW), "classes": "one,one"}, 422, "folders name the classes"),
        ({"zip": zip_of({f"cup/{n}.png": CUP for n in range(30)})}, 422, "of one class, cup"),
        ({"zip": zip_of(dict(list(FEW.items())[7:]))}, 422, "17 training pictures"),
    ],
)
def test_what_is_no_data_set_is_refused_with_a_sentence(
    client: TestClient, fields: dict[str, Any], status: int, message: str
) -> None:
    assert_problem(send(client, note=b"x", **fields), status, message)


def test_another_content_type_is_told_how_to_send(client: TestClient) -> None:
    refused = client.post("/datasets", content=b"x", headers={"Content-Type": "application/zip"})
    assert_problem(refused, 415, "multipart/form-data", "curl -F zip=@")


def test_data_sets_are_paged_and_deleted(client: TestClient) -> None:
    ids = [send(client, zip_of(FEW), name=str(n)).json()["id"] for n in range(3)]
    first = client.get("/datasets?limit=2").json()
    rest = client.get(f"/datasets?limit=2&cursor={first['next']}").json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["2", "1", "0"]
    assert rest["next"] is None
    assert client.delete(f"/datasets/{ids[0]}").status_code == 204
    assert_problem(client.get(f"/datasets/{ids[0]}"), 404, ids[0])
    assert_problem(client.delete(f"/datasets/{ids[0]}"), 404, ids[0])
    assert_problem(client.get("/datasets/..%00"), 404)
    assert len(client.get("/datasets").json()["items"]) == 2


def test_a_run_names_a_data_set_that_is_there(client: TestClient) -> None:
    assert_problem(client.post("/train", json={"dataset": "gone"}), 422, "dataset", "gone")
    id = send(client, zip_of(FEW)).json()["id"]
    asked = {"dataset": id, "train_examples": 100}
    assert_problem(client.post("/train", json=asked), 422, "train_examples", "1 to 18")
    assert_problem(client.post("/train", json={"dataset": 7}), 422, "dataset")
    both = {"dataset": id, "samples": True, "base_model": "pretrained"}
    assert_problem(client.post("/train", json=both), 422, "without a data set")


def test_what_a_job_needs_is_not_deleted(client: TestClient) -> None:
    id = send(client, zip_of(FEW)).json()["id"]
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    request = {"dataset": id, "preset": "fast", "activate": False}
    with database.begin() as session:
        jobs.add(session, id="waits", name="waits", request=request, epochs=1)
        jobs.pause(session, "waits")
    assert_problem(client.delete(f"/datasets/{id}"), 409, "waits", id)
    assert client.delete("/train/waits").status_code == 202
    assert client.delete(f"/datasets/{id}").status_code == 204


def test_a_data_set_that_is_damaged_is_said(client: TestClient) -> None:
    id = send(client, zip_of(FEW)).json()["id"]
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.begin() as session:
        datasets.get(session, id).pictures = b"damaged"
    assert_problem(client.get(f"/datasets/{id}"), 422, "damaged in the store", id)
    assert client.get("/datasets").json()["items"][0]["id"] == id


def test_from_a_zip_to_the_confusion_matrix(live_server: str) -> None:
    with httpx.Client(base_url=live_server, timeout=60) as client:
        sent = client.post("/datasets", files={"zip": shapes_zip(train=60, test=12)}).json()
        job = client.post("/train", json={"dataset": sent["id"], "epochs": 6}).json()
        assert job["request"]["dataset"] == sent["id"]
        assert job["name"] == f"{sent['name']}: fast, 6 epochs"
        while job["state"] not in ("succeeded", "failed"):
            time.sleep(0.1)
            job = client.get(f"/train/{job['id']}").json()
        assert job["state"] == "succeeded", job["error"]
        found = client.get(f"/models/{job['model']}/evaluation").json()
        assert (found["dataset"], found["classes"]) == (sent["id"], list(KINDS))
        confusion = np.array(found["confusion"])
        assert confusion.sum(axis=1).tolist() == [12] * 10
        assert found["accuracy"] == confusion.trace() / 120 == job["test_accuracy"]
        assert found["accuracy"] > 0.7

        model = {"model": job["model"]}
        things, labels = shapes_and_labels(4, seed=3)
        answers = [
            client.post("/predict", params=model, json={"pixels": pixels}).json()
            for pixels in things.tolist()
        ]
        assert all(each["class"] == KINDS[each["digit"]] for each in answers)
        assert np.mean([each["digit"] for each in answers] == labels) > 0.7
        batch = client.post(
            "/predict/batch",
            params=model,
            content=things.tobytes(),
            headers={"Content-Type": "application/octet-stream"},
        ).json()
        assert batch["classes"] == [each["class"] for each in answers]
        file = large("ring", np.random.default_rng(0))
        assert "class" in client.post("/predict", params=model, files={"image": file}).json()
        assert "class" not in client.post("/predict", files={"image": file}).json()

        assert client.delete(f"/datasets/{sent['id']}").status_code == 204
        assert client.get(f"/models/{job['model']}").json()["test_accuracy"] == found["accuracy"]


def test_a_model_whose_data_set_is_not_here_cannot_be_evaluated(client: TestClient) -> None:
    network = initialize((784, 4, 10), "sigmoid", np.random.default_rng(0))
    made = dump_model(Classifier(network, dataset="fashion", classes=KINDS))
    id = client.post("/models", files={"weights": made}).json()["id"]
    assert_problem(client.get(f"/models/{id}/evaluation"), 404, "fashion", "not here")


def form(packed: bytes) -> Call:
    body = b'--x\r\nContent-Disposition: form-data; name="zip"; filename="a"\r\n\r\n' + packed
    return Call("/datasets", body + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")


def bomb() -> bytes:
    return zip_of({f"a/{number}.png": bytes(2**25) for number in range(7)})


def many() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(files.MOST_MEMBERS + 1):
            archive.writestr(f"a/{number}.png", b"")
    return content.getvalue()


def repeated() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(files.MOST_MEMBERS // 4):
            archive.writestr(f"{'coat' if number % 2 else 'cup'}/{number}.png", COAT)
    return content.getvalue()


@pytest.mark.parametrize("hostile", [bomb, many, repeated])
def test_what_a_strangers_zip_costs(tmp_path: Path, hostile: Any) -> None:
    warm = form(zip_of(FEW))
    cost = cost_of(tmp_path, form(hostile()), warm=[warm])
    assert cost.status in (201, 422), cost
    assert cost.pause < MOST_PAUSE, cost
    assert len(cost.answers[0]) < MOST_ANSWER, cost
    assert cost.grown < 100 * MB, cost
    json.loads(cost.answers[0])


def test_two_zips_in_one_form_are_refused(client: TestClient) -> None:
    packed = shapes_zip(train=12, test=3)
    two = [("zip", (name, packed)) for name in ("a.zip", "b.zip")]
    assert_problem(client.post("/datasets", files=two), 422, "several files `zip`")
    assert client.get("/datasets").json()["items"] == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("leaves.zip", "leaves"),
        ("C:\\my\\leaves.zip", "leaves"),
        ("a/b/leaves.zip", "leaves"),
        ("x" * 250 + ".zip", "x" * 200),
    ],
)
def test_a_data_set_without_a_name_is_called_as_its_file(
    client: TestClient, file: str, name: str
) -> None:
    packed = shapes_zip(train=12, test=3)
    answer = client.post("/datasets", files={"zip": (file, packed)})
    assert answer.json()["name"] == name


def test_data_sets_of_one_name_are_told_apart(client: TestClient) -> None:
    packed = shapes_zip(train=12, test=3)
    names = [send(client, packed, name="10 %_").json()["name"] for _ in range(3)]
    assert names == ["10 %_", "10 %_ (2)", "10 %_ (3)"]


def test_names_of_classes_are_refused_where_folders_name_them(client: TestClient) -> None:
    for classes in ("a,b", ",".join(KINDS)):
        answer = send(client, shapes_zip(train=12, test=3), classes=classes)
        assert_problem(answer, 422, "the folders name the classes", KINDS[0])


def test_samples_are_not_learnt_on_top_of_named_classes(client: TestClient) -> None:
    network = initialize((784, 8, 10), "sigmoid", np.random.default_rng(1))
    made = dump_model(Classifier(network, dataset="fashion", classes=KINDS))
    id = client.post("/models", files={"weights": ("x.npz", made)}).json()["id"]
    answer = client.post("/train", json={"samples": True, "base_model": id})
    assert_problem(answer, 422, "base_model", "not digits")


def test_blank_pictures_are_counted(client: TestClient) -> None:
    blank = {f"cup/blank{n}.png": png(np.full((28, 28), 60 * n, np.uint8)) for n in range(3)}
    said = " ".join(send(client, zip_of(FEW | blank)).json()["notices"])
    assert "In 3 of the 27 training pictures every pixel is the same" in said
    assert "every pixel" not in " ".join(send(client, zip_of(FEW)).json()["notices"])


def test_what_was_done_to_pictures_does_not_contradict_itself(client: TestClient) -> None:
    inverted = {
        name: png(255 - draw(name[: name.index("/")], np.random.default_rng(1))) for name in FEW
    }
    said = " ".join(send(client, zip_of(inverted)).json()["notices"])
    assert "they were inverted" in said
    assert "taken as they are" not in said
    rng = np.random.default_rng(0)
    shown = {f"{kind}/{n}.png": large(kind, rng) for kind in ("cup", "ring") for n in range(12)}
    said = " ".join(send(client, zip_of(shown)).json()["notices"])
    assert "inverted where it was dark on light" in said


def test_a_long_name_is_shown_as_cut(client: TestClient) -> None:
    named = {f"{kind}/{n}.png": CUP for kind in ("a" * 60, "b") for n in range(12)}
    assert_problem(send(client, zip_of(named)), 422, f"'{'a' * 40}…' is no name", "found 60")


def test_idx_files_that_are_nearly_right_are_told_what_is_wrong(client: TestClient) -> None:
    images, labels = shapes_and_labels(3)
    parts = idx_of(images, labels)
    swapped = {"train_images": parts["train_labels"], "train_labels": parts["train_images"]}
    assert_problem(send(client, **swapped), 422, "look swapped")
    assert_problem(send(client, **idx_of(images, labels + 1)), 422, "1 to 10. Number them from 0")
    one = {"train_images": parts["train_images"]}
    assert_problem(send(client, **one), 422, "train-labels", "belong together")
