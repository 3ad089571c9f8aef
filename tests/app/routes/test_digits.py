import pytest
from fastapi.testclient import TestClient

from model.data.idx import load_mnist_part
from tests.app.conftest import assert_problem


@pytest.mark.parametrize("index", [0, 9_999])
def test_a_test_digit_comes_with_what_it_is(client: TestClient, index: int) -> None:
    images, labels = load_mnist_part("test")
    assert client.get(f"/digits/{index}").json() == {
        "index": index,
        "label": labels[index],
        "pixels": images[index].tolist(),
    }


@pytest.mark.parametrize("index", ["-1", "10000", "seven"])
def test_there_are_ten_thousand(client: TestClient, index: str) -> None:
    assert_problem(client.get(f"/digits/{index}"), 422, "index")
