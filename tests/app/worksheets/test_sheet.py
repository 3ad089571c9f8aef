"""Worksheets: the numbers are the exercise's, the boxes are empty, the solution is apart."""

import re
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.worksheets.sheet import document, sheets
from model.exercises import exercise, right_gradients
from tests.app.conftest import assert_problem

ADDRESS = "http://here:8000"


def numbers(page: str, name: str) -> list[float]:
    table = re.search(rf'data-array="{name}"[^>]*>(.*?)</table>', page)
    assert table, name
    cells = re.findall(r"<td>(.*?)</td>", table[1])
    return [float(cell.replace("−", "-")) for cell in cells]


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 5, 2**32 - 1])
def test_what_is_given_is_the_exercise_and_the_solution_is_right(level: int, seed: int) -> None:
    task = exercise(level, seed)
    page = sheets(level, seed, 1, ADDRESS, solution=True)
    given = {**task.arrays(), "P": task.solve().P, "H": task.solve().H}
    for name, values in given.items():
        assert np.allclose(numbers(page, name), np.ravel(values), atol=6e-5), name
    for name in task.asked:
        right = right_gradients(task)[name].ravel()
        assert np.allclose(numbers(page, f"{name}-solution"), right, atol=6e-5), name


def test_the_sheet_itself_holds_no_answer() -> None:
    page = sheets(3, 5, 1, ADDRESS, solution=False)
    assert "solution" not in page
    for name in ("D2", "dW2", "db2", "D1", "dW1", "db1"):
        cells = re.search(rf'class="boxes" data-array="{name}"[^>]*>(.*?)</table>', page)
        assert cells, name
        assert set(re.findall(r"<td>(.*?)</td>", cells[1])) == {""}
    for value in right_gradients(exercise(3, 5))["dW2"].ravel():
        assert f"{abs(value):.4f}" not in page


def test_a_class_gets_as_many_sheets_as_it_has_heads() -> None:
    page = sheets(2, 10, 30, ADDRESS, solution=False)
    assert re.findall(r'data-exercise="(.*?)"', page) == [f"2-{10 + n}" for n in range(30)]
    around = sheets(2, 2**32 - 1, 2, ADDRESS, solution=False)
    assert re.findall(r'data-exercise="(.*?)"', around) == ["2-4294967295", "2-0"]


def test_how_to_work_it_out_is_told_on_asking_alone() -> None:
    for level in (1, 2, 3):
        assert "P − Y" not in sheets(level, 5, 1, ADDRESS)
        assert "D2 = P − Y" in sheets(level, 5, 1, ADDRESS, formulas=True)
    assert "D1 = (D2 W2ᵀ) ∘ H ∘ (1 − H)" in sheets(3, 5, 1, ADDRESS, formulas=True)


def test_the_key_stands_behind_all_sheets() -> None:
    page = sheets(3, 5, 30, ADDRESS, solution=True)
    assert page.count('class="sheet"') == 30
    key = page[page.index('class="key"') :]
    assert re.findall(r'data-exercise="(.*?)"', key) == [f"3-{5 + n}" for n in range(30)]
    assert "<svg" not in key
    assert "sheet" not in key


def test_no_number_is_minus_nought() -> None:
    for seed in range(40):
        page = sheets(3, seed, 1, ADDRESS, solution=True)
        assert ">−0<" not in page


def test_who_prints_from_loopback_is_told_on_the_screen() -> None:
    for address in ("http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"):
        assert 'class="note"' in sheets(3, 5, 1, address)
    assert 'class="note"' not in sheets(3, 5, 1, ADDRESS)


def test_an_address_cannot_bring_tags() -> None:
    assert "<b>" not in sheets(1, 0, 1, "http://<b>", solution=False)
    assert document("", "").startswith("<!doctype html>")


def test_over_http_the_code_leads_to_where_the_sheet_came_from(client: TestClient) -> None:
    answer = client.get("/worksheet?seed=7")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://testserver/exercises#level=3&amp;seed=7" in answer.text
    assert 'href="/css/paper.css"' in answer.text
    assert "<style" not in answer.text
    assert client.get("/css/paper.css").status_code == 200


def test_without_a_seed_there_is_one(client: TestClient) -> None:
    answer = client.get("/worksheet?level=2", follow_redirects=False)
    assert answer.status_code == 307
    assert re.fullmatch(r"/worksheet\?level=2&seed=\d+", answer.headers["location"])


@pytest.mark.parametrize(
    "query", ["seed=-1", "seed=4294967296", "seed=x", "seed=1&level=4", "seed=1&sheets=61"]
)
def test_other_values_are_refused_in_words(client: TestClient, query: str) -> None:
    assert_problem(client.get(f"/worksheet?{query}"), 422, query.split("=")[-2].split("&")[-1])


def test_the_solution_is_for_whoever_has_the_key(serve: Any) -> None:
    client = serve(api_key="sesame")
    assert client.get("/worksheet?seed=1").status_code == 200
    assert_problem(client.get("/worksheet?seed=1&solution=true"), 401, "key")
    for headers in ({"X-API-Key": "sesame"}, {"Authorization": "Bearer sesame"}):
        answer = client.get("/worksheet?seed=1&solution=true", headers=headers)
        assert answer.status_code == 200
        assert "dW1-solution" in answer.text
    wrong = client.get("/worksheet?seed=1&solution=true", headers={"X-API-Key": "open"})
    assert_problem(wrong, 401, "key")


def test_without_a_key_the_solution_is_open(client: TestClient) -> None:
    assert "dW1-solution" in client.get("/worksheet?seed=1&solution=true").text
