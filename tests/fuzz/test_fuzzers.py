"""A short run of each fuzzer, always of the same cases; benchmarks/fuzzing has the long ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fuzzing import archives, bodies, images, raw
from benchmarks.fuzzing.run import attack
from benchmarks.fuzzing.target import Target, attacked

SEED = 12


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with attacked() as target:
        yield target


@pytest.mark.parametrize(
    ("maker", "cases", "answers"),
    [
        (images, 100, {200, 415, 422}),
        (archives, 60, {200, 201, 204, 422}),
        (bodies, 250, {200, 400, 404, 415, 422}),
        (raw, 200, {200, 400, 404, "abort", "hold"}),
    ],
    ids=lambda value: getattr(value, "__name__", "").rpartition(".")[2],
)
def test_nothing_breaks_the_service(
    target: Target, maker: Any, cases: int, answers: set[int | str], tmp_path: Path
) -> None:
    name = maker.__name__.rpartition(".")[2]
    report = attack(target, name, maker.case, range(cases), seed=SEED, folder=tmp_path, again=0)
    assert not report.faults, str(report)
    assert answers <= report.statuses.keys(), "the cases are too much of one kind"
