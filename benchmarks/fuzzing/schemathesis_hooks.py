"""Schemathesis loads this: it notes each call's status, time and bytes for benchmarks/fuzzing."""

import json
import os
import time
from typing import Any

import schemathesis

COUNTS = open(os.environ["FUZZING_COUNTS"], "a", buffering=1)  # noqa: PTH123, SIM115


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """One line of JSON for each answer."""
    began = time.monotonic() - response.elapsed
    size = len(response.content or b"")
    told = [case.operation.label, response.status_code, began, response.elapsed, size]
    COUNTS.write(json.dumps(told) + "\n")
