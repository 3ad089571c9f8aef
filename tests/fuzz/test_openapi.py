"""Whatever the API's own description allows, and much that it does not, along its links too.

benchmarks/fuzzing/schemathesis.toml says which check is another where, and why.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fuzzing.schema import KEY, attack_document
from benchmarks.fuzzing.target import Target, attacked

PHASES = ("examples", "fuzzing", "stateful")  # "coverage" alone takes half a minute


@pytest.fixture(scope="module")
def guarded() -> Iterator[Target]:
    with attacked(BYHAND_API_KEY=KEY) as target:
        yield target


def test_no_call_breaks_the_service_or_its_description(guarded: Target, tmp_path: Path) -> None:
    report = attack_document(guarded, 120, seed=1, folder=tmp_path, phases=PHASES)
    assert not report.faults, "\n".join(file.read_text() for file in tmp_path.glob("*.txt"))
    assert {200, 202, 401, 404, 422} <= report.statuses.keys()
